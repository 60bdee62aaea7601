# SPDX-License-Identifier: Apache-2.0
"""A full table as a route server sends it: UPDATEs with the paths and next hops of an exchange's members.
The same every time."""

from ipaddress import IPv4Address, IPv4Network
from random import Random

from bfd_fastpath.prefixes import Run
from bfd_fastpath.wire.bgp import AsPath, Attributes, Origin, Update, end_of_rib
from bfd_fastpath.wire.bgp.family import IPV4_UNICAST

#: Members of the exchange, in 198.51.100.0/24.
NEXT_HOPS = 200
_FIRST = int(IPv4Address("1.0.0.0"))
#: As in the table of the Internet: most prefixes are /24s.
_LENGTHS = (24, 24, 24, 24, 24, 24, 23, 22, 24, 23)


def prefixes(count: int) -> Run:
    """IPv4 prefixes, none inside another, each in 1,024 addresses of its own."""
    (run,) = Run.of(
        IPv4Network((_FIRST + (number << 10), _LENGTHS[number % len(_LENGTHS)])) for number in range(count)
    )
    return run


def attributes(number: int) -> Attributes:
    """Those of the number-th UPDATE."""
    draw = Random(number)
    member = draw.randrange(NEXT_HOPS)
    return Attributes(
        origin=Origin.IGP,
        as_path=AsPath.sequence(
            65001 + member, *(draw.randrange(1000, 400_000) for _ in range(draw.randrange(4)))
        ),
        next_hop=IPv4Address("198.51.100.10") + member,
        communities=tuple(draw.randrange(1 << 32) for _ in range(draw.randrange(4))),
    )


def stream(count: int, per_update: int) -> bytes:
    """UPDATEs of so many prefixes each, and End-of-RIB."""
    rest, messages, number = prefixes(count), [], 0
    octets, at = rest.octets, 0
    while at < len(octets):
        end = at
        for _ in range(per_update):
            if end < len(octets):
                end += 1 + ((octets[end] + 7) >> 3)
        run = Run.read(4, octets, at, end)
        assert run is not None
        messages.append(Update(attributes=attributes(number), announced=run).encode())
        number, at = number + 1, end
    return b"".join([*messages, end_of_rib(IPV4_UNICAST).encode()])
