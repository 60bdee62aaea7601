# SPDX-License-Identifier: Apache-2.0
"""How fast the workers' CPUs run, and how deep they sleep."""

from collections.abc import Iterator

from bfd_fastpath.doctor.finding import Check, Seen, State
from bfd_fastpath.doctor.lasting import kernel_parameters, sysfs
from bfd_fastpath.doctor.machine import Machine, cpu_text
from bfd_fastpath.doctor.wanted import Wanted

#: Microseconds that a CPU may take to wake.
_WAKE_US = 10


def _governor(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    found = {
        cpu: machine.text(f"/sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor") for cpu in wanted.cpus
    }
    told = {cpu: one for cpu, one in found.items() if one is not None}
    if not told:
        where = (
            "the host decides" if machine.is_virtual else "the kernel has no frequency driver for these CPUs"
        )
        yield Seen(State.UNKNOWN, f"no governor: {where}")
        return
    slow = [cpu for cpu, one in told.items() if one != "performance"]
    now = f"{', '.join(sorted(set(told.values())))} on CPUs {cpu_text(told)}"
    if slow:
        places = [f"/sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor" for cpu in slow]
        yield Seen(State.WARN, now, "", *sysfs(places, "performance"))
    else:
        yield Seen(State.OK, now)


def _idle_states(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    deep: dict[int, list[str]] = {}
    names: set[str] = set()
    some = False
    for cpu in wanted.cpus:
        for path in machine.names(f"/sys/devices/system/cpu/cpu{cpu}/cpuidle/state[0-9]*"):
            some = True
            latency = machine.number(f"{path}/latency") or 0
            if latency > _WAKE_US and not machine.number(f"{path}/disable"):
                deep.setdefault(cpu, []).append(f"{path}/disable")
                names.add(f"{machine.text(f'{path}/name') or path.rpartition('/')[2]} ({latency} us)")
    if not some:
        where = "the host decides" if machine.is_virtual else "the kernel shows none"
        yield Seen(State.UNKNOWN, f"no idle states: {where}")
    elif deep:
        command, permanent = sysfs([one for paths in deep.values() for one in paths], 1)
        now = f"CPUs {cpu_text(deep)} may sleep as deep as {', '.join(sorted(names))}"
        yield Seen(State.OK if wanted.polls else State.WARN, now, "", command, permanent)
    else:
        yield Seen(State.OK, f"no idle state takes longer than {_WAKE_US} us to leave")


def _turbo(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    intel, boost = "/sys/devices/system/cpu/intel_pstate/no_turbo", "/sys/devices/system/cpu/cpufreq/boost"
    off = machine.number(intel)
    on = machine.number(boost)
    if off is None and on is None:
        where = "the host decides" if machine.is_virtual else "the kernel shows no switch"
        yield Seen(State.UNKNOWN, f"turbo: {where}")
    elif off == 0 or (off is None and on):
        place, value = (intel, 1) if off is not None else (boost, 0)
        yield Seen(State.WARN, "turbo is on", "", *sysfs([place], value))
    else:
        yield Seen(State.OK, "turbo is off: the same frequency whatever the other cores do")


def _least_frequency(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    bias = {
        cpu: machine.text(f"/sys/devices/system/cpu/cpu{cpu}/cpufreq/energy_performance_preference")
        for cpu in wanted.cpus
    }
    told = {cpu: one for cpu, one in bias.items() if one is not None}
    if not told:
        yield Seen(State.UNKNOWN, "the CPUs have no energy preference")
        return
    saving = [cpu for cpu, one in told.items() if one != "performance"]
    now = f"energy preference {', '.join(sorted(set(told.values())))} on CPUs {cpu_text(told)}"
    if saving:
        places = [f"/sys/devices/system/cpu/cpu{cpu}/cpufreq/energy_performance_preference" for cpu in saving]
        yield Seen(State.WARN, now, "", *sysfs(places, "performance"))
    else:
        yield Seen(State.OK, now)


def _mitigations(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    if not machine.names("/sys/devices/system/cpu/vulnerabilities/*"):
        yield Seen(State.UNKNOWN, "the kernel does not list mitigations")
        return
    chosen = machine.command_line.get("mitigations", "auto")
    if chosen == "off":
        yield Seen(State.OK, "mitigations are off")
    else:
        now = (
            f"mitigations: {chosen}; a worker makes no system calls while it polls, the kernel and Python do"
        )
        yield Seen(State.OK, now, "", "", kernel_parameters("mitigations=off"))


CHECKS = (
    Check(
        "governor",
        5,
        "A governor that saves power lets the clock follow the load, and a poll loop's load is always full.",
        _governor,
    ),
    Check(
        "idle-states",
        5,
        'A worker that sleeps while nothing comes (engine.idle = "sleep") wakes late by the time that '
        'its CPU takes; with "poll" it '
        "never sleeps.",
        _idle_states,
    ),
    Check(
        "turbo",
        1,
        "With turbo the clock depends on temperature and on the other cores: faster, and no two "
        "measurements are alike.",
        _turbo,
    ),
    Check(
        "energy-preference", 1, "The processor itself weighs power against speed by this.", _least_frequency
    ),
    Check(
        "mitigations",
        0,
        "They cost system calls, which are the control plane's; switch them off in a lab only.",
        _mitigations,
    ),
)
