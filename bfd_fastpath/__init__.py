# SPDX-License-Identifier: Apache-2.0
"""BFD to every next hop that a route server hands out, on a DPDK data plane, reported back by BGP."""

__version__ = "0.1.0"
