# SPDX-License-Identifier: Apache-2.0
"""NH-Reach (draft-ietf-idr-rs-bfd-09 5): which next hops a route server asks about, and what a client
tells.
"""

from bfd_fastpath.wire.nhreach.nlri import NhReachError, NhReachNlri, NhState, decode_run, settled
from bfd_fastpath.wire.nhreach.run import TellRun

__all__ = ["NhReachError", "NhReachNlri", "NhState", "TellRun", "decode_run", "settled"]
