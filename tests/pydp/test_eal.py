# SPDX-License-Identifier: Apache-2.0
"""EAL starts once a process, keeps the caller's CPUs, and says what to do when it cannot start."""

import os
import subprocess
import sys

import pytest

import pydp
from pydp.eal_line import HUGE_MIB
from pydp.host import Host, HugepagePool, read_host

INIT = "from pydp import eal; eal.init(); "


def test_importing_pydp_does_not_start_eal(child):
    assert child("import pydp; print(pydp.eal.state())") == "not-initialised"


@pytest.mark.eal
def test_a_second_start_is_refused_in_one_sentence(eal):
    with pytest.raises(pydp.EalError, match="initialised already in this process"):
        eal.init()
    assert eal.state() is eal.EalState.READY


@pytest.mark.eal
def test_the_calling_thread_keeps_its_cpus(child):
    source = (
        "import os; before = os.sched_getaffinity(0); " + INIT + "print(before == os.sched_getaffinity(0))"
    )
    assert child(source) == "True"


def test_after_a_clean_up_eal_does_not_start_again(child):
    source = (
        INIT
        + "eal.cleanup(); print(eal.state())\ntry: eal.init()\nexcept Exception as e: print(type(e).__name__, e)"
    )
    state, error = child(source).splitlines()
    assert state == "cleaned-up"
    assert error.startswith("EalError EAL was cleaned up in this process")


def test_a_line_that_eal_refuses_is_shown_with_the_failure(child):
    source = (
        "from pydp import eal\ntry: eal.init(extra=['--no-such-option'])\nexcept eal.EalError as e: print(e)\n"
        "print(eal.state())\ntry: eal.init()\nexcept eal.EalError as e: print(e)"
    ).replace("eal.EalError", "__import__('pydp').EalError")
    first, state, again = child(source).splitlines()[-3:]
    assert "--no-such-option" in first
    assert state == "failed"
    assert "start a new process" in again


def test_clean_up_waits_for_open_ports(child):
    source = (
        INIT
        + "import pydp; a, b = pydp.link('c')\ntry: eal.cleanup()\nexcept pydp.BusyError as e: print('busy')\n"
        "a.close(); b.close(); eal.cleanup(); print(eal.state())"
    )
    assert child(source).split() == ["busy", "cleaned-up"]


def test_nothing_is_possible_before_eal_is_ready(child):
    source = (
        "import pydp\nfor make in (lambda: pydp.link('a'), lambda: pydp.Port('net_null0'), lambda: pydp.Engine('e'), "
        "lambda: pydp.Mempool('p', 255)):\n try: make()\n except pydp.StateError as e: print('EAL' in str(e))"
    )
    assert child(source).split() == ["True"] * 4


def test_a_pci_port_without_hugepages_starts_nothing(child):
    bare = "pydp.host.Host(cpus=(0,), node_of_device={'0000:03:00.0': 0})"
    source = (
        f"import pydp\ntry: pydp.eal.init(['0000:03:00.0'], host={bare})\n"
        "except pydp.EalError as e: print('nr_hugepages' in str(e))\nprint(pydp.eal.state())"
    )
    assert child(source).split() == ["True", "not-initialised"]


@pytest.mark.root
def test_eal_needs_no_root(child):
    if not os.access("/usr/bin/setpriv", os.X_OK):
        pytest.fail("setpriv of util-linux is missing")
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    if subprocess.run([*nobody, "test", "-r", pydp.__file__], check=False).returncode:
        # A source tree that only its owner may read: root's own uid, without any of root's powers.
        nobody = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
    source = INIT + (
        "status = open('/proc/self/status').read()\n"
        "print(int(status.split('CapEff:')[1].split()[0], 16), eal.state())"
    )
    assert child(source, prefix=nobody).split() == ["0", "ready"]


@pytest.mark.hugepages
def test_free_hugepages_are_used(child):
    assert child(INIT + "print(eal.has_hugepages())") == "True"


@pytest.mark.hugepages
def test_processes_that_start_together_share_the_hugepages_that_there_are():
    """More than have room in them, and each keeps what it took until all have started: nobody fails."""
    many = read_host().free_mib() // HUGE_MIB + 2
    source = INIT + "print(eal.has_hugepages(), flush=True); input()"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(many)
    ]
    said = [process.stdout.readline().strip() for process in started if process.stdout is not None]
    for process in started:
        process.communicate("\n")
    assert set(said) <= {"True", "False"}
    assert said.count("False") >= 2
    assert [process.returncode for process in started] == [0] * many


def test_hugepages_that_are_not_there_are_a_failure_with_a_remedy(child):
    host = repr(Host(cpus=(0,), hugepages=(HugepagePool(0, 2048, 1 << 20),)))
    source = (
        "import pydp\nfrom pydp.host import Host, HugepagePool\n"
        f"try: pydp.eal.init(host={host}, memory_mib=1 << 20)\n"
        "except pydp.EalError as e: print('hugepages' in str(e))"
    )
    assert child(source).splitlines()[-1] == "True"
