# SPDX-License-Identifier: Apache-2.0
"""Every section and key of the agent's configuration."""

from __future__ import annotations

from bfd_fastpath.agent.settings import DEFAULT_RTR_PORT, DEFAULT_SOCKET, Kind, Method
from bfd_fastpath.config import values
from bfd_fastpath.config.key import DAY_US, MAX_U32, Key, Section
from bfd_fastpath.config.keys_process import CONTROL, LOG
from bfd_fastpath.config.keys_tcp import PASSWORD_ENV, PASSWORD_FILE

AGENT = Section(
    "agent",
    False,
    "Who the agent is, for the members' BGP sessions with it.",
    (
        Key(
            "asn",
            "1..4294967295",
            values.integer(1, MAX_U32),
            None,
            "AS number of the exchange's route servers.",
        ),
        Key(
            "router-id",
            "four octets",
            values.router_id,
            None,
            "BGP identifier; not that of the route server.",
        ),
        Key(
            "listen",
            "list of addresses",
            values.list_of(values.address),
            None,
            "Where members connect to. The route server keeps port 179 of its own addresses.",
        ),
        Key("port", "1..65535", values.integer(1, 65535), "179", "TCP port to listen on."),
        Key(
            "lan",
            "list of prefixes",
            values.list_of(values.prefix),
            None,
            "The peering LAN: only addresses in it are members' and next hops.",
        ),
        Key(
            "hold-time",
            "seconds",
            values.hold_time,
            '"90s"',
            "Of the sessions with members. When one ends, its client gets every route again.",
        ),
        Key(
            "identifier",
            "0..18446744073709551614",
            values.integer(0, 2**64 - 2),
            "0",
            "BGP-LS Identifier, one value for a peering LAN; profile L7 has the next one for IPv6.",
        ),
        Key(
            "nh-reach-safi",
            "0, 241..254",
            values.nh_reach_safi,
            "241",
            "SAFI of NH-Reach (draft-ietf-idr-rs-bfd-09), offered beside BGP-LS. 0: not offered.",
        ),
        Key(
            "fail-open-after",
            "time",
            values.duration(1_000_000, DAY_US, unit="s", example="60s"),
            '"60s"',
            "An agent that is dead, or hangs, for this long has its filters emptied by its guard.",
        ),
        Key(
            "restart-hold",
            "time",
            values.duration(0, DAY_US, unit="s", example="60s"),
            '"60s"',
            "After a restart a member that has not come back keeps the filters that it had, for so long.",
        ),
        Key(
            "members-file",
            "path",
            values.path,
            "",
            "The exchange's member list in the IX-F Member Export format (JSON). Relative to this file.",
        ),
    ),
)

MEMBER = Section(
    "member",
    True,
    "A member's router, where the member list or the route server does not say it all.",
    (
        Key("name", "name", values.name, None, "What it is called in logs and tables."),
        Key("asn", "1..4294967295", values.integer(1, MAX_U32), None, "Its AS number."),
        Key(
            "addresses",
            "list of addresses",
            values.list_of(values.address),
            None,
            "Its addresses on the LAN, both families.",
        ),
        Key(
            "session-addresses",
            "list of addresses",
            values.list_of(values.address),
            "[]",
            "Where its session with the agent comes from, if not from `addresses`.",
        ),
        PASSWORD_FILE,
        PASSWORD_ENV,
        Key(
            "ttl-security",
            "boolean",
            values.boolean,
            "false",
            "GTSM (RFC 5082) on its session with the agent.",
        ),
        Key(
            "bfd",
            '"auto" or "no"',
            values.one_of("auto", "no"),
            '"auto"',
            '"no": the others need not try BFD with it.',
        ),
    ),
)

ROUTE_SERVER = Section(
    "route-server",
    False,
    "The route server that is driven; it runs on this machine.",
    (
        Key("type", '"openbgpd" or "bird"', values.choice(Kind), None, "OpenBGPD 7 or later, BIRD 2."),
        Key("filter-file", "path", values.path, None, "Written by the agent, included by the route server."),
        Key(
            "method",
            '"reload" or "rtr"',
            values.choice(Method),
            "",
            "How it hears of changes: it reads its configuration again, or (BIRD only) is fed by RTR. "
            "Left out: `rtr` for BIRD, `reload` for OpenBGPD.",
        ),
        Key(
            "rtr-port",
            "1..65535",
            values.integer(1, 65535),
            str(DEFAULT_RTR_PORT),
            "TCP port of 127.0.0.1 where BIRD fetches what changed, with `rtr`.",
        ),
        Key(
            "config-file",
            "path",
            values.path,
            "",
            "The route server's own. OpenBGPD is asked about it when a reload fails.",
        ),
        Key(
            "control-socket",
            "path",
            values.path,
            "",
            "Of the route server. Left out: where it listens by default.",
        ),
        Key(
            "min-interval",
            "time",
            values.duration(0, 3_600_000_000, unit="s", example="1s"),
            '"1s"',
            "Between the end of one reload and the next, or four times as long as one takes if that is more. "
            "A first change goes at once, later ones together.",
        ),
        Key(
            "rest-most",
            "time",
            values.duration(0, 3_600_000_000, unit="s", example="10s"),
            '"10s"',
            "The longest that these four times may be.",
        ),
        Key(
            "timeout",
            "time",
            values.duration(1_000_000, 3_600_000_000, unit="s", example="60s"),
            '"60s"',
            "A reload that takes longer has failed, unless the next attempt finds that it was done.",
        ),
        Key(
            "retry-first",
            "time",
            values.duration(100_000, 3_600_000_000, unit="s", example="1s"),
            '"1s"',
            "After a failed reload; doubled with each further failure.",
        ),
        Key(
            "retry-most",
            "time",
            values.duration(100_000, DAY_US, unit="s", example="60s"),
            '"60s"',
            "The longest wait after failures.",
        ),
        Key(
            "learn",
            "boolean",
            values.boolean,
            "true",
            "Take the route server's own neighbours on the LAN for members.",
        ),
        Key(
            "poll",
            "time",
            values.duration(1_000_000, DAY_US, unit="s", example="30s"),
            '"30s"',
            "How often the route server is asked for its neighbours.",
        ),
        Key(
            "next-hop-poll",
            "time",
            values.duration(0, DAY_US, unit="s", example="60s"),
            '"60s"',
            "How often it is asked for next hops that are not the sender's own. 0: never.",
        ),
    ),
)

_PATH = Key("path", "path", values.path, f'"{DEFAULT_SOCKET}"', "Relative to the configuration file.")
OWN_CONTROL = Section(CONTROL.name, CONTROL.many, CONTROL.text, (_PATH, *CONTROL.keys[1:]))
SECTIONS = (AGENT, MEMBER, ROUTE_SERVER, OWN_CONTROL, LOG)
BY_NAME = {section.name: section for section in SECTIONS}
