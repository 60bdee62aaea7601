# SPDX-License-Identifier: Apache-2.0
"""What the user who asks may do: capabilities and limits of its processes."""

from collections.abc import Iterator

from bfd_fastpath.doctor.finding import Check, Seen, State
from bfd_fastpath.doctor.machine import Machine
from bfd_fastpath.doctor.wanted import PortKind, Wanted

#: capabilities(7), by bit.
NET_ADMIN, NET_RAW, IPC_LOCK, ADMIN, BPF = 1 << 12, 1 << 13, 1 << 14, 1 << 21, 1 << 39
_NAMES = {NET_ADMIN: "CAP_NET_ADMIN", NET_RAW: "CAP_NET_RAW", IPC_LOCK: "CAP_IPC_LOCK", BPF: "CAP_BPF"}
#: Of a process: BGP peers and control clients, and MiB of memory that a driver locks.
_FILES = 4096


def capabilities(machine: Machine) -> int | None:
    """Those in effect, as bits."""
    for line in (machine.text("/proc/self/status") or "").splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return None


def _limit(machine: Machine, name: str) -> int | None:
    """A soft limit; -1 for none, None where it is not told."""
    for line in (machine.text("/proc/self/limits") or "").splitlines():
        if line.startswith(name):
            value = line.removeprefix(name).split()[0]
            return -1 if value == "unlimited" else int(value)
    return None


def _needed(wanted: Wanted) -> int:
    need = 0
    for port in wanted.ports:
        if port.kind is PortKind.PCI:
            need |= IPC_LOCK
        elif port.kind is PortKind.AF_XDP:
            need |= NET_ADMIN | NET_RAW | BPF
        elif port.kind is PortKind.AF_PACKET:
            need |= NET_RAW
    return need if wanted.configured else NET_ADMIN | NET_RAW | IPC_LOCK | BPF


def _unit(*lines: str) -> str:
    text = " ".join(f"'{line}'" for line in ("[Service]", *lines))
    place = "/etc/systemd/system/bfd-fastpath.service.d"
    return f"mkdir -p {place} && printf '%s\\n' {text} >> {place}/limits.conf && systemctl daemon-reload"


def _capabilities(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    held = capabilities(machine)
    if held is None:
        yield Seen(State.UNKNOWN, "capabilities of this user cannot be read")
        return
    missing = [name for bit, name in _NAMES.items() if _needed(wanted) & bit and not held & bit]
    if missing:
        ambient = " ".join(missing)
        now = f"this user has not {', '.join(missing)}: run as root, or give them to the service"
        state = State.BAD if wanted.configured else State.WARN
        yield Seen(state, now, "", "", _unit(f"AmbientCapabilities={ambient}"))
    else:
        yield Seen(State.OK, "this user has the capabilities that ports need")


def _locked(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    value, held = _limit(machine, "Max locked memory"), capabilities(machine)
    if value is None:
        yield Seen(State.UNKNOWN, "limits of this user cannot be read")
    elif value >= 0 and not (held or 0) & IPC_LOCK and value < wanted.memory_mib << 20:
        now = f"this user may lock {value >> 10} KiB of memory, {wanted.memory_mib} MiB are wanted"
        yield Seen(State.WARN, now, "memory", "ulimit -l unlimited", _unit("LimitMEMLOCK=infinity"))
    else:
        told = "any amount of" if value < 0 or (held or 0) & IPC_LOCK else f"{value >> 20} MiB of"
        yield Seen(State.OK, f"this user may lock {told} memory", "memory")
    files = _limit(machine, "Max open files")
    if files is not None and 0 <= files < _FILES:
        yield Seen(
            State.WARN,
            f"{files} open files a process",
            "files",
            f"ulimit -n {_FILES}",
            _unit(f"LimitNOFILE={_FILES}"),
        )
    elif files is not None:
        yield Seen(
            State.OK, f"{'any number of' if files < 0 else format(files, ',')} open files a process", "files"
        )


CHECKS = (
    Check(
        "capabilities",
        4,
        "AF_XDP, packet sockets and TAPs are the kernel's to give; a driver locks the memory that a NIC "
        "writes to.",
        _capabilities,
    ),
    Check(
        "limits",
        2,
        "A NIC's memory has to be locked; a route server has a file for each client, 1,024 are soon used up.",
        _locked,
    ),
)
