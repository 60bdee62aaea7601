# SPDX-License-Identifier: Apache-2.0
"""OpenBGPD with what generators of configurations write for each client of a large exchange: its sets of the
routing registries, a session for each family, and rules for what it sends and what it is sent. The text is
ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bfd_fastpath.bench.suites.reload.clients import ASN, SERVER, Client, client_address

_HEAD = """\
AS {asn}
router-id 10.0.0.1
fib-update no
transparent-as yes
rde evaluate all
listen on {local}
socket "{socket}"
"""

_SESSION = """\
    neighbor {address} {{
        remote-as {asn}
        descr "AS {asn}, IPv{version}"
        passive
        ttl-security no
        reject as-set yes
        max-prefix 10000 restart 15
        transparent-as yes
        enforce neighbor-as no
        announce as-4byte yes
        announce IPv{other} none
        announce IPv{version} unicast
        set nexthop no-modify
    }}
"""

#: What the rules mark a route by, taken off before it goes on.
_MARKS = "\n".join(
    f"    ext-community delete {kind} {ASN}:{number}" for kind in ("soo", "rt") for number in range(1, 10)
)
_RULES = """
# ---------------------------------------------------------------------
# {address}, a member of the exchange, AS {asn}: what it sends

# The next hop has to be an address of AS {asn}: whoever has another one keeps the mark
match from {address} set community NO_ADVERTISE
# ... and this takes it off
match from {address} nexthop {address} set community delete NO_ADVERTISE
# Refused: the next hop is not one that AS {asn} may have
deny quick from {address} community NO_ADVERTISE

# Refused: the path begins with another AS than {asn}
deny quick from {address} peer-as != {asn}

# Refused: the path has an AS number that is reserved
deny quick from {address} AS as-set reserved

# Refused: the path has a network that buys no transit
deny quick from {address} AS as-set transit-free

# Refused: the path has a network that is on no route server
deny quick from {address} AS as-set elsewhere

# Routing registries, AS {asn}: until one of them knows the origin and the prefix
match from {address} set ext-community soo {rs}:5

# Routing registries, AS {asn}: origins. Everybody gets the mark of an origin that is not known,
match from {address} set ext-community soo {rs}:1
# and this takes it off where the AS-SETs have the origin
match from {address} source-as as-set origins-{number} set {{
    ext-community delete soo {rs}:1
    ext-community soo {rs}:2
}}

# Routing registries, AS {asn}: route objects. Everybody gets the mark of a prefix that is not known,
match from {address} set ext-community soo {rs}:3
# and this takes it off where a route object of the AS-SETs has the prefix
match from {address} prefix-set prefixes-{number} set {{
    ext-community delete soo {rs}:3
    ext-community soo {rs}:4
}}

# Refused: the origin is in no AS-SET of AS {asn}
deny quick from {address} ext-community soo {rs}:5 ext-community soo {rs}:1

# Refused: the prefix is in no route object of the AS-SETs of AS {asn}
deny quick from {address} ext-community soo {rs}:5 ext-community soo {rs}:3

# To be dropped by the others: goes on, without what it was marked by
match from {address} community BLACKHOLE set {{
    large-community {rs}:1003:0
{marks}
}}
# and as it is
allow quick from {address} community BLACKHOLE

# Refused: a prefix of another length than {shortest} to {longest}
deny quick from {address} prefix {all} prefixlen {shortest} >< {longest}

# AS {asn} takes the prefix down
match from {address} community GRACEFUL_SHUTDOWN set localpref 0

# What is left goes on, without what it was marked by
match from {address} set {{
    large-community {rs}:1004:0
{marks}
}}
# and with all that the rules above have made of it
allow quick from {address}

# ---------------------------------------------------------------------
# {address}, a member of the exchange, AS {asn}: what it is sent

# Not to those who do not want it: AS {asn} drops nothing for others
deny quick to {address} community BLACKHOLE

# Its sender asks for no export, or no advertisement, by AS {asn}
match to {address} large-community {rs}:200:{asn} set community NO_EXPORT
match to {address} large-community {rs}:201:{asn} set community NO_ADVERTISE

# Its sender keeps it from everybody but those whom it names, from AS {asn}, or gives it to AS {asn}
allow to {address}
deny to {address} large-community {rs}:0:0
deny quick to {address} large-community {rs}:0:{asn}
allow to {address} large-community {rs}:1:{asn}

# Its sender wants a longer path at AS {asn}: by one, two or three, the first of these that it asks for
match to {address} set ext-community soo {rs}:9
match to {address} ext-community soo {rs}:9 large-community {rs}:101:{asn} set {{
    prepend-neighbor 1
    ext-community delete soo {rs}:9
}}
match to {address} ext-community soo {rs}:9 large-community {rs}:102:{asn} set {{
    prepend-neighbor 2
    ext-community delete soo {rs}:9
}}
match to {address} ext-community soo {rs}:9 large-community {rs}:103:{asn} set {{
    prepend-neighbor 3
    ext-community delete soo {rs}:9
}}
"""

_GLOBALS = """
prefix-set bogons {
    0.0.0.0/8 or-longer, 10.0.0.0/8 or-longer, 100.64.0.0/10 or-longer, 127.0.0.0/8 or-longer
    169.254.0.0/16 or-longer, 172.16.0.0/12 or-longer, 192.0.2.0/24 or-longer, 192.168.0.0/16 or-longer
    224.0.0.0/3 or-longer, ::/8 or-longer, 2001:db8::/32 or-longer, fc00::/7 or-longer, ff00::/8 or-longer
}
as-set reserved { 23456 64496 64497 64498 64499 }
as-set transit-free { 174 701 1299 2914 3257 3320 3356 3491 5511 6453 6461 6762 6830 7018 12956 }
as-set elsewhere { 2906 8075 13335 15169 16509 20940 32934 36040 40027 54113 60068 64289 }
"""


def openbgpd(members: list[Client], filters: Path, socket: Path) -> Iterator[str]:
    yield _HEAD.format(asn=ASN, local=SERVER[0], socket=socket)
    yield 'group "clients" {\n'
    for one in members:
        for version in (4, 6):
            address = client_address(one, version)
            yield _SESSION.format(address=address, asn=one.asn, version=version, other=10 - version)
    yield f'}}\ninclude "{filters}"\n{_GLOBALS}'
    for one in members:
        yield f"\n# AS-SETs of AS {one.asn}\nas-set origins-{one.number} {{\n"
        origins = sorted(set(one.origins))
        for first in range(0, len(origins), 8):
            yield f"    {' '.join(map(str, origins[first : first + 8]))}\n"
        yield f"}}\nprefix-set prefixes-{one.number} {{\n"
        for prefix in one.prefixes:
            yield f"    {prefix} or-longer\n"
        yield "}\n"
    yield "\ndeny quick from group clients max-as-len 32\ndeny quick from group clients prefix-set bogons\n"
    for one in members:
        for version in (4, 6):
            yield _RULES.format(
                address=client_address(one, version),
                asn=one.asn,
                rs=ASN,
                number=one.number,
                marks=_MARKS,
                all="0.0.0.0/0" if version == 4 else "::/0",
                shortest=8 if version == 4 else 12,
                longest=24 if version == 4 else 48,
            )
    yield f"match to group clients set {{\n    large-community delete {ASN}:*:*\n{_MARKS}\n}}\n"
