# SPDX-License-Identifier: Apache-2.0
"""What the doctor finds in a server, a virtual machine and a container, and that its commands mend what they are told for."""

import re
import subprocess
from collections.abc import Callable
from functools import cache

import pytest

from bfd_fastpath.config import load
from bfd_fastpath.doctor import CHECKS, Answer, Machine, State, examine, wanted_by
from bfd_fastpath.doctor.machine import cpu_list, cpu_text
from bfd_fastpath.doctor.wanted import wanted_for
from pydp.pmdinfo import drivers
from tests.doctor import trees
from tests.doctor.trees import Tree

QUIET = '{"nftables": [{"metainfo": {"json_schema_version": 1}}]}'
NFT = ("nft", "-j", "list", "ruleset")


@cache
def installed():
    """The drivers of the plug-ins that are installed here, read once."""
    return tuple(drivers())


def machine(tree: Tree, ruleset: str = QUIET) -> Machine:
    return Machine(tree.root, installed=installed(), answers={NFT: ruleset})


def ask(tree: Tree, configuration: str | None = None) -> Answer:
    config = None
    if configuration is not None:
        file = tree.root / "router.toml"
        file.write_text(configuration)
        config = load(file)
    one = machine(tree)
    return examine(one, wanted_by(config, one))


def states(answer: Answer) -> dict[str, str]:
    """By check and what it is about."""
    return {f"{one.check} {one.seen.about}".strip(): one.seen.state.value for one in answer.findings}


def seen(answer: Answer, check: str, about: str = ""):
    (found,) = (one.seen for one in answer.findings if one.check == check and one.seen.about == about)
    return found


CONFIGURATION = """
[engine]
cpus = [{cpus}]
workers = {workers}
[[port]]
name = "lan"
devargs = "{devargs}"
addresses = ["192.0.2.1/24"]
"""


def test_a_server_as_installed(tmp_path):
    answer = ask(trees.xeon(tmp_path))
    assert answer.cpus == (1, 2, 3, 4)
    found = states(answer)
    assert {name for name, state in found.items() if state == "warn"} == {
        *("hugepages node 0", "hugepages-1g", "isolated-cpus", "tick", "rcu-callbacks", "nmi-watchdog"),
        *(
            "irqbalance",
            "interrupts",
            "core-threads",
            "governor",
            "idle-states",
            "turbo",
            "energy-preference",
        ),
        *("transparent-hugepages", "swap", "numa-balancing", "bfd-ports sockets", "limits files", "iommu"),
        *("socket-buffers rmem_max", "socket-buffers wmem_max", "nic-slot 0000:65:00.0"),
        "nic-driver 0000:04:00.0",
    }
    assert "bad" not in found.values()
    assert "unknown" not in found.values()
    assert 50 < answer.score < 75


def test_each_nic_has_the_driver_of_the_installed_plug_ins(tmp_path):
    answer = ask(trees.xeon(tmp_path))
    assert "mlx5_eth takes it so" in seen(answer, "nic-driver", "0000:17:00.0").now
    ice = seen(answer, "nic-driver", "0000:b1:00.0")
    assert "net_ice takes it once it is bound to vfio-pci" in ice.now
    assert "driver_override" in ice.command
    assert ice.permanent.endswith("driverctl set-override 0000:b1:00.0 vfio-pci")
    assert "net_ixgbe" in seen(answer, "nic-driver", "0000:65:00.0").now
    assert "no installed DPDK driver" in seen(answer, "nic-driver", "0000:04:00.0").now


def test_a_nic_with_the_default_route_is_not_to_be_bound(tmp_path):
    tree = trees.xeon(tmp_path)
    tree.write("/proc/net/route", trees.ROUTE.replace("eno1", "ens3f0"))
    found = seen(ask(tree), "nic-driver", "0000:b1:00.0")
    assert "default route" in found.now
    assert found.command == ""


def test_a_server_with_all_advice_taken_has_a_hundred(tmp_path):
    tree = trees.tuned(tmp_path, (1, 2))
    trees.bind(tree, "0000:b1:00.0", "vfio-pci")
    configuration = CONFIGURATION.format(cpus="1, 2", workers=2, devargs="0000:17:00.0")
    answer = ask(tree, configuration)
    assert {name: state for name, state in states(answer).items() if state != "ok"} == {}
    assert answer.score == 100


def test_workers_far_from_the_nic(tmp_path):
    tree = trees.tuned(tmp_path, (1, 2))
    trees.bind(tree, "0000:b1:00.0", "vfio-pci")
    found = seen(
        ask(tree, CONFIGURATION.format(cpus="1, 2", workers=2, devargs="0000:b1:00.0")),
        "nic-node",
        "0000:b1:00.0",
    )
    assert found.state is State.WARN
    assert "cpus = [17, 18]" in found.now


@pytest.mark.parametrize(
    ("cpu", "devargs", "state"),
    [(1, ("0000:b1:00.0",), State.WARN), (17, ("0000:b1:00.0",), State.OK), (1, (), State.OK)],
)
def test_a_bench_on_a_nic_is_told_when_its_core_is_far_from_it(tmp_path, cpu, devargs, state):
    tree = trees.tuned(tmp_path, (1, 2))
    trees.bind(tree, "0000:b1:00.0", "vfio-pci")
    answer = examine(machine(tree), wanted_for((cpu,), devargs))
    assert seen(answer, "nic-node", "0000:b1:00.0").state is state


def test_what_a_configuration_lacks_is_bad(tmp_path):
    tree = trees.xeon(tmp_path)
    answer = ask(tree, CONFIGURATION.format(cpus="1, 70", workers=2, devargs="0000:b1:00.0"))
    found = states(answer)
    bad = {name for name, state in found.items() if state == "bad"}
    assert bad == {
        "configured-cpus CPU 70",
        "nic-driver 0000:b1:00.0",
        "hugepages node 0",
        "hugepages node 1",
    }
    answer = ask(tree, CONFIGURATION.format(cpus="1", workers=1, devargs="0000:b2:00.0"))
    assert states(answer)["configured-ports port lan"] == "bad"
    answer = ask(tree, CONFIGURATION.format(cpus="1", workers=1, devargs="net_af_xdp0,iface=ens9"))
    assert "no interface ens9" in seen(answer, "configured-ports", "port lan").now


def test_an_interface_that_is_down_or_has_no_link(tmp_path):
    tree = trees.xeon(tmp_path)
    configuration = CONFIGURATION.format(cpus="1", workers=1, devargs="net_af_packet0,iface=ens2f0")
    assert seen(ask(tree, configuration), "configured-ports", "port lan").state is State.OK
    tree.write("/sys/class/net/ens2f0/carrier", 0)
    assert seen(ask(tree, configuration), "configured-ports", "port lan").state is State.WARN
    tree.write("/sys/class/net/ens2f0/flags", "0x1002")
    assert seen(ask(tree, configuration), "configured-ports", "port lan").command == "ip link set ens2f0 up"


def test_two_workers_on_one_core(tmp_path):
    tree = trees.tuned(tmp_path, (1, 2))
    found = seen(
        ask(tree, CONFIGURATION.format(cpus="1, 33", workers=2, devargs="0000:17:00.0")), "core-threads"
    )
    assert found.state is State.WARN
    assert "two workers share a core" in found.now


def test_a_virtual_machine_as_it_was_read(tmp_path):
    answer = ask(trees.recorded(tmp_path, "vm"))
    assert answer.cpus == (1,)
    found = states(answer)
    assert {name for name, state in found.items() if state == "warn"} == {
        *(
            "hugepages-mounted",
            "hugepages-1g",
            "isolated-cpus",
            "tick",
            "rcu-callbacks",
            "interrupts",
            "steal",
        ),
    }
    assert {name for name, state in found.items() if state == "unknown"} == {
        *("nic-slot", "governor", "turbo", "energy-preference", "memory-channels", "mitigations"),
    }
    assert "net_virtio" in seen(answer, "nic-driver", "0000:00:03.0").now
    assert "default route" in seen(answer, "nic-driver", "0000:00:03.0").now
    assert "built without nohz_full" in seen(answer, "tick").now


def test_a_container_says_what_it_cannot_know(tmp_path):
    answer = ask(trees.container(tmp_path))
    found = states(answer)
    for name in ("hugepages node 0", "governor", "time-stamp-counter", "steal", "irqbalance", "bfd-ports"):
        assert found[name] == "unknown", name
    assert found["capabilities"] == "warn"
    assert 0 < answer.score < 100


def test_an_empty_directory_is_a_machine_of_which_nothing_is_known(tmp_path):
    answer = examine(*(lambda one: (one, wanted_by(None, one)))(machine(Tree(tmp_path))))
    assert (answer.count(State.BAD), answer.count(State.WARN)) == (0, 0)
    for name in ("isolated-cpus", "tick", "rcu-callbacks"):
        assert seen(answer, name).state is State.UNKNOWN


def test_one_cpu_is_shared_with_the_kernel(tmp_path):
    tree = trees.recorded(tmp_path, "vm")
    tree.write("/sys/devices/system/cpu/online", "0")
    found = states(ask(tree))
    assert [found[name] for name in ("isolated-cpus", "tick", "rcu-callbacks")] == ["bad", "warn", "warn"]


def test_a_real_time_worker_is_throttled(tmp_path):
    tree = trees.tuned(tmp_path, (1, 2))
    trees.process(tree, 5000, "pydp-router", 0)
    assert seen(ask(tree), "real-time-throttling").state is State.OK
    trees.process(tree, 5001, "pydp1-router x", 1)
    found = seen(ask(tree), "real-time-throttling")
    assert found.state is State.BAD
    assert "50 ms" in found.now
    assert found.command == "chrt --other -p 0 5001"
    tree.write("/proc/sys/kernel/sched_rt_runtime_us", -1)
    assert seen(ask(tree), "real-time-throttling").state is State.OK


@pytest.mark.parametrize(
    ("current", "flags", "state"),
    [
        ("tsc", trees.FLAGS, "ok"),
        ("hpet", trees.FLAGS, "warn"),
        ("tsc", trees.FLAGS.replace("constant_tsc", ""), "bad"),
    ],
)
def test_clocks(tmp_path, current, flags, state):
    tree = trees.tuned(tmp_path, (1, 2))
    tree.write("/sys/devices/system/clocksource/clocksource0/current_clocksource", current)
    tree.write("/proc/cpuinfo", f"processor\t: 0\nflags\t\t: {flags}")
    assert states(ask(tree))["time-stamp-counter"] == state


@pytest.mark.parametrize(("steal", "state"), [(0, "ok"), (300, "warn"), (9000, "bad")])
def test_stolen_time(tmp_path, steal, state):
    tree = trees.recorded(tmp_path, "vm")
    tree.write("/proc/stat", f"cpu  50000 0 10000 {40000 - steal} 0 0 0 {steal} 0 0")
    assert states(ask(tree))["steal"] == state


def test_no_iommu(tmp_path):
    tree = trees.tuned(tmp_path, (1, 2))
    for group in (tmp_path / "sys/kernel/iommu_groups").iterdir():
        group.rmdir()
    found = seen(ask(tree), "iommu")
    assert found.state is State.WARN
    assert '"$GRUB_CMDLINE_LINUX intel_iommu=on iommu=pt"' in found.permanent
    tree.write("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y")
    assert "may then write anywhere" in seen(ask(tree), "iommu").now


RULES = """
table inet filter {{
  chain input {{
    type filter hook input priority 0; policy {policy};
    {rules}
  }}
}}
"""


@pytest.mark.root
@pytest.mark.parametrize(
    ("policy", "rules", "state", "text"),
    [
        ("accept", "", "ok", ""),
        ("accept", "udp dport 3784 drop", "warn", "3784"),
        ("accept", "tcp dport { 22, 179 } drop", "warn", "179"),
        ("drop", "tcp dport 22 accept", "warn", "inet filter input drops what no rule accepts"),
        ("drop", "tcp dport { 22, 179 } accept; udp dport 3784 accept", "ok", ""),
    ],
)
def test_firewalls_as_nftables_prints_them(tmp_path, policy, rules, state, text):
    script = "nft -f - && nft -j list ruleset"
    printed = subprocess.run(
        ["unshare", "--net", "sh", "-c", script],
        input=RULES.format(policy=policy, rules=rules),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    one = machine(trees.xeon(tmp_path), printed.stdout)
    found = seen(examine(one, wanted_by(None, one)), "bfd-ports", "firewall")
    assert found.state.value == state
    assert text in found.now


#: What the kernel does by itself when a file is written.
EFFECTS: dict[str, Callable[[Tree], None]] = {
    "hugepages": lambda tree: trees.pages(tree, 0, 2048, 600),
    "transparent-hugepages": lambda tree: tree.write(
        "/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never"
    ),
}


@pytest.mark.parametrize(
    ("check", "about"),
    [
        *(("governor", ""), ("energy-preference", ""), ("idle-states", ""), ("turbo", "")),
        *(("hugepages", "node 0"), ("transparent-hugepages", "")),
    ],
)
def test_the_command_that_is_told_mends_it(tmp_path, check, about):
    tree = trees.xeon(tmp_path)
    before = seen(ask(tree), check, about)
    assert before.state is State.WARN
    command = re.sub(r"(?<= )/(sys|proc)/", rf"{tmp_path}/\1/", before.command)
    subprocess.run(["sh", "-c", command], check=True, timeout=10, capture_output=True)
    if check in EFFECTS:
        EFFECTS[check](tree)
    assert seen(ask(tree), check, about).state is State.OK


def test_what_lasts_is_a_line_for_systemd_tmpfiles(tmp_path):
    tree = trees.xeon(tmp_path)
    (tmp_path / "etc/tmpfiles.d").mkdir(parents=True)
    for check in ("governor", "turbo"):
        command = seen(ask(tree), check).permanent.replace(" /etc/", f" {tmp_path}/etc/")
        subprocess.run(["sh", "-c", command], check=True, timeout=10)
    lines = (tmp_path / "etc/tmpfiles.d/bfd-fastpath.conf").read_text().splitlines()
    assert lines == [
        *(
            f"w /sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor - - - - performance"
            for cpu in (1, 2, 3, 4)
        ),
        "w /sys/devices/system/cpu/intel_pstate/no_turbo - - - - 1",
    ]


@pytest.mark.parametrize(
    ("text", "cpus"), [("0-3,8", (0, 1, 2, 3, 8)), ("", ()), ("managed_irq,domain,2-3", (2, 3))]
)
def test_lists_of_cpus(text, cpus):
    assert cpu_list(text) == cpus
    assert cpu_list(cpu_text(cpus)) == cpus


def test_every_check_says_why_and_has_a_name_of_its_own():
    assert len({one.name for one in CHECKS}) == len(CHECKS)
    assert all(one.why.endswith(".") and re.fullmatch(r"[a-z][a-z0-9-]+", one.name) for one in CHECKS)
