# SPDX-License-Identifier: Apache-2.0
"""The configurations of `bench reload` are what BIRD and OpenBGPD take, and of the size of a generator's."""

import subprocess
from pathlib import Path

import pytest

from bfd_fastpath.agent.driver import Wanted, ordered
from bfd_fastpath.agent.drivers import driver
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.settings import Kind, Method, RouteServer
from bfd_fastpath.bench.suites.reload.bird import bird
from bfd_fastpath.bench.suites.reload.clients import LAN, Client, client_address, clients
from bfd_fastpath.bench.suites.reload.openbgpd import openbgpd

SOME = clients(20, 300, seed=1)


def filters(kind: Kind, method: Method, at: Path, members: list[Client]) -> Path:
    """The agent's file, with nothing lost."""
    file = at / "filters"
    settings = RouteServer(kind, file, method)
    everyone = tuple(sorted((client_address(one, v) for one in members for v in (4, 6)), key=ordered))
    FilterFile(file, driver(settings, LAN)).prepare(Wanted(everyone))
    return file


@pytest.mark.interop("bird")
@pytest.mark.parametrize("method", list(Method))
def test_bird_takes_it(tmp_path, method):
    file = filters(Kind.BIRD, method, tmp_path, SOME)
    (tmp_path / "bird.conf").write_text("".join(bird(SOME, file, rtr=method is Method.RTR)))
    done = subprocess.run(["bird", "-p", "-c", tmp_path / "bird.conf"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.root
@pytest.mark.interop("openbgpd")
def test_bgpd_takes_it(tmp_path):
    file = filters(Kind.OPENBGPD, Method.RELOAD, tmp_path, SOME)
    config = tmp_path / "bgpd.conf"
    config.write_text("".join(openbgpd(SOME, file, tmp_path / "socket")))
    config.chmod(0o600)
    done = subprocess.run(["bgpd", "-n", "-f", config], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_each_client_has_as_much_text_as_generators_write(tmp_path):
    """Besides prefixes, which are a line each: some four and a half thousand octets a client and family for BIRD, six
    thousand for OpenBGPD."""
    bare = [Client(number, 65001 + number, one.address, (), (1,)) for number, one in enumerate(SOME)]
    for text, least, most in (
        ("".join(bird(bare, tmp_path, rtr=False)), 4000, 6000),
        ("".join(openbgpd(bare, tmp_path, tmp_path)), 5000, 7000),
    ):
        assert least < len(text) / len(bare) / 2 < most
