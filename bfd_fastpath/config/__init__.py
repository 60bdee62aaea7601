# SPDX-License-Identifier: Apache-2.0
"""TOML -> model -> check -> plan. Knows nothing of the engine, BGP or the NHIB: it makes plain records."""

from bfd_fastpath.config.fault import ConfigError, Fault
from bfd_fastpath.config.model import Config

__all__ = ["Config", "ConfigError", "Fault"]
