# SPDX-License-Identifier: Apache-2.0
"""RPKI to Router protocol (RFC 8210, and version 0 of RFC 6810), the cache's side: records in, octets out."""

from bfd_fastpath.wire.rtr.cache import Cache, Records
from bfd_fastpath.wire.rtr.pdu import ErrorCode, Pdu, PduType, RtrError
from bfd_fastpath.wire.rtr.session import CacheSession

__all__ = ["Cache", "CacheSession", "ErrorCode", "Pdu", "PduType", "Records", "RtrError"]
