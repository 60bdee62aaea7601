# SPDX-License-Identifier: Apache-2.0
"""Keys of BGP and of what it tells: [[neighbor]], [report], [nhib]."""

from __future__ import annotations

from bfd_fastpath.config import model, values
from bfd_fastpath.config.key import DAY_US, MAX_U32, Key, Section, anything

NEIGHBOR = Section(
    "neighbor",
    True,
    "A BGP peer, such as a route server.",
    (
        Key("address", "address", values.address, None, "Where the peer is."),
        Key("remote-as", "1..4294967295", values.integer(1, MAX_U32), None, "The peer's AS number."),
        Key(
            "port",
            "1..65535",
            values.integer(1, 65535),
            "179",
            "TCP port of the peer; with passive, the one we listen on.",
        ),
        Key(
            "local-address",
            "address",
            values.address,
            "",
            "Bind to this address. Left out: the kernel chooses.",
        ),
        Key(
            "hold-time",
            "seconds",
            values.hold_time,
            '"90s"',
            "0 (no keepalives) or at least 3 s; the smaller one of the two sides counts.",
        ),
        Key(
            "connect-retry",
            "time",
            values.duration(10_000, DAY_US, unit="s", example="5s"),
            '"5s"',
            "Between attempts to connect.",
        ),
        Key(
            "password-file",
            "path",
            values.text,
            "",
            "TCP-MD5 password: the first line of this file. Relative to the configuration file.",
        ),
        Key("password-env", "text", values.text, "", "TCP-MD5 password: this environment variable."),
        Key(
            "ttl-security",
            "boolean",
            values.boolean,
            "false",
            "GTSM (RFC 5082): send TTL 255, drop what has less. Both sides need it.",
        ),
        Key("passive", "boolean", values.boolean, "false", "Wait for the peer to connect."),
        Key(
            "families",
            "list",
            values.list_of(values.choice(model.Family)),
            '["ipv4-unicast", "ipv6-unicast", "bgp-ls"]',
            "Address families to offer. bgp-ls is what the reports go over.",
        ),
        Key(
            "bfd",
            "boolean",
            values.boolean,
            "false",
            "Run BFD to the peer as well, and end the BGP session when that goes Down (RFC 9384).",
        ),
        Key(
            "extended-next-hop",
            "boolean",
            values.boolean,
            "false",
            "IPv4 prefixes may have IPv6 next hops (RFC 8950), where the peer agrees.",
        ),
        Key(
            "graceful-restart-helper",
            "boolean",
            values.boolean,
            "true",
            "Keep the peer's routes while it restarts (RFC 4724); never what it tells of reachability.",
        ),
        Key(
            "enforce-first-as",
            "boolean",
            values.boolean,
            "false",
            "Refuse routes whose AS path does not begin with the peer's AS. Leave it off for a route server.",
        ),
        Key(
            "role",
            '"provider", "rs", "rs-client", "customer" or "peer"',
            values.choice(model.BgpRole),
            "",
            "Our role towards the peer (RFC 9234), by which leaks are refused; rs-client for a route server.",
        ),
        Key(
            "strict-role",
            "boolean",
            values.boolean,
            "false",
            "With role: no session with a peer that has none.",
        ),
        Key(
            "announce",
            "list",
            anything,
            "[]",
            "Prefixes, or tables `{ prefix = ..., next-hop = ... }`. Next hop by default: our LAN address.",
        ),
        Key(
            "learn-next-hops",
            "boolean",
            values.boolean,
            "true",
            "Run BFD to the next hops and members that this peer names.",
        ),
        Key("description", "text", values.text, '""', "For people."),
    ),
)

REPORT = Section(
    "report",
    False,
    "What BGP-LS tells route servers.",
    (
        Key("profile", '"l5"', values.one_of("l5"), '"l5"', "Form of the announcements."),
        Key(
            "identifier",
            "0..18446744073709551615",
            values.integer(0, 2**64 - 1),
            "0",
            "BGP-LS Identifier, one value for a peering LAN.",
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
