# SPDX-License-Identifier: Apache-2.0
"""A processor as a prediction sees it: its clock, its caches, and how long each takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bfd_fastpath.doctor.machine import cpu_list

#: Octets of a cache line.
LINE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """Of one core, while the others of its die are busy: of the cache that they share it has its part."""

    name: str
    #: Cycles a second of the time stamp counter, which the core is taken to run at.
    hz: float
    cores: int
    #: Octets.
    l2: int
    l3: int
    #: Nanoseconds of a load that is alone.
    l2_ns: float
    l3_ns: float
    memory_ns: float


#: Cores that share the last cache of the reference machine's processor; a guest sees only its own.
_DIE_CORES: Final = 8
#: Where the figures of the documents were measured: caches and clock as the machine says, times of its kind
#: of core.
REFERENCE: Final = Processor(
    name="2 virtual cores of an AMD EPYC (Zen 4) at 2.6 GHz",
    hz=2.6e9,
    cores=2,
    l2=1 << 20,
    # 32 MiB for the eight cores of a die, other guests' among them.
    l3=4 << 20,
    l2_ns=5.4,
    l3_ns=22.0,
    memory_ns=100.0,
)
#: A server as one buys it, not measured: 16 cores of a Xeon (Sapphire Rapids) that hold 2.8 GHz together.
XEON: Final = Processor(
    name="16 cores of a Xeon at 2.8 GHz",
    hz=2.8e9,
    cores=16,
    l2=2 << 20,
    l3=(30 << 20) // 16,
    l2_ns=5.4,
    l3_ns=33.0,
    memory_ns=115.0,
)


def processor_of(machine: Mapping[str, Any]) -> Processor:
    """From the facts that a document has of its machine; what they do not tell, and how long loads take, is
    the reference machine's."""
    cpu = machine.get("cpu", {})
    sizes = {
        (str(one.get("level")), str(one.get("type"))): _octets(str(one.get("size", "")))
        for one in cpu.get("caches", ())
    }
    return replace(
        REFERENCE,
        name=str(cpu.get("model", "this machine")),
        hz=float(machine.get("tsc-hz") or REFERENCE.hz),
        cores=int(cpu.get("cores") or REFERENCE.cores),
        l2=sizes.get(("2", "unified")) or REFERENCE.l2,
        l3=_share(sizes.get(("3", "unified"), 0), cpu),
    )


def _share(octets: int, cpu: Mapping[str, Any]) -> int:
    """One core's part of the last cache: by who shares it, a guest's by the cores of a common die."""
    if not octets:
        return REFERENCE.l3
    sharing = next(
        (str(one.get("shared-by", "")) for one in cpu.get("caches", ()) if str(one.get("level")) == "3"), ""
    )
    return octets // max(_DIE_CORES if cpu.get("virtual") else 1, len(cpu_list(sharing)))


def _octets(text: str) -> int:
    """Of sysfs's "1024K"."""
    found = re.fullmatch(r"(\d+)([KMG]?)", text)
    return int(found[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[found[2]] if found else 0
