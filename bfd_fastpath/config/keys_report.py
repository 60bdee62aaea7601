# SPDX-License-Identifier: Apache-2.0
"""Keys of what is told to BGP peers, and of what it is told from: [report], [fuse], [nhib]."""

from __future__ import annotations

from bfd_fastpath.config import model, values
from bfd_fastpath.config.key import DAY_US, Key, Section

REPORT = Section(
    "report",
    False,
    "What is told to route servers.",
    (
        Key(
            "transport",
            '"auto", "bgp-ls", "bgp-ls-l7" or "nh-reach"',
            values.choice(model.Transport),
            '"auto"',
            "What peers are told by. auto: BGP-LS in profile L5, or else NH-Reach, as the peer has them.",
        ),
        Key(
            "merge",
            "boolean",
            values.boolean,
            "true",
            "Tell every neighbour of every next hop. false: of those that it asked for or its routes named.",
        ),
        Key(
            "identifier",
            "0..18446744073709551614",
            values.integer(0, 2**64 - 2),
            "0",
            "BGP-LS Identifier, one value for a peering LAN; profile L7 has the next one for IPv6.",
        ),
        Key(
            "ipv6-node-id",
            '"iid" or "full"',
            values.choice(model.Ipv6NodeId),
            '"iid"',
            "8 octets (the interface identifier) or all 16 of an IPv6 next hop in node descriptors.",
        ),
        Key(
            "announce-unverified",
            "boolean",
            values.boolean,
            "false",
            "Announce next hops that are Unknown like those that are Up (rs-bfd-01 to the letter).",
        ),
        Key(
            "node-name",
            "text",
            values.ascii_text,
            "",
            "Name in the BGP-LS Node of this router. Left out: none.",
        ),
        Key(
            "bounce-window",
            "time",
            values.duration(1_000_000, DAY_US, unit="s", example="60s"),
            '"60s"',
            "A next hop that leaves Up twice within this time bounces.",
        ),
        Key(
            "bounce-hold",
            "time",
            values.duration(0, DAY_US, unit="s", example="10s"),
            '"10s"',
            "So long must one that bounces be Up before it is told to be. Down never waits for this. 0: off.",
        ),
        Key(
            "coalesce",
            "time",
            values.duration(0, 10_000_000, unit="ms", example="50ms"),
            '"50ms"',
            "The most that a change waits for others, to go in one UPDATE. The first four within this time "
            "go at once, the next waits a sixteenth of it, and in a storm each wait is twice the one before. "
            "256 changes wait for nothing. 0: off.",
        ),
        Key(
            "link-quality",
            "boolean",
            values.boolean,
            "false",
            "Tell delay (half the round trip of echoes: our convention) and loss of Links (RFC 8571), "
            "from sessions that count link-quality.",
        ),
        Key(
            "link-quality-interval",
            "time",
            values.duration(1_000_000, DAY_US, unit="s", example="30s"),
            '"30s"',
            "What a value is measured over, and the shortest time between two reports of a Link's quality. "
            "Up and Down never wait.",
        ),
        Key(
            "link-quality-threshold",
            "0..1000",
            values.integer(0, 1000),
            "10",
            "Percent by more than which a value has to differ from what was told, to be told again.",
        ),
        Key(
            "link-quality-delay-floor",
            "time",
            values.duration(0, 10_000_000, unit="us", example="100us"),
            '"100us"',
            "A delay that differs by less than this is not told again.",
        ),
        Key(
            "link-quality-loss-floor",
            "0..100",
            values.integer(0, 100),
            "1",
            "A loss that differs by fewer percentage points is not told again.",
        ),
    ),
)

FUSE = Section(
    "fuse",
    False,
    "When nearly all next hops of a port fall silent at once the fault is likelier ours: reports wait.",
    (
        Key("enabled", "boolean", values.boolean, "true", "Hold the reports; forwarding never waits."),
        Key(
            "share",
            "0..99",
            values.integer(0, 99),
            "80",
            "Percent of a port's next hops that are Up; more than that must miss a hello.",
        ),
        Key(
            "at-least",
            "2..1048576",
            values.integer(2, 1_048_576),
            "10",
            "With fewer next hops that are Up on the port nothing is held.",
        ),
        Key(
            "hold",
            "time",
            values.duration(1_000, 300_000_000, unit="s", example="1s"),
            "",
            "How long. Left out: the detection time of the session that failed first.",
        ),
    ),
)

NHIB = Section(
    "nhib",
    False,
    "How long next hops are kept, and which may be tracked.",
    (
        Key(
            "down-retry",
            "time",
            values.duration(1_000, 365 * DAY_US, unit="s", example="24h"),
            '"24h"',
            "A next hop that is Down becomes Unknown after this long.",
        ),
        Key(
            "linger",
            "time",
            values.duration(0, 30 * DAY_US, unit="s", example="60s"),
            '"60s"',
            "A session that nobody asks for any more goes on for this long, unless it is Down.",
        ),
        Key(
            "max-sessions",
            "0..1048576",
            values.integer(0, 1_048_576),
            "2048",
            "Most sessions that learned next hops may cause.",
        ),
        Key(
            "allowed-prefixes",
            "list of prefixes",
            values.list_of(values.prefix),
            "",
            "Where learned next hops may lie. Left out: the ports' peering LAN prefixes.",
        ),
    ),
)
