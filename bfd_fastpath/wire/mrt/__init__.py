# SPDX-License-Identifier: Apache-2.0
"""Table dumps in MRT's form (RFC 6396, TABLE_DUMP_V2): prefixes with the attributes that each peer gave
them, as octets."""

from bfd_fastpath.wire.mrt.reader import MrtError, read_table
from bfd_fastpath.wire.mrt.records import Peer, RibEntry, RibRecord, peer_table, rib

__all__ = ["MrtError", "Peer", "RibEntry", "RibRecord", "peer_table", "read_table", "rib"]
