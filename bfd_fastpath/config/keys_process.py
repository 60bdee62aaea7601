# SPDX-License-Identifier: Apache-2.0
"""Keys of the process and its identity: [router], [control], [log]."""

from __future__ import annotations

from bfd_fastpath.config import model, values
from bfd_fastpath.config.key import MAX_U32, Key, Section

ROUTER = Section(
    "router",
    False,
    "Who we are.",
    (
        Key(
            "name",
            "name",
            values.name,
            '"bfd-fastpath"',
            "Name of this router in logs and of its engine.",
        ),
        Key(
            "asn",
            "1..4294967295",
            values.integer(1, MAX_U32),
            "",
            "Our AS number. Needed where there is a [[neighbor]].",
        ),
        Key(
            "router-id",
            "four octets",
            values.router_id,
            "",
            "Our BGP identifier. Needed where there is a [[neighbor]].",
        ),
    ),
)

CONTROL = Section(
    "control",
    False,
    "The socket that the command line talks to.",
    (
        Key(
            "path",
            "path",
            values.text,
            '"/run/bfd-fastpath/control.sock"',
            "Relative to the configuration file.",
        ),
        Key("mode", "octal digits", values.file_mode, '"0600"', "Permissions of the socket."),
        Key("owner", "text", values.text, "", "User that owns it. Left out: who runs the process."),
        Key("group", "text", values.text, "", "Group that owns it."),
    ),
)

LOG = Section(
    "log",
    False,
    "Logs, to standard error.",
    (
        Key(
            "level",
            '"debug", "info", "warning" or "error"',
            values.one_of("debug", "info", "warning", "error"),
            '"info"',
            "Least severity that is written.",
        ),
        Key(
            "format",
            '"console" or "json"',
            values.choice(model.LogFormat),
            '"console"',
            "For people, or one JSON object a line.",
        ),
    ),
)
