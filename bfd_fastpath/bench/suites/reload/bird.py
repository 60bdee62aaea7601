# SPDX-License-Identifier: Apache-2.0
"""BIRD 2 with what generators of configurations write for each client of a large exchange: its sets of the
routing registries, functions and a filter for what it sends, a filter for what it is sent, and a session, all
of that for each family. Each refusal says in the log why. The text is ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bfd_fastpath.agent.drivers.bird import function
from bfd_fastpath.bench.suites.reload.clients import (
    ASN,
    PORT,
    SERVER,
    Client,
    client_address,
    prefixes,
)

_HEAD = """\
log stderr {{ fatal }};
router id 10.0.0.1;
include "{filters}";
protocol device {{ }}
ipv4 table rs4 sorted;
ipv6 table rs6 sorted;

define RS = {asn};

function is_bogon() {{
    if net.type = NET_IP4 then
        return net ~ [ 0.0.0.0/8+, 10.0.0.0/8+, 100.64.0.0/10+, 127.0.0.0/8+, 169.254.0.0/16+, 172.16.0.0/12+,
            192.0.2.0/24+, 192.168.0.0/16+, 198.51.100.0/24+, 203.0.113.0/24+, 224.0.0.0/3+ ];
    return net ~ [ ::/8+, 2001:db8::/32+, fc00::/7+, fe80::/10+, ff00::/8+ ];
}}

function has_reserved_as() {{
    return bgp_path ~ [ 0, 23456, 64496..64511, 65535..131071, 4200000000..4294967295 ];
}}

function length_is_in(int least; int most) {{
    return net.len >= least && net.len <= most;
}}

function is_blackhole_request() {{
    return (65535, 666) ~ bgp_community;
}}

function without_our_marks() {{
    bgp_large_community.delete([ (RS, 1000..1999, *) ]);
    bgp_community.delete([ (65534, *) ]);
}}

function shuts_down() {{
    if (65535, 0) ~ bgp_community then bgp_local_pref = 0;
}}

function may_go_to(int client_as; ip client_at; string client_name) {{
    if (RS, 0, client_as) ~ bgp_large_community then return false;
    if (RS, 1, client_as) ~ bgp_large_community then return true;
    if (RS, 0, 0) ~ bgp_large_community then return false;
    return true;
}}

function prepended_for(int client_as; ip client_at) {{
    if (RS, 101, client_as) ~ bgp_large_community then bgp_path.prepend(bgp_path.first);
    if (RS, 102, client_as) ~ bgp_large_community then {{
        bgp_path.prepend(bgp_path.first);
        bgp_path.prepend(bgp_path.first);
    }}
    if (RS, 103, client_as) ~ bgp_large_community then {{
        bgp_path.prepend(bgp_path.first);
        bgp_path.prepend(bgp_path.first);
        bgp_path.prepend(bgp_path.first);
    }}
}}

function kept_by(int client_as) {{
    if (RS, 200, client_as) ~ bgp_large_community then bgp_community.add((65535, 65281));
    if (RS, 201, client_as) ~ bgp_large_community then bgp_community.add((65535, 65282));
}}

function without_instructions() {{
    bgp_large_community.delete([ (RS, *, *) ]);
}}
"""

_CLIENT = """
# {name}: AS {asn} at {address}

function origin_is_of_{name}() {{
    # AS numbers of the AS-SETs of AS {asn}
    if bgp_path.last ~ origins_{number} then
        return true;
    return false;
}}

function prefix_is_of_{name}() {{
    # Route objects of the AS-SETs of AS {asn}
    if net.type = NET_IP{version} then
        {registered}
    return false;
}}

function next_hop_is_of_{name}() {{
    # Addresses that AS {asn} may have as NEXT_HOP
    if bgp_next_hop = {address} then return true;
    return false;
}}

function registries_know_{name}()
bool origin_known;
bool prefix_known;
bool known;
{{
    origin_known = false;
    prefix_known = false;
    known = false;

    origin_known = origin_is_of_{name}();
    prefix_known = prefix_is_of_{name}();

    if !origin_known then {{
        bgp_large_community.add((RS, 1001, 0));
    }}
    if origin_known then {{
        bgp_large_community.add((RS, 1001, 1));
    }}
    if !prefix_known then {{
        bgp_large_community.add((RS, 1002, 0));
    }}
    if prefix_known then {{
        bgp_large_community.add((RS, 1002, 1));
    }}

    if !known && !origin_known then {{
        reject "the origin [", bgp_path.last, "] is in no AS-SET - REFUSED ", net;
    }}
    if !known && !prefix_known then {{
        reject "no route object of the client has the prefix - REFUSED ", net;
    }}
}}

filter from_{name} {{
    if !(source = RTS_BGP) then
        reject "source != RTS_BGP - REFUSED ", net;

    if !(net.type = NET_IP{version}) then
        reject "this peer has no such family - REFUSED ", net;

    without_our_marks();

    # NEXT_HOP
    if !next_hop_is_of_{name}() then
        reject "the next hop [", bgp_next_hop, "] is not the client's - REFUSED ", net;

    # AS_PATH: how long
    if bgp_path.len > 32 then
        reject "a path of [", bgp_path.len, "] ASes is longer than 32 - REFUSED ", net;

    # AS_PATH: the first AS
    if bgp_path.first != {asn} then
        reject "the path begins with [", bgp_path.first, "] - REFUSED ", net;

    # AS_PATH: reserved ASes
    if has_reserved_as() then
        reject "the path [", bgp_path, "] has reserved ASes - REFUSED ", net;

    # AS_PATH: networks without transit
    if bgp_path ~ [ 174, 701, 1299, 2914, 3257, 3320, 3356, 3491, 5511, 6453, 6461, 6762, 6830, 7018 ] then
        reject "the path [", bgp_path, "] has a network that buys no transit - REFUSED ", net;

    # AS_PATH: networks that are on no route server
    if bgp_path ~ [ 2906, 8075, 13335, 15169, 16509, 20940, 32934, 36040, 40027, 54113, 60068, 64289 ] then
        reject "the path [", bgp_path, "] has a network that is on no route server - REFUSED ", net;
{unicast}
    # Prefixes of nobody
    if is_bogon() then
        reject "the prefix is a bogon - REFUSED ", net;

    # Routing registries
    registries_know_{name}();

    # To be dropped by the others?
    if is_blackhole_request() then {{
        bgp_large_community.add((RS, 1003, 0));
        accept "blackhole request of {name} - TAKEN ", net;
    }} else {{
        bgp_large_community.add((RS, 1004, 0));

        # How long prefixes may be
        if net.type = NET_IP{version} && !length_is_in({shortest}, {longest}) then
            reject "a prefix of [", net.len, "] bits, not {shortest} to {longest} - REFUSED ", net;

        shuts_down();
    }}

    {mark}accept;
}}

filter to_{name}
{{
    if {lost}() then
        reject "the client has lost the next hop - NOT ANNOUNCED ", net, " to {name}";

    # To be dropped by the others?
    if is_blackhole_request() then {{
        reject "{name} takes no blackhole requests - NOT ANNOUNCED ", net, " to {name}";
    }}

    # What their sender asks by communities
    if !may_go_to({asn}, {address}, "{name}") then
        reject "its sender keeps it from the client - NOT ANNOUNCED ", net, " to {name}";

    prepended_for({asn}, {address});

    kept_by({asn});

    without_instructions();

    accept;
}}

protocol bgp {name} {{
    description "A member of the exchange, AS {asn}, IPv{version}";

    local {local} port {port} as {rs};
    neighbor {address} as {asn};
    rs client;
    passive on;
    ttl security off;
    interpret communities off;

    ipv{version} {{
        table rs{version};
        secondary;
        {channel}import limit 10000 action restart;
        import table on;
        import keep filtered on;
        import filter from_{name};
        export filter to_{name};
    }};
}}
"""
_UNICAST = """
    # Only global unicast
    if net.type = NET_IP6 && !(net ~ [ 2000::/3+ ]) then
        reject "the prefix is no global unicast - REFUSED ", net;
"""


def bird(members: list[Client], filters: Path, *, rtr: bool) -> Iterator[str]:
    """The IPv6 sessions have an address of their own on the LAN, and all stay down."""
    yield _HEAD.format(filters=filters, asn=ASN)
    for one in members:
        yield from _sets(one)
    for one in members:
        for version in (4, 6):
            yield _client(one, version, rtr)


def _sets(one: Client) -> Iterator[str]:
    yield f"\n# AS-SETs of AS {one.asn}\n"
    yield _define(f"origins_{one.number}", map(str, sorted(set(one.origins))))
    for version, longest in ((4, 24), (6, 48)):
        if chosen := prefixes(one, version):
            entries = (f"{prefix}{{{prefix.split('/')[1]},{longest}}}" for prefix in chosen)
            yield _define(f"prefixes_{one.number}_{version}", entries)


def _define(name: str, entries: Iterator[str]) -> str:
    return f"define {name} = [\n    " + ",\n    ".join(entries) + "\n];\n"


def _client(one: Client, version: int, rtr: bool) -> str:
    address, registered = client_address(one, version), f"prefixes_{one.number}_{version}"
    return _CLIENT.format(
        name=f"c{one.number}_{version}",
        number=one.number,
        asn=one.asn,
        rs=ASN,
        port=PORT,
        address=address,
        version=version,
        registered=f"if net ~ {registered} then return true;" if prefixes(one, version) else "return false;",
        unicast=_UNICAST if version == 6 else "",
        shortest=8 if version == 4 else 12,
        longest=24 if version == 4 else 48,
        mark="rs_bfd_mark();\n    " if rtr else "",
        channel="rpki reload off;\n        " if rtr else "",
        lost=function(address),
        local=SERVER[version == 6],
    )
