# SPDX-License-Identifier: Apache-2.0
"""Route servers that read their configuration for longer than the agent waits: it says so, the file is as it was, and a later
attempt finds what came of the first one."""

from ipaddress import ip_address

import pytest

from bfd_fastpath.agent.driver import DriverError, UnansweredError, Wanted
from bfd_fastpath.agent.drivers import driver
from bfd_fastpath.agent.drivers.bird import function
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.settings import Kind, RouteServer
from bfd_fastpath.bench.daemons.daemon import Daemon
from bfd_fastpath.bench.daemons.openbgpd import root_of_openbgpd
from tests.interop.support.poll import until

pytestmark = pytest.mark.timeout(300)
A, X, Y = map(ip_address, ("127.0.45.12", "192.0.2.9", "192.0.2.10"))
LOST_X, LOST_Y = Wanted((A,), {A: (X,)}), Wanted((A,), {A: (Y,)})


class Scene:
    """One whose time for a reload is a fraction of what one takes."""

    def __init__(self, kind: Kind, room, timeout_us: int) -> None:
        self.path, self.config, self.socket = room / "rs-bfd.conf", room / "server.conf", room / "ctl"
        settings = RouteServer(kind, self.path, control_socket=self.socket, timeout_us=timeout_us)
        self.driver = driver(settings)
        self.file = FilterFile(self.path, self.driver)
        self.file.prepare(Wanted((A,)))
        self.room = room / "server"
        self.room.mkdir()

    def is_slow(self) -> None:
        """It does not answer in time, and what it has read is known all the same."""
        before = self.path.read_text()
        with pytest.raises(UnansweredError, match="within 0"):
            self.file.apply(LOST_X)
        assert self.path.read_text() == before
        self.until_applied(LOST_X)
        assert self.path.read_text() == self.driver.text(LOST_X)
        assert self.driver.has(self.path.read_text())

    def until_applied(self, wanted: Wanted) -> None:
        """Tries again and again, as the agent does."""

        def done() -> bool:
            try:
                self.file.apply(wanted)
            except DriverError:
                return False
            return True

        until(done, bound=120, what="the reload")


@pytest.mark.interop("bird")
def test_bird_reads_once_for_all_attempts(tmp_path):
    scene = Scene(Kind.BIRD, tmp_path, 500_000)
    slow = "".join(
        f"filter f{number} {{ if bgp_path.len > {number % 100} then reject;"
        f" if net ~ [ 10.{number % 256}.0.0/16+ ] then accept; reject; }}\n"
        for number in range(4000)
    )
    scene.config.write_text(
        f'log stderr all;\nrouter id 10.0.0.1;\ninclude "rs-bfd.conf";\nprotocol device {{ }}\n{slow}'
        f"filter to_a {{ if {function(A)}() then reject; accept; }}\n"
    )
    command = ("bird", "-f", "-c", scene.config, "-s", scene.socket, "-P", scene.room / "pid")
    with Daemon(scene.room, *command) as bird:
        until(scene.socket.exists, bound=120, what=f"BIRD's control socket\n{bird.log()}")
        scene.is_slow()
        assert bird.log().count("Reconfiguring") == 1
        with pytest.raises(UnansweredError):
            scene.file.apply(LOST_Y)
        scene.until_applied(LOST_X)  # by then something else is wanted
        assert scene.driver.has(scene.path.read_text())
        assert not scene.driver.has(scene.driver.text(LOST_Y))


@pytest.mark.root
@pytest.mark.interop("openbgpd")
def test_bgpd_reads_to_its_end(tmp_path):
    scene = Scene(Kind.OPENBGPD, tmp_path, 100_000)
    slow = "".join(
        f"prefix-set p{number} {{ "
        + " ".join(f"10.{number}.{third}.{last}/32" for third in range(256) for last in range(8))
        + " }\n"
        for number in range(256)
    )
    scene.config.write_text(
        f'AS 64500\nrouter-id 10.0.0.1\nfib-update no\nlisten on 127.0.45.11 port 17902\nsocket "{scene.socket}"\n'
        f'neighbor {A} {{\nremote-as 65001\npassive\n}}\ninclude "{scene.path}"\n{slow}allow quick from any\n'
    )
    scene.config.chmod(0o600)
    with root_of_openbgpd(), Daemon(scene.room, "/usr/sbin/bgpd", "-d", "-f", scene.config) as bgpd:

        def up() -> bool:
            try:
                return bool(scene.driver.neighbours())
            except DriverError:
                return False

        until(up, bound=120, what=f"bgpd's neighbours\n{bgpd.log()}")
        scene.is_slow()
