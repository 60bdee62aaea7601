# SPDX-License-Identifier: Apache-2.0
"""Whether time is even: the time stamp counter, time that the hypervisor takes, threads that the scheduler
throttles."""

from collections.abc import Iterator

from bfd_fastpath.doctor.finding import Check, Seen, State
from bfd_fastpath.doctor.lasting import kernel_parameters
from bfd_fastpath.doctor.machine import Machine
from bfd_fastpath.doctor.wanted import Wanted

_SOURCE = "/sys/devices/system/clocksource/clocksource0"
#: Shares of the time since the start, in percent.
_STEAL_SEEN, _STEAL_MUCH = 0.1, 2.0
#: sched(7): SCHED_FIFO and SCHED_RR.
_REAL_TIME = {1: "SCHED_FIFO", 2: "SCHED_RR"}


def _tsc(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    flags = machine.cpu_flags
    current = machine.text(f"{_SOURCE}/current_clocksource")
    if not flags or current is None:
        yield Seen(State.UNKNOWN, "CPU flags or the clock source cannot be read")
        return
    there = machine.text(f"{_SOURCE}/available_clocksource") or ""
    now = f"clock source {current}, of {there}"
    if "constant_tsc" not in flags:
        yield Seen(State.BAD, f"the time stamp counter's rate is not constant; {now}")
    elif current in ("tsc", "kvm-clock") and ("nonstop_tsc" in flags or machine.is_virtual):
        yield Seen(State.OK, f"constant time stamp counter; {now}")
    elif "tsc" in there.split():
        change = f"echo tsc > {_SOURCE}/current_clocksource"
        permanent = kernel_parameters("clocksource=tsc", "tsc=reliable")
        yield Seen(State.WARN, now, "", change, permanent)
    else:
        yield Seen(
            State.BAD,
            f"the kernel does not believe the time stamp counter (dmesg | grep -i tsc says why); {now}",
        )


def _steal(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    line = next(
        (one for one in (machine.text("/proc/stat") or "").splitlines() if one.startswith("cpu ")), None
    )
    if line is None or len(line.split()) < 9:
        yield Seen(State.UNKNOWN, "the time that others took is not counted")
        return
    counts = [int(word) for word in line.split()[1:9]]
    share = 100 * counts[7] / max(sum(counts), 1)
    now = f"{share:.2f} % of the time since the start went to other guests of the host"
    if share >= _STEAL_MUCH:
        yield Seen(State.BAD, f"{now}; ask the host for CPUs of your own")
    elif share >= _STEAL_SEEN:
        yield Seen(State.WARN, f"{now}; ask the host for CPUs of your own")
    else:
        yield Seen(State.OK, now if machine.is_virtual else "no hypervisor takes time")


def _throttling(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    runtime = machine.number("/proc/sys/kernel/sched_rt_runtime_us")
    period = machine.number("/proc/sys/kernel/sched_rt_period_us")
    if runtime is None or period is None:
        yield Seen(State.UNKNOWN, "the limit of real-time scheduling cannot be read")
        return
    limit = "without limit" if runtime < 0 else f"{runtime} of each {period} us"
    throttled = [] if runtime < 0 or runtime >= period else list(_real_time_workers(machine))
    if throttled:
        command = "; ".join(f"chrt --other -p 0 {number}" for _, number, _ in throttled)
        now = (
            f"{throttled[0][0]} runs under {throttled[0][2]}, which may have {limit}: it is stopped for "
            f"{(period - runtime) / 1000:g} ms at a time"
        )
        yield Seen(State.BAD, now, "", command, "start bfd-fastpath without chrt; isolate its CPUs instead")
    else:
        yield Seen(State.OK, f"no worker runs under real-time scheduling, which may have {limit}")


def _real_time_workers(machine: Machine) -> Iterator[tuple[str, int, str]]:
    """(name, thread, policy) of threads that poll; they are called pydp..."""
    for path in machine.names("/proc/[0-9]*/task/[0-9]*/comm"):
        name = machine.text(path) or ""
        if not name.startswith("pydp"):
            continue
        thread = path.rpartition("/")[0]
        # proc(5): field 41 of stat; the name in parentheses may have spaces.
        fields = (machine.text(f"{thread}/stat") or "").rpartition(")")[2].split()
        if len(fields) > 38 and int(fields[38]) in _REAL_TIME:
            yield name, int(thread.rpartition("/")[2]), _REAL_TIME[int(fields[38])]


CHECKS = (
    Check(
        "time-stamp-counter",
        6,
        "Deadlines are kept by it: it must run at one rate, on all cores, also asleep.",
        _tsc,
    ),
    Check(
        "steal",
        8,
        "While the hypervisor runs another guest no hello is sent: sessions with short intervals fail "
        "falsely.",
        _steal,
    ),
    Check(
        "real-time-throttling",
        2,
        "The kernel stops real-time threads that never sleep once a second. Workers need no real-time "
        "scheduling.",
        _throttling,
    ),
)
