# SPDX-License-Identifier: Apache-2.0
"""BIRD as it is on this machine, fed by RTR: it has what was published, whoever restarts, and is not reconfigured."""

import asyncio
import re
from contextlib import contextmanager
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.agent.bird_control import BirdControl
from bfd_fastpath.agent.driver import DriverError, Wanted
from bfd_fastpath.agent.drivers.bird import function
from bfd_fastpath.agent.drivers.bird_rtr import HOST, BirdRtr
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.hops import number
from bfd_fastpath.agent.memory import Memory, Remembered
from bfd_fastpath.agent.rtr_feed import RtrFeed
from bfd_fastpath.agent.settings import Agent, Kind, Method, RouteServer
from bfd_fastpath.agent.standing import empty
from bfd_fastpath.bench.daemons.daemon import Daemon, DaemonError, free_port
from bfd_fastpath.wire.bgp import IPV4_UNICAST, AsPath, Attributes, Origin, Update
from tests.interop.bgp.ourselves import ASN, Ourselves, connected, eventually
from tests.interop.support.poll import until

pytestmark = pytest.mark.interop("bird")
NOTHING = Wanted()
A, B, X, Y = map(ip_address, ("192.0.2.1", "192.0.2.2", "192.0.2.9", "2001:db8::9"))
LAN = ip_network("192.0.2.0/24"), ip_network("2001:db8::/64")
A_NAME, B_NAME = "'as65001-1.v4'", "'b'"
BOTH_LOST_X = Wanted((A, B), {A: (X,), B: (X,)})


class Scene:
    def __init__(self, room):
        self.room, self.file = room, room / "rs-bfd.conf"
        settings = RouteServer(
            Kind.BIRD,
            self.file,
            Method.RTR,
            free_port(HOST),
            control_socket=room / "ctl",
            timeout_us=20_000_000,
        )
        self.settings = Agent(64500, IPv4Address("192.0.2.251"), (ip_address(HOST),), LAN, settings)
        self.driver = BirdRtr(settings, LAN)
        self.agains = 0
        self.filter_file = FilterFile(self.file, self.driver)
        self.port = settings.rtr_port
        self.new_feed()
        self.filter_file.prepare(Wanted((A, B)))
        self.runs = 0

    def new_feed(self, owed=()):
        """That of another agent."""
        self.feed = RtrFeed(self.filter_file, self.driver, self.port, self._again, owed)

    def _again(self):
        self.agains += 1

    @contextmanager
    def bird(self, include=True, more=""):
        clients = "".join(
            f"protocol bgp {name} {{ local 127.0.0.1 port 17909 as 64500; neighbor {address} as {asn}; passive; direct;"
            f" rs client; ipv4 {{ table rs4; secondary; rpki reload off; import filter {{ rs_bfd_mark(); accept; }};"
            f" export filter {{ if {function(address)}() then reject; accept; }}; }}; }}\n"
            for name, address, asn in ((A_NAME, A, 65001), ("b", B, 65002))
        )
        (self.room / "bird.conf").write_text(
            "log stderr all;\nrouter id 10.0.0.1;\nprotocol device { }\nipv4 table rs4 sorted;\n"
            + (f'include "{self.file}";\n{clients}{more}' if include else "")
        )
        self.runs += 1
        folder = self.room / f"bird{self.runs}"
        folder.mkdir()
        with Daemon(
            folder, "bird", "-f", "-c", self.room / "bird.conf", "-s", self.room / "ctl", "-P", folder / "pid"
        ) as bird:
            until(lambda: self.ask("show status"), what=f"BIRD's control socket\n{bird.log()}")
            yield bird

    def ask(self, command):
        try:
            return Daemon.ask("birdc", "-s", self.room / "ctl", command)
        except DaemonError:
            return ""

    def entries(self):
        lines = (self.ask("show route table rs_bfd4") + self.ask("show route table rs_bfd6")).splitlines()
        return {tuple(line.split()[:2]) for line in lines if " AS" in line}


def entry(client, hop):
    return f"{client}/32-32", f"AS{number(hop)}"


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path)


class Line:
    """BIRD's control socket, overheard: `resent` are those whom BIRD sends its routes again. It refuses those of
    `deaf`."""

    def __init__(self, monkeypatch):
        self.resent, self.deaf = [], set()
        ask = BirdControl.ask

        def overheard(control, command):
            name = command.removeprefix("reload out ")
            if name in self.deaf:
                return "8003", "not now"
            if name != command:
                self.resent.append(name)
            return ask(control, command)

        monkeypatch.setattr(BirdControl, "ask", overheard)


@pytest.fixture
def line(monkeypatch):
    return Line(monkeypatch)


def story(scene, told, first=NOTHING):
    async def run():
        await scene.feed.start(first)
        try:
            await asyncio.to_thread(told)
        finally:
            await scene.feed.stop()

    asyncio.run(run())


def test_what_is_wanted_is_in_birds_tables_without_reconfiguration(scene):
    def told():
        with scene.bird() as bird:
            scene.feed.apply(Wanted((A, B), {A: (X, Y)}))
            assert scene.entries() == {entry(A, X), entry(A, Y)}
            scene.feed.apply(Wanted((A, B), {A: (X,), B: (Y,)}))
            assert scene.entries() == {entry(A, X), entry(B, Y)}
            assert "Reconfigur" not in bird.log()
            scene.feed.apply(Wanted((A, B, X), {A: (X,)}))  # a member more
            assert scene.entries() == {entry(A, X)}
            assert "Reconfigured" in bird.log()
            scene.feed.apply(Wanted((A, B, X)))
            assert scene.entries() == set()

    story(scene, told)


def test_a_bird_that_starts_anew_is_noticed_and_fed(scene):
    def told():
        with scene.bird():
            scene.feed.apply(Wanted((A, B), {A: (X,)}))
            assert scene.agains == 1
        with scene.bird():
            until(lambda: scene.agains == 2, what="BIRD's query")
            scene.feed.apply(Wanted((A, B), {A: (X,)}))
            assert scene.entries() == {entry(A, X)}

    story(scene, told)


def test_without_an_agent_the_entries_stay_until_they_are_opened(scene):
    with scene.bird():
        story(scene, lambda: scene.feed.apply(Wanted((A, B), {A: (X,)})))
        assert scene.entries() == {entry(A, X)}
        scene.new_feed()  # BIRD asks it before it has anything to do
        story(scene, lambda: until(lambda: scene.agains == 2), Wanted((A, B), {A: (X,)}))
        assert scene.entries() == {entry(A, X)}
        scene.driver.open({A})
        assert scene.entries() == set()
        scene.new_feed()
        story(scene, lambda: scene.feed.apply(Wanted((A, B), {B: (X,)})))
        assert scene.entries() == {entry(B, X)}


def test_a_bird_that_does_not_include_the_file_is_told(scene):
    def told():
        with (
            scene.bird(include=False),
            pytest.raises(DriverError, match="rs_bfd; does it include the agent's file"),
        ):
            scene.feed.apply(Wanted((A, B), {A: (X,)}))

    story(scene, told)


def test_a_refused_configuration_stops_no_change_of_those_who_are_there(scene):
    def told():
        with scene.bird():
            scene.feed.apply(Wanted((A, B)))
            (scene.room / "bird.conf").write_text("nonsense;\n")
            before = scene.file.read_text()
            with pytest.raises(DriverError, match=r"bird\.conf:1:\d+ syntax error"):
                scene.feed.apply(Wanted((A, B, X), {A: (X,)}))  # a member more
            assert scene.entries() == {entry(A, X)}
            assert scene.file.read_text() == before

    story(scene, told)


def test_entries_are_refreshed_before_they_expire(scene):
    def told():
        with scene.bird():
            scene.feed.apply(Wanted((A, B), {A: (X,)}))
            text = scene.ask("show protocols all rs_bfd")
            timers = dict(re.findall(r"(\w+) timer\s*: [\d.]+/(\d+)", text))
            assert int(timers["Refresh"]) * 5 < int(timers["Expire"]), text

    story(scene, told)


def test_a_bird_that_does_not_fetch_is_told(scene):
    def told():
        with scene.bird():
            scene.feed.apply(Wanted((A, B)))
            scene.ask("disable rs_bfd")
            scene.driver._timeout_s = 0.5
            with pytest.raises(DriverError, match="has not fetched"):
                scene.feed.apply(Wanted((A, B), {A: (X,)}))
            scene.driver._timeout_s = 20
            scene.ask("enable rs_bfd")
            scene.feed.apply(Wanted((A, B), {A: (X,)}))
            assert scene.entries() == {entry(A, X)}

    story(scene, told)


def test_one_whom_bird_refuses_keeps_no_other_from_its_routes(scene, line):
    def told():
        with scene.bird():
            line.deaf.add(A_NAME)
            with pytest.raises(DriverError, match=f"reload out {A_NAME}: not now"):
                scene.feed.apply(BOTH_LOST_X)
            assert line.resent == [B_NAME]
            line.deaf.clear()
            scene.feed.apply(BOTH_LOST_X)
            assert line.resent == [B_NAME, A_NAME]

    story(scene, told)


def test_who_had_entries_gets_its_routes_though_the_first_attempt_to_open_broke_off(scene, line):
    with scene.bird():
        story(scene, lambda: scene.feed.apply(BOTH_LOST_X))
        line.resent.clear()
        line.deaf.add(A_NAME)
        with pytest.raises(DriverError, match="not now"):
            empty(scene.settings)
        assert scene.entries() == set()
        line.deaf.clear()
        empty(scene.settings)
        assert line.resent == [B_NAME, A_NAME, B_NAME]
        empty(scene.settings)
        assert line.resent == [B_NAME, A_NAME, B_NAME], "nobody is owed anything"


def test_who_had_entries_gets_its_routes_though_the_agents_last_change_broke_off(scene, line):
    agent = Remembered(scene.feed, Memory(scene.file))

    def told():
        line.deaf.add(A_NAME)
        for wanted in (Wanted((A, B), {A: (X,)}), Wanted((A, B))):
            with pytest.raises(DriverError, match="not now"):
                agent.apply(wanted)

    with scene.bird():
        story(scene, told)
        assert scene.entries() == set()
        line.deaf.clear()
        empty(scene.settings)
        assert line.resent == [A_NAME]


def test_whose_entries_bird_drops_before_the_first_change_gets_its_routes(scene, line):
    """Another agent begins, without those filters: BIRD asks it before that has done anything."""

    def told():
        until(lambda: not scene.entries(), what="BIRD's query")
        scene.feed.apply(Wanted((A, B)))

    with scene.bird():
        story(scene, lambda: scene.feed.apply(Wanted((A, B), {A: (X,)})))
        line.resent.clear()
        scene.new_feed(owed=[B])
        story(scene, told)
        assert line.resent == [A_NAME, B_NAME]


@pytest.mark.parametrize(("filtered", "unmarked"), [("", 1), ("rs_bfd_mark(); ", 0)])
def test_routes_whose_import_filter_gives_them_no_number_are_counted(scene, filtered, unmarked):
    """One through the LAN, and one through another next hop, which needs none."""
    more = (
        "protocol bgp c { local 127.0.0.1 port 17909 as 64510; multihop; passive; neighbor 127.0.47.5 as "
        f"{ASN}; ipv4 {{ import filter {{ {filtered}accept; }}; export none; }}; }}\n"
    )

    async def run():
        async with connected(Ourselves("127.0.47.5", "127.0.0.1", 17909, families=(IPV4_UNICAST,))) as us:
            for prefix, hop in (("203.0.113.0/24", X), ("198.51.100.0/24", ip_address("192.0.3.9"))):
                attributes = Attributes(Origin.IGP, AsPath.sequence(ASN), hop)
                us.speaker.send(Update(attributes=attributes, announced=(ip_network(prefix),)))
            await eventually(lambda: "2 of 2 routes" in scene.ask("show route table master4 count"))
            assert scene.driver.unmarked() == unmarked

    with scene.bird(more=more):
        asyncio.run(run())
