# SPDX-License-Identifier: Apache-2.0
"""Facts of the machine that figures depend on, from /proc and /sys. What to change about them is doctor's."""

import os
import platform
import re
from pathlib import Path
from typing import Any, Final

from bfd_fastpath.bench.clock import tsc_hz
from pydp.host import read_host

_ROOT: Final = Path("/")


def facts(root: Path = _ROOT, cpus: tuple[int, ...] = (0,)) -> dict[str, Any]:
    """JSON. root: where /proc and /sys are; cpus: whose governor and frequency are told."""
    info = _fields(root / "proc/cpuinfo")
    memory = _fields(root / "proc/meminfo")
    host = read_host(root / "sys")
    return {
        "cpu": {
            "model": info.get("model name", platform.processor()),
            "cores": os.cpu_count(),
            "usable": list(host.cpus),
            "caches": _caches(root),
            "virtual": "hypervisor" in info.get("flags", "").split(),
            "wide": [
                one for one in ("avx2", "avx512f", "asimd", "sve") if one in info.get("flags", "").split()
            ],
        },
        "numa": {"nodes": list(host.nodes), "node-of-cpu": {str(k): v for k, v in host.node_of_cpu.items()}},
        "kernel": platform.release(),
        "hugepages": [
            {"node": pool.node, "page-kib": pool.page_kib, "free": pool.free} for pool in host.hugepages
        ],
        "transparent-hugepages": _chosen(_text(root / "sys/kernel/mm/transparent_hugepage/enabled")),
        "memory-mib": int(memory.get("MemTotal", "0 kB").split()[0]) // 1024,
        "governor": {str(cpu): _text(_frequency(root, cpu) / "scaling_governor") or None for cpu in cpus},
        "frequency-mhz": {str(cpu): _mhz(root, cpu, info) for cpu in cpus},
        "isolated": _text(root / "sys/devices/system/cpu/isolated"),
        "nohz-full": _text(root / "sys/devices/system/cpu/nohz_full"),
        "command-line": _text(root / "proc/cmdline"),
        "tsc-hz": _tsc(),
        "load": list(os.getloadavg()),
    }


def _tsc() -> float | None:
    try:
        return round(tsc_hz())
    except OSError:
        return None


def _caches(root: Path) -> list[dict[str, str]]:
    """Of the first CPU."""
    found = []
    for index in sorted((root / "sys/devices/system/cpu/cpu0/cache").glob("index*")):
        found.append(
            {
                "level": _text(index / "level"),
                "type": _text(index / "type").lower(),
                "size": _text(index / "size"),
                "shared-by": _text(index / "shared_cpu_list"),
            }
        )
    return found


def _frequency(root: Path, cpu: int) -> Path:
    return root / f"sys/devices/system/cpu/cpu{cpu}/cpufreq"


def _mhz(root: Path, cpu: int, info: dict[str, str]) -> float | None:
    khz = _text(_frequency(root, cpu) / "scaling_cur_freq")
    if khz:
        return int(khz) / 1000
    return float(info["cpu MHz"]) if "cpu MHz" in info else None


def _chosen(text: str) -> str:
    """The word in brackets of "always [madvise] never"."""
    found = re.search(r"\[(\w+)\]", text)
    return found[1] if found else ""


def _fields(path: Path) -> dict[str, str]:
    """Of "name : value" lines the first of each name."""
    found: dict[str, str] = {}
    for line in _text(path).splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
