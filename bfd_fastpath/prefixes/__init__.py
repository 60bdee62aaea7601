# SPDX-License-Identifier: Apache-2.0
"""Prefixes by the million: runs of them as BGP writes them (NLRI octets), and tables that are asked and
changed by the run, compiled. No policy, no I/O, no clock."""

from bfd_fastpath.prefixes.latest import latest
from bfd_fastpath.prefixes.map import PrefixMap
from bfd_fastpath.prefixes.prefix import Prefix, PrefixError
from bfd_fastpath.prefixes.run import Run

__all__ = ["Prefix", "PrefixError", "PrefixMap", "Run", "latest"]
