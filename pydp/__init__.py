# SPDX-License-Identifier: Apache-2.0
"""The data plane for Python programs: DPDK ports, packets and BFD sessions run by a C engine. No policy, no
BGP, no asyncio.

Importing it loads libpydp and starts nothing; `pydp.eal.init()` starts DPDK, once a process. What a function
raises is a PydpError with one sentence that says what to do.
"""

from pydp import eal, pmdinfo
from pydp.addresses import Address
from pydp.burst import Burst, PacketView
from pydp.captures import Capture, CapturedPacket
from pydp.columns import Columns
from pydp.engine import Engine, Neighbour, clock_ns
from pydp.errors import (
    BusyError,
    DriverError,
    EalError,
    ExistsError,
    InvalidArgumentError,
    NotFoundError,
    OperatingSystemError,
    OutOfMemoryError,
    PydpError,
    StaleViewError,
    StateError,
    TimedOutError,
    UnsupportedError,
)
from pydp.events import EVENT_DTYPE, UNSOLICITED_DTYPE, Events
from pydp.ffi import lib as _lib
from pydp.ffi import text as _text
from pydp.forwarding import ForwardingConfig, Rpf
from pydp.key_chains import Key, KeyChains
from pydp.link_quality import LinkHistogram, LinkQuality, bucket_edges_ns
from pydp.mempool import Mempool, MempoolUsage
from pydp.nexthops import Member, NextHop, NextHopConfig, NextHops
from pydp.ports import LoadStats, Port, PortInfo, PortStats, link, port_count, xdp_program
from pydp.reflector import ReflectorConfig
from pydp.ring import Ring
from pydp.routes import Route, RouteInfo, Routes
from pydp.session_config import SessionConfig, Takeover
from pydp.sessions import Hellos, Sessions, SessionState
from pydp.states import (
    AuthType,
    CryptoAlgorithm,
    Diagnostic,
    Direction,
    EalState,
    EventFlag,
    EventType,
    Idle,
    NeighbourState,
    NextHopKind,
    NextHopState,
    PathType,
    Role,
    State,
)
from pydp.stats import Counter, Rise, StageStats, Stats, Tally, WorkerStats, counters

#: Version of libpydp, "MAJOR.MINOR.PATCH".
__version__: str = _text(_lib.pydp_version())
#: The DPDK that it was built with, "DPDK 22.11.x".
dpdk_version: str = _text(_lib.pydp_dpdk_version())

__all__ = [
    "EVENT_DTYPE",
    "UNSOLICITED_DTYPE",
    "Address",
    "AuthType",
    "Burst",
    "BusyError",
    "Capture",
    "CapturedPacket",
    "Columns",
    "Counter",
    "CryptoAlgorithm",
    "Diagnostic",
    "Direction",
    "DriverError",
    "EalError",
    "EalState",
    "Engine",
    "EventFlag",
    "EventType",
    "Events",
    "ExistsError",
    "ForwardingConfig",
    "Hellos",
    "Idle",
    "InvalidArgumentError",
    "Key",
    "KeyChains",
    "LinkHistogram",
    "LinkQuality",
    "LoadStats",
    "Member",
    "Mempool",
    "MempoolUsage",
    "Neighbour",
    "NeighbourState",
    "NextHop",
    "NextHopConfig",
    "NextHopKind",
    "NextHopState",
    "NextHops",
    "NotFoundError",
    "OperatingSystemError",
    "OutOfMemoryError",
    "PacketView",
    "PathType",
    "Port",
    "PortInfo",
    "PortStats",
    "PydpError",
    "ReflectorConfig",
    "Ring",
    "Rise",
    "Role",
    "Route",
    "RouteInfo",
    "Routes",
    "Rpf",
    "SessionConfig",
    "SessionState",
    "Sessions",
    "StageStats",
    "StaleViewError",
    "State",
    "StateError",
    "Stats",
    "Takeover",
    "Tally",
    "TimedOutError",
    "UnsupportedError",
    "WorkerStats",
    "__version__",
    "bucket_edges_ns",
    "clock_ns",
    "counters",
    "dpdk_version",
    "eal",
    "link",
    "pmdinfo",
    "port_count",
    "xdp_program",
]
