# SPDX-License-Identifier: Apache-2.0
"""A processor as a prediction sees it: its clock, its caches, and how long each takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bfd_fastpath.bench.costs import AVX2, EPYC, XEON, Costs
from bfd_fastpath.doctor.machine import cpu_list

#: Octets of a cache line.
LINE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """Of one core, while the others of its die are busy: of the cache that they share it has its part."""

    name: str
    #: Cycles a second of the time stamp counter, which the core is taken to run at.
    hz: float
    #: Octets.
    l2: int
    l3: int
    #: Nanoseconds of a load that is alone.
    l2_ns: float
    l3_ns: float
    memory_ns: float
    #: What our code costs on it.
    costs: Costs


#: Cores that share the last cache of the reference machine's processor; a guest sees only its own.
_DIE_CORES: Final = 8
#: Where some figures of the documents were measured: caches and clock as the machine says, times of its kind
#: of core.
REFERENCE: Final = Processor(
    name="2 virtual cores of an AMD EPYC (Zen 4) at 2.6 GHz",
    hz=2.6e9,
    l2=1 << 20,
    # 32 MiB for the eight cores of a die, other guests' among them.
    l3=4 << 20,
    l2_ns=5.4,
    l3_ns=22.0,
    memory_ns=100.0,
    costs=EPYC,
)
#: The same, as one without AVX-512 would do.
NARROW: Final = replace(REFERENCE, costs=AVX2)
#: Where most of them were measured: the same.
GUEST: Final = Processor(
    name="2 virtual cores of a Xeon (Emerald Rapids) at 2.3 GHz",
    hz=2.3e9,
    l2=2 << 20,
    # 260 MiB, 5 MiB for each core of the socket, other guests' among them.
    l3=5 << 20,
    l2_ns=6.5,
    l3_ns=33.0,
    memory_ns=115.0,
    costs=XEON,
)
#: A server as one buys it, not measured: 16 cores of a Xeon (Sapphire Rapids) that hold 2.8 GHz together; our
#: code is taken to cost what it does on the other Xeon.
SERVER: Final = Processor(
    name="16 cores of a Xeon at 2.8 GHz",
    hz=2.8e9,
    l2=2 << 20,
    l3=(30 << 20) // 16,
    l2_ns=5.4,
    l3_ns=33.0,
    memory_ns=115.0,
    costs=XEON,
)


def processor_of(machine: Mapping[str, Any]) -> Processor:
    """From the facts that a document has of its machine; what they do not tell, how long loads take, and what
    our code costs, is the Xeon's on a Xeon with AVX-512, and the reference machine's on any other, with AVX2
    alone where the machine says that it has no more."""
    cpu = machine.get("cpu", {})
    alike = _alike(cpu)
    sizes = {
        (str(one.get("level")), str(one.get("type"))): _octets(str(one.get("size", "")))
        for one in cpu.get("caches", ())
    }
    return replace(
        alike,
        name=str(cpu.get("model", "this machine")),
        hz=float(machine.get("tsc-hz") or alike.hz),
        l2=sizes.get(("2", "unified")) or alike.l2,
        l3=_share(sizes.get(("3", "unified"), 0), cpu, alike),
    )


def _alike(cpu: Mapping[str, Any]) -> Processor:
    """The one that was measured which is most like it."""
    if "avx512f" not in cpu.get("wide", ("avx512f",)):
        return NARROW
    return GUEST if "Intel" in str(cpu.get("model", "")) and "wide" in cpu else REFERENCE


def _share(octets: int, cpu: Mapping[str, Any], alike: Processor) -> int:
    """One core's part of the last cache: by who shares it. A guest sees all of it and only its own cores:
    then by the cores of a common die of an EPYC, and of a Xeon what comes with one core."""
    if not octets:
        return alike.l3
    if alike is GUEST and cpu.get("virtual"):
        return min(octets, GUEST.l3)
    sharing = next(
        (str(one.get("shared-by", "")) for one in cpu.get("caches", ()) if str(one.get("level")) == "3"), ""
    )
    return octets // max(_DIE_CORES if cpu.get("virtual") else 1, len(cpu_list(sharing)))


def _octets(text: str) -> int:
    """Of sysfs's "1024K"."""
    found = re.fullmatch(r"(\d+)([KMG]?)", text)
    return int(found[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[found[2]] if found else 0
