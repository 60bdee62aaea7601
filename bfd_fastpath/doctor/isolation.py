# SPDX-License-Identifier: Apache-2.0
"""Who else runs on the workers' CPUs: other tasks, the kernel's tick and callbacks, interrupts, the core's
other thread."""

from collections.abc import Iterator

from bfd_fastpath.doctor.finding import Check, Seen, State
from bfd_fastpath.doctor.lasting import kernel_parameters, sysctl, sysfs
from bfd_fastpath.doctor.machine import Machine, cpu_list, cpu_text
from bfd_fastpath.doctor.wanted import Wanted


def _alone(machine: Machine, wanted: Wanted, name: str) -> tuple[tuple[int, ...], str] | None:
    """(workers' CPUs that a kernel parameter leaves out, what is so); None where nothing can be left to the
    kernel."""
    if len(machine.cpus) < 2:
        return None
    there = cpu_list(machine.text(f"/sys/devices/system/cpu/{name}") or "")
    if name not in ("isolated", "nohz_full"):
        there = _named(machine, machine.command_line.get(name, ""))
    missing = tuple(cpu for cpu in wanted.cpus if cpu not in there)
    return (
        missing,
        f"{cpu_text(there) or 'no CPU'} of {cpu_text(machine.cpus)}; workers: {cpu_text(wanted.cpus)}",
    )


def _named(machine: Machine, text: str) -> tuple[int, ...]:
    """CPUs of a kernel parameter, in which N is the last one and "all" all of them."""
    return machine.cpus if text == "all" else cpu_list(text.replace("N", str(machine.cpus[-1])))


def _parameters(wanted: Wanted) -> str:
    cpus = cpu_text(wanted.cpus)
    return kernel_parameters(f"isolcpus=managed_irq,domain,{cpus}", f"nohz_full={cpus}", f"rcu_nocbs={cpus}")


def _isolated(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    found = _alone(machine, wanted, "isolated")
    if not machine.tells_cpus:
        yield Seen(State.UNKNOWN, "the CPUs cannot be listed")
    elif found is None:
        yield Seen(State.BAD, "there is one CPU: worker, kernel and Python share it")
    elif found[0]:
        yield Seen(State.WARN, f"isolated from other tasks: {found[1]}", "", "", _parameters(wanted))
    else:
        yield Seen(State.OK, f"isolated from other tasks: {found[1]}")


def _tick(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    found = _alone(machine, wanted, "nohz_full")
    rate = machine.kernel_options.get("CONFIG_HZ")
    ticks = f"{rate} ticks a second" if rate else "the tick's rate is not told"
    if not machine.tells_cpus:
        yield Seen(State.UNKNOWN, "the CPUs cannot be listed")
    elif found is None:
        yield Seen(State.WARN, f"the one CPU has the kernel's tick too; {ticks}")
    elif not found[0]:
        yield Seen(State.OK, f"no tick on the workers' CPUs; elsewhere {ticks}")
    elif machine.kernel_options and "CONFIG_NO_HZ_FULL" not in machine.kernel_options:
        yield Seen(
            State.WARN,
            f"{ticks} on the workers' CPUs, and this kernel is built without nohz_full; take one that has it",
        )
    else:
        yield Seen(State.WARN, f"{ticks}; without while alone: {found[1]}", "", "", _parameters(wanted))


def _callbacks(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    found = _alone(machine, wanted, "rcu_nocbs")
    without = _alone(machine, wanted, "nohz_full")
    if not machine.tells_cpus:
        yield Seen(State.UNKNOWN, "the CPUs cannot be listed")
    elif found is None:
        yield Seen(State.WARN, "the one CPU runs RCU callbacks too")
    elif not found[0] or (without is not None and not without[0]):
        yield Seen(State.OK, "the workers' CPUs run no RCU callbacks")
    elif machine.kernel_options.get("CONFIG_RCU_NOCB_CPU_DEFAULT_ALL") == "y":
        yield Seen(State.OK, "no CPU runs RCU callbacks: the kernel is built so")
    else:
        yield Seen(State.WARN, f"without RCU callbacks: {found[1]}", "", "", _parameters(wanted))


def _watchdog(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    value = machine.number("/proc/sys/kernel/nmi_watchdog")
    if value is None:
        yield Seen(State.UNKNOWN, "the kernel does not show an NMI watchdog")
    elif value:
        yield Seen(State.WARN, "the NMI watchdog is on", "", *sysctl("kernel.nmi_watchdog", 0))
    else:
        yield Seen(State.OK, "the NMI watchdog is off")


def _irqbalance(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    names = machine.names("/proc/[0-9]*/comm")
    if not names:
        yield Seen(State.UNKNOWN, "processes cannot be listed")
        return
    isolated = cpu_list(machine.text("/sys/devices/system/cpu/isolated") or "")
    if not any(machine.text(one) == "irqbalance" for one in names):
        yield Seen(State.OK, "irqbalance does not run")
    elif set(wanted.cpus) <= set(isolated):
        yield Seen(State.OK, "irqbalance runs, and leaves isolated CPUs alone")
    else:
        yield Seen(
            State.WARN,
            "irqbalance runs and may move interrupts to the workers' CPUs",
            "",
            "systemctl stop irqbalance",
            "systemctl disable irqbalance",
        )


def _interrupts(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    text = machine.text("/proc/interrupts")
    lines = text.splitlines() if text else []
    if not lines:
        yield Seen(State.UNKNOWN, "/proc/interrupts cannot be read")
        return
    columns = {int(word.removeprefix("CPU")): at for at, word in enumerate(lines[0].split())}
    hits = []
    for line in lines[1:]:
        number, _, rest = line.partition(":")
        words = rest.split()
        if number.strip().isdigit():
            at = [columns[cpu] for cpu in wanted.cpus if cpu in columns]
            count = sum(int(words[one]) for one in at if one < len(words) and words[one].isdigit())
            # 10,000 since the start: what a device in use has, and one that was set up has not.
            if count > 10_000:
                hits.append((count, number.strip(), words[-1]))
    if not hits:
        yield Seen(State.OK, "no device's interrupts go to the workers' CPUs")
        return
    others = cpu_text(cpu for cpu in machine.cpus if cpu not in wanted.cpus)
    told = ", ".join(
        f"{number} ({name}, {count:,} since the start)"
        for count, number, name in sorted(hits, reverse=True)[:3]
    )
    command = (
        "; ".join(f"echo {others} > /proc/irq/{number}/smp_affinity_list" for _, number, _ in hits)
        if others
        else ""
    )
    permanent = kernel_parameters(f"irqaffinity={others}") if others else ""
    yield Seen(State.WARN, f"interrupts on the workers' CPUs: {told}", "", command, permanent)


def _threads(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    shared = {cpu: set(machine.siblings(cpu)) - {cpu} for cpu in wanted.cpus}
    twice = [cpu for cpu, others in shared.items() if others & set(wanted.cpus)]
    others = sorted(set().union(*shared.values()) & set(machine.cpus) - set(wanted.cpus))
    busy = [
        cpu for cpu in others if cpu not in cpu_list(machine.text("/sys/devices/system/cpu/isolated") or "")
    ]
    if twice:
        where = ", ".join(f"{cpu} with {cpu_text(shared[cpu])}" for cpu in twice[:2])
        yield Seen(State.WARN, f"two workers share a core ({where}): give each a core, by engine.cpus")
    elif busy:
        command, permanent = sysfs([f"/sys/devices/system/cpu/cpu{cpu}/online" for cpu in busy], 0)
        now = f"CPUs {cpu_text(busy)} share cores with workers and are open to other tasks"
        yield Seen(State.WARN, now, "", command, permanent)
    else:
        yield Seen(State.OK, "nobody else is on the workers' cores")


CHECKS = (
    Check(
        "isolated-cpus",
        9,
        "Another task on a worker's CPU stops it for milliseconds: hellos wait, and with short intervals "
        "peers see a failure.",
        _isolated,
    ),
    Check("tick", 4, "Each tick takes a worker some microseconds and part of its cache.", _tick),
    Check(
        "rcu-callbacks", 2, "The kernel frees what others let go of on the CPU where it happened.", _callbacks
    ),
    Check(
        "nmi-watchdog",
        1,
        "It takes a performance counter of each CPU, and an interrupt every few seconds.",
        _watchdog,
    ),
    Check(
        "irqbalance",
        3,
        "It spreads interrupts over all CPUs that are not isolated, the workers' among them.",
        _irqbalance,
    ),
    Check(
        "interrupts",
        3,
        "A device's interrupt on a worker's CPU stops it for as long as its handler runs.",
        _interrupts,
    ),
    Check(
        "core-threads",
        5,
        "Two hardware threads share a core's caches and execution units: a busy neighbour costs a worker "
        "up to half its rate.",
        _threads,
    ),
)
