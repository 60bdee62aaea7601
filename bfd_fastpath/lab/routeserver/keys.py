# SPDX-License-Identifier: Apache-2.0
"""Every section and key of the embedded route server's configuration."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from bfd_fastpath.config import values
from bfd_fastpath.config.key import MAX_U32, Key, Section
from bfd_fastpath.config.keys_process import CONTROL, LOG
from bfd_fastpath.config.keys_tcp import PASSWORD_ENV, PASSWORD_FILE

DEFAULT_SOCKET = Path("/run/bfd-fastpath/route-server.sock")


class Bfd(StrEnum):
    """Whether a client's router runs BFD, as far as the others are told."""

    LEARN = "learn"
    YES = "yes"
    NO = "no"


ROUTE_SERVER = Section(
    "route-server",
    False,
    "The route server itself.",
    (
        Key("asn", "1..4294967295", values.integer(1, MAX_U32), None, "Its AS number."),
        Key("router-id", "four octets", values.router_id, None, "Its BGP identifier."),
        Key(
            "listen",
            "list of addresses",
            values.list_of(values.address),
            None,
            "Where clients connect to: one address for each IP version.",
        ),
        Key("port", "1..65535", values.integer(1, 65535), "179", "TCP port to listen on."),
        Key(
            "lan",
            "list of prefixes",
            values.list_of(values.prefix),
            None,
            "The peering LAN: next hops that clients are asked about are in it.",
        ),
        Key("hold-time", "seconds", values.hold_time, '"90s"', "0 (no keepalives) or at least 3 s."),
        Key(
            "bgp-ls",
            "boolean",
            values.boolean,
            "true",
            "Offer BGP-LS: profiles L5 and L7, and rs-bfd-01's own form.",
        ),
        Key(
            "bgp-ls-identifier",
            "0..18446744073709551614",
            values.integer(0, 2**64 - 2),
            "0",
            "Identifier of the BGP-LS entries, one value for a LAN; profile L7 has the next one for IPv6.",
        ),
        Key(
            "nh-reach-safi",
            "0, 241..254",
            values.nh_reach_safi,
            "241",
            "SAFI by which NH-Reach is offered; 0: it is not.",
        ),
        Key(
            "prefer-reached",
            "boolean",
            values.boolean,
            "false",
            "Prefer a path whose next hop the client reaches to one of which it does not know. "
            "Clients without BFD then come last.",
        ),
        Key(
            "as-path-limit",
            "1..255",
            values.integer(1, 255),
            "",
            "Routes with more ASes in their path are not judged by reachability. Left out: all are.",
        ),
        Key(
            "enforce-first-as",
            "boolean",
            values.boolean,
            "true",
            "Take no route whose path does not begin with the client's AS.",
        ),
        Key(
            "roles",
            "boolean",
            values.boolean,
            "false",
            "Say that it is a route server (RFC 9234), to rs-clients alone. Routes that come with Only to "
            "Customer are not taken, those that are passed on get it.",
        ),
        Key(
            "prefix-limit",
            "1..4294967295",
            values.integer(1, MAX_U32),
            "",
            "Prefixes that a session may have in each IP version; more end it. Left out: any number.",
        ),
        Key(
            "entry-limit",
            "1..4294967295",
            values.integer(1, MAX_U32),
            "65536",
            "Reachability entries that a session may have; more end it.",
        ),
    ),
)

CLIENT = Section(
    "client",
    True,
    "One client router.",
    (
        Key("name", "name", values.name, None, "What it is called in logs and tables."),
        Key("asn", "1..4294967295", values.integer(1, MAX_U32), None, "Its AS number."),
        Key(
            "addresses",
            "list of addresses",
            values.list_of(values.address),
            None,
            "Its addresses on the LAN, both families. Its sessions come from them.",
        ),
        Key(
            "session-addresses",
            "list of addresses",
            values.list_of(values.address),
            "[]",
            "Where its sessions come from, if not from `addresses`.",
        ),
        Key("router-id", "four octets", values.router_id, "", "Its BGP identifier. Left out: any."),
        PASSWORD_FILE,
        PASSWORD_ENV,
        Key("ttl-security", "boolean", values.boolean, "false", "GTSM (RFC 5082)."),
        Key(
            "strict-role",
            "boolean",
            values.boolean,
            "false",
            "With `roles`: no session unless it says that it is an rs-client.",
        ),
        Key(
            "bfd",
            '"learn", "yes" or "no"',
            values.choice(Bfd),
            '"learn"',
            '"no": the others do not try BFD with it. "learn": it takes part once it negotiates a '
            "reachability family, and is tried all the same before.",
        ),
        Key(
            "ask",
            "list of addresses",
            values.list_of(values.address),
            "[]",
            "Addresses of the LAN that it is asked about besides all others.",
        ),
        Key(
            "apart",
            "list of names",
            values.list_of(values.name),
            "[]",
            "Clients with which it exchanges no routes; neither is asked about the other.",
        ),
        Key(
            "prefix-limit-ipv4",
            "0..4294967295",
            values.integer(0, MAX_U32),
            "",
            "Its own limit. Left out: the server's.",
        ),
        Key(
            "prefix-limit-ipv6",
            "0..4294967295",
            values.integer(0, MAX_U32),
            "",
            "Its own limit. Left out: the server's.",
        ),
    ),
)

_PATH = Key("path", "path", values.text, f'"{DEFAULT_SOCKET}"', "Relative to the configuration file.")
OWN_CONTROL = Section(CONTROL.name, CONTROL.many, CONTROL.text, (_PATH, *CONTROL.keys[1:]))
SECTIONS = (ROUTE_SERVER, CLIENT, OWN_CONTROL, LOG)
BY_NAME = {section.name: section for section in SECTIONS}
