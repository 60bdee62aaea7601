# SPDX-License-Identifier: Apache-2.0
"""BIRD as it is on this machine: it takes our functions, tells its neighbours, and says why it refuses."""

import os
import subprocess
from ipaddress import IPv4Address, ip_address

import pytest

from bfd_fastpath.agent.driver import DriverError, Neighbour, Wanted
from bfd_fastpath.agent.drivers.bird import Bird, function
from bfd_fastpath.agent.filter_file import FilterFile, Lock
from bfd_fastpath.agent.settings import Kind, RouteServer
from bfd_fastpath.bench.daemons.daemon import Daemon
from tests.interop.support.poll import until

A, B, X, Y = map(ip_address, ("127.0.45.2", "127.0.45.3", "192.0.2.9", "2001:db8::9"))
CONFIGURATION = f"""
log stderr all;
router id 10.0.0.1;
include "rs-bfd.conf";
protocol device {{ }}
ipv4 table rs4 sorted;
filter to_a {{ if {function(A)}() then reject; accept; }}
filter to_b {{ if {function(B)}() then reject; accept; }}
protocol bgp a {{ local 127.0.45.1 port 17900 as 64500; neighbor {A} as 65001; passive; direct; rs client;
    ipv4 {{ table rs4; secondary; import all; export filter to_a; }}; }}
protocol bgp b {{ local 127.0.45.1 port 17900 as 64500; neighbor {B} as 65002; passive; direct; rs client;
    ipv4 {{ table rs4; secondary; import all; export filter to_b; }}; }}
"""


@pytest.fixture
def driver(tmp_path):
    driver = Bird(
        RouteServer(
            Kind.BIRD, tmp_path / "rs-bfd.conf", control_socket=tmp_path / "ctl", timeout_us=20_000_000
        )
    )
    FilterFile(tmp_path / "rs-bfd.conf", driver).prepare(Wanted((A, B)))
    (tmp_path / "bird.conf").write_text(CONFIGURATION)
    folder = tmp_path / "bird"
    folder.mkdir()
    with Daemon(
        folder, "bird", "-f", "-c", tmp_path / "bird.conf", "-s", tmp_path / "ctl", "-P", folder / "pid"
    ) as bird:
        until((tmp_path / "ctl").exists, what=f"BIRD's control socket\n{bird.log()}")
        yield driver


@pytest.mark.interop("bird")
def test_filters_are_taken_and_a_refusal_leaves_the_file_as_it_was(driver, tmp_path):
    path = tmp_path / "rs-bfd.conf"
    file = FilterFile(path, driver)
    assert driver.neighbours() == [Neighbour(A, 65001, None), Neighbour(B, 65002, None)]
    file.apply(Wanted((A, B), {A: (X, Y)}))
    taken = path.read_text()
    assert f"function {function(A)}() {{ return bgp_next_hop ~ [ {X}, {Y} ]; }}\n" in taken
    assert f"function {function(B)}() {{ return false; }}\n" in taken
    assert os.stat(path).st_mode & 0o777 == 0o640
    with pytest.raises(DriverError, match=r"bird.conf:\d+:\d+ syntax error"):
        file.apply(Wanted((A,)))  # B's filter calls a function that is not there any more
    assert path.read_text() == taken
    file.apply(Wanted((A, B)))


@pytest.mark.interop("bird")
def test_a_bird_that_is_not_there_is_told(tmp_path):
    driver = Bird(RouteServer(Kind.BIRD, tmp_path / "x", control_socket=tmp_path / "none"))
    with pytest.raises(DriverError, match="none: No such file"):
        driver.reload()


def test_the_lock_is_one_agents_and_goes_with_its_process(tmp_path):
    first, second = Lock(tmp_path / "x"), Lock(tmp_path / "x")
    assert first.take()
    assert not second.take()
    child = subprocess.run(["true"], check=True)  # inherits nothing
    assert child.returncode == 0
    first.release()
    assert second.take()
    second.release()


def test_addresses_make_function_names():
    assert function(ip_address("2001:db8::1")) == "rs_bfd_2001_db8__1"
    assert function(IPv4Address("192.0.2.1")) == "rs_bfd_192_0_2_1"
