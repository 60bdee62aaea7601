# SPDX-License-Identifier: Apache-2.0
"""Keys of [[neighbor]]."""

from __future__ import annotations

from bfd_fastpath.config import model, values
from bfd_fastpath.config.key import DAY_US, MAX_U32, Key, Section, anything
from bfd_fastpath.config.keys_tcp import PASSWORD_ENV, PASSWORD_FILE
from bfd_fastpath.config.last_words import shutdown_text

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
        PASSWORD_FILE,
        PASSWORD_ENV,
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
            '["ipv4-unicast", "ipv6-unicast", "bgp-ls", "ipv4-nh-reach", "ipv6-nh-reach"]',
            "Address families to offer. Reports go over bgp-ls or over those of NH-Reach, which also ask.",
        ),
        Key(
            "nh-reach-safi",
            "241..254",
            values.integer(241, 254),
            "241",
            "SAFI of NH-Reach. It was never assigned one: both sides need the same private one.",
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
        Key(
            "shutdown-text",
            "text",
            shutdown_text,
            '""',
            "What the peer's operator reads when we leave, or `neighbor shutdown` ends the session "
            "(RFC 9003): a line of up to 255 octets in UTF-8; older daemons show 128.",
        ),
        Key("description", "text", values.text, '""', "For people."),
    ),
)
