# SPDX-License-Identifier: Apache-2.0
"""TOML -> model -> check -> plan. Knows nothing of the engine, BGP or the NHIB: it makes plain records."""

from bfd_fastpath.config.fault import ConfigError, Fault
from bfd_fastpath.config.load import Parsed, load, parse
from bfd_fastpath.config.model import Config
from bfd_fastpath.config.plan import plan, restarts_needed
from bfd_fastpath.config.render import render_plan

__all__ = [
    "Config",
    "ConfigError",
    "Fault",
    "Parsed",
    "load",
    "parse",
    "plan",
    "render_plan",
    "restarts_needed",
]
