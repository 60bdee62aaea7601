# SPDX-License-Identifier: Apache-2.0
"""OpenBGPD as it is on this machine: it takes our rules, tells its neighbours, and says why it refuses."""

from ipaddress import ip_address
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM
from socket import socket as socket_of

import pytest

from bfd_fastpath.agent.driver import DriverError, Neighbour, Wanted
from bfd_fastpath.agent.drivers.openbgpd import Openbgpd, versioned
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.settings import Kind, RouteServer
from bfd_fastpath.bench.daemons.daemon import Daemon
from bfd_fastpath.bench.daemons.openbgpd import root_of_openbgpd
from tests.interop.support.poll import until

A, B, X = map(ip_address, ("127.0.46.2", "127.0.46.3", "192.0.2.9"))
CONFIGURATION = """
AS 64500
router-id 10.0.0.1
fib-update no
rde evaluate all
listen on 127.0.46.1 port 17901
socket "{socket}"
neighbor 127.0.46.2 {{
    remote-as 65001
    passive
}}
neighbor 127.0.46.3 {{
    remote-as 65002
    passive
}}
neighbor 127.0.46.4 {{
    remote-as 65002
    passive
}}
include "{filters}"
allow quick from any
"""


def _listens(path: Path) -> bool:
    """bgpd makes its control socket before it listens there."""
    with socket_of(AF_UNIX, SOCK_STREAM) as control:
        return control.connect_ex(str(path)) == 0


@pytest.mark.root
@pytest.mark.interop("openbgpd")
def test_rules_are_taken_and_a_refusal_leaves_the_file_as_it_was(tmp_path):
    socket, path, config = tmp_path / "sock", tmp_path / "rs-bfd.conf", tmp_path / "bgpd.conf"
    server = RouteServer(
        Kind.OPENBGPD, path, config_file=config, control_socket=socket, timeout_us=20_000_000
    )
    driver = Openbgpd(server)
    file = FilterFile(path, driver)
    assert file.prepare(Wanted())
    assert not file.prepare(Wanted())
    config.write_text(CONFIGURATION.format(socket=socket, filters=path))
    config.chmod(0o600)
    folder = tmp_path / "bgpd"
    folder.mkdir()
    with root_of_openbgpd(), Daemon(folder, "/usr/sbin/bgpd", "-d", "-f", config) as bgpd:
        until(lambda: _listens(socket), what=f"bgpd's control socket\n{bgpd.log()}")
        assert until(driver.neighbours) == [
            Neighbour(A, 65001, None),
            Neighbour(B, 65002, None),
            Neighbour(ip_address("127.0.46.4"), 65002, None),
        ]
        file.apply(Wanted((A, B), {A: (X,), B: (X,)}))
        taken = path.read_text()
        assert taken == versioned("deny quick to { AS 65001 127.0.46.3 } nexthop 192.0.2.9\n")
        config.write_text(config.read_text() + "nonsense\n")
        with pytest.raises(DriverError, match=r"bgpd.conf:\d+: syntax error"):
            file.apply(Wanted((A, B)))
        assert path.read_text() == taken
        config.write_text(config.read_text().replace("nonsense\n", ""))
        file.apply(Wanted((A, B)))
        assert path.read_text() == versioned("")
    with pytest.raises(DriverError, match="connect"):
        driver.neighbours()
