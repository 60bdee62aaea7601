# SPDX-License-Identifier: Apache-2.0
"""Every section and key there is, in the order of the reference page, which is made from this.

What a value has to fulfil together with others is in sections.py and check.py.
"""

from __future__ import annotations

from bfd_fastpath.config.keys_asked import REFLECTOR, UNSOLICITED
from bfd_fastpath.config.keys_authentication import KEY_CHAIN
from bfd_fastpath.config.keys_bgp import NEIGHBOR
from bfd_fastpath.config.keys_dampening import DAMPENING
from bfd_fastpath.config.keys_data_plane import BFD, EAL, ENGINE, PORT, SESSION
from bfd_fastpath.config.keys_forwarding import FORWARDING, ROUTE
from bfd_fastpath.config.keys_lag import LAG
from bfd_fastpath.config.keys_process import CONTROL, LOG, ROUTER
from bfd_fastpath.config.keys_report import FUSE, NHIB, REPORT

SECTIONS = (
    ROUTER,
    EAL,
    ENGINE,
    PORT,
    FORWARDING,
    ROUTE,
    BFD,
    SESSION,
    KEY_CHAIN,
    LAG,
    REFLECTOR,
    UNSOLICITED,
    DAMPENING,
    NEIGHBOR,
    REPORT,
    FUSE,
    NHIB,
    CONTROL,
    LOG,
)
BY_NAME = {section.name: section for section in SECTIONS}
