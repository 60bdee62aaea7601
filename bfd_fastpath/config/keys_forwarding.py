# SPDX-License-Identifier: Apache-2.0
"""Keys of forwarding: [forwarding], [[route]]."""

from __future__ import annotations

from bfd_fastpath.config import model, values
from bfd_fastpath.config.key import Key, Section, anything

_RATE = "0..1000000"
_rate = values.integer(0, 1_000_000)
_ROUTES = "1..16777216"
_routes = values.integer(1, 16_777_216)

FORWARDING = Section(
    "forwarding",
    False,
    "IP packets for others go by the routes to their next hops (docs/forwarding.md).",
    (
        Key("enabled", "boolean", values.boolean, "false", "Forward. Off: such packets are dropped."),
        Key(
            "rpf",
            '"off", "loose" or "strict"',
            values.choice(model.Rpf),
            '"off"',
            "Source addresses need a route (RFC 3704): loose: any; strict: one that leads back out there.",
        ),
        Key("icmp-error-rate", _RATE, _rate, "1000", "ICMP errors a second at each port; 0: none."),
        Key(
            "icmp-echo-rate",
            _RATE,
            _rate,
            "1000",
            "Pings answered a second at each port without host; 0: none.",
        ),
        Key(
            "icmp-source-ipv4",
            "IPv4 address",
            values.address_of(4),
            "",
            "A port's address that ICMP errors come from. Left out: one on the link that they leave by.",
        ),
        Key("icmp-source-ipv6", "IPv6 address", values.address_of(6), "", "The same of IPv6."),
        Key(
            "routes",
            'list of "bgp", "kernel"',
            values.list_of(values.choice(model.RouteSource)),
            '["bgp"]',
            "Who brings routes beside [[route]] and [[port]]: our [[neighbor]]s, and the kernel by its TAPs.",
        ),
        Key(
            "max-next-hops",
            "16..1048576",
            values.integer(16, 1_048_576),
            "4096",
            "Places for next hops and groups of them. Changing it needs a restart, as do the next three.",
        ),
        Key("max-ipv4-routes", _ROUTES, _routes, "2097152", "Places for IPv4 routes."),
        Key("max-ipv6-routes", _ROUTES, _routes, "2097152", "Places for IPv6 routes."),
        Key(
            "route-memory-mib",
            "1..16384",
            values.integer(1, 16_384),
            "1024",
            "Memory that the look-up of routes may take, MiB; it is taken as it is needed.",
        ),
    ),
)

ROUTE = Section(
    "route",
    True,
    "A static route. The prefixes of the ports' addresses have theirs without being written down.",
    (
        Key("prefix", "prefix", values.prefix, None, "Where it leads to."),
        Key(
            "via",
            "address, table or list of these",
            anything,
            "",
            'Next hops: `"198.51.100.2"`, or `{ address = ..., interface = "lan0", vlan = 1, weight = 2 }`; '
            "those in no port's prefix are reached by other routes.",
        ),
        Key(
            "backup",
            "address, table or list of these",
            anything,
            "",
            "At most 8 neighbours, taken in this order while none of via can be used.",
        ),
        Key(
            "special-next-hop",
            '"blackhole", "unreachable" or "prohibit"',
            values.choice(model.SpecialNextHop),
            "",
            "Instead of via: drop without a word, or with an ICMP error.",
        ),
        Key(
            "route-preference",
            "1..255",
            values.integer(1, 255),
            "1",
            "Of several routes for a prefix the one with the lowest is used (administrative distance).",
        ),
    ),
)
