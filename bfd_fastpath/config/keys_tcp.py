# SPDX-License-Identifier: Apache-2.0
"""Keys that every table of a BGP peer has, of our router, the agent and the route server for laboratories."""

from __future__ import annotations

from bfd_fastpath.config import values
from bfd_fastpath.config.key import Key

PASSWORD_FILE = Key(
    "password-file",
    "path",
    values.text,
    "",
    "TCP-MD5 password: the first line of this file, which nobody else may open. Relative to the "
    "configuration file.",
)
PASSWORD_ENV = Key("password-env", "text", values.text, "", "TCP-MD5 password: this environment variable.")
