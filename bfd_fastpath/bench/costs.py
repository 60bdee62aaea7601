# SPDX-License-Identifier: Apache-2.0
"""What our code costs, in cycles, and on which machine that was measured. What loads from caches and memory
take is the processor's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Of one machine."""

    #: testpmd in io mode on net_pcap, 64 octets, 1,024 destinations: a packet received and sent.
    port: float
    #: A packet above that, by family: what does not wait (checks, next hop, rewrite).
    work: Mapping[int, float]
    #: Loads of a burst that are on their way at a time, by family: how well what waits is hidden.
    overlap: Mapping[int, float]
    #: A hello sent and one received, besides waiting for the tables: with buffers that the other core had.
    hello: float
    #: What each further worker costs all, of what one forwards.
    contention: float
    #: A route of a full table: read from UPDATEs for each feed, and once into the engine's tables.
    feed: float
    table: float
    #: A reload of OpenBGPD's configuration, a client.
    reload: float


#: Two virtual cores of a Xeon with AVX-512, at 2.3 GHz for IPv4 and the reload, at 2.6 GHz for the rest.
XEON: Final = Costs(
    port=36.0,
    work={4: 19.7, 6: 21.5},
    overlap={4: 9.6, 6: 14.9},
    hello=300.0,
    # Of the EPYC: not measured here.
    contention=0.053,
    # One route server was measured; the parts are as on the EPYC.
    feed=1960.0,
    table=980.0,
    reload=14.4e6,
)
#: Two virtual cores of an EPYC (Zen 4) at 2.6 GHz: packets, with stages that use AVX2 only, and tables. What
#: else is there was measured on the Xeon.
AVX2: Final = replace(
    XEON,
    port=63.0,
    work={4: 27.1, 6: 35.9},
    overlap={4: 4.8, 6: 5.0},
    feed=2600.0,
    table=1300.0,
)
#: The same machine, with AVX-512. A million routes of IPv6 were not measured so: overlap is that with AVX2.
EPYC: Final = replace(AVX2, work={4: 14.4, 6: 27.0}, overlap={4: 4.1, 6: 5.0})
