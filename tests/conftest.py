# SPDX-License-Identifier: Apache-2.0
"""What the tests need of the machine: markers that skip with the reason (or fail, in CI) and the one EAL of the process."""

import os
import shutil
import signal
from pathlib import Path
from types import ModuleType

import pytest

DAEMONS = {
    "frr": "/usr/lib/frr/bfdd",
    "bird": "bird",
    "gobgpd": "gobgpd",
    "openbgpd": "/usr/sbin/bgpd",
    "tshark": "tshark",
}


def pytest_configure() -> None:
    """A shell ignores SIGINT for what it runs in the background, and so would every program that a test interrupts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def free_hugepages() -> int:
    """2 MiB hugepages that nobody uses; 0 where no hugetlbfs is mounted to reach them by."""
    if " hugetlbfs " not in Path("/proc/mounts").read_text():
        return 0
    pages = Path("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages")
    return int(pages.read_text()) if pages.exists() else 0


def lacking(item: pytest.Item) -> str | None:
    """What this machine does not have and the test asks for by a marker, as a sentence; None when nothing lacks."""
    if item.get_closest_marker("root") and os.geteuid() != 0:
        return "needs root"
    if item.get_closest_marker("hugepages") and free_hugepages() == 0:
        return "needs free hugepages: echo 512 > /proc/sys/vm/nr_hugepages"
    for marker in item.iter_markers("interop"):
        for daemon in marker.args:
            if shutil.which(DAEMONS[daemon]) is None:
                return f"needs {daemon}: run `make test` as root, or .ci/packages test"
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    reason = lacking(item)
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI runs everything, and this test {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def eal() -> ModuleType:
    """pydp.eal, initialised for virtual ports. EAL starts once a process: a test that needs another line starts a child."""
    from pydp import eal as module

    if module.state() is module.EalState.NOT_INITIALISED:
        module.init()
    return module
