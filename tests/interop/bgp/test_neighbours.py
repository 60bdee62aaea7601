# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath run` as a client of FRR, BIRD and OpenBGPD at once, each behind TCP-MD5 and GTSM where it has them: what each
pair negotiates, restarts, refreshes, is refused, and says at its end."""

from dataclasses import dataclass
from typing import Any

import pytest

from bfd_fastpath.bench.daemons.bird import Bird
from bfd_fastpath.bench.daemons.openbgpd import Openbgpd
from bfd_fastpath.cli.main import invoke
from tests.daemon.process import Daemon
from tests.interop.bgp.frr_server import FrrServer
from tests.interop.support.poll import until

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird", "openbgpd")]

ASN = 64500
KEPT, LEFT, NEW = "203.0.113.0/25", "203.0.113.128/25", "203.0.114.0/24"
KEPT6 = "2001:db8:113::/48"


@dataclass(frozen=True)
class End:
    """One daemon, and the addresses of the session with it."""

    server: Any
    address: str
    client: str
    asn: int
    next_hop: str


class Exchange:
    """Our daemon, and the three that it is a client of, by name."""

    def __init__(self, directory, ends: dict[str, End]) -> None:
        self.ends = ends
        for name, password in (("password", "s3cret"), ("another", "s3cre7")):
            (directory / name).write_text(password + "\n")
            (directory / name).chmod(0o600)
        self.ours = Daemon(directory, self.text())

    def text(self, role: str = 'role = "rs-client"\nstrict-role = true') -> str:
        text = f"""
            [router]
            name = "r1"
            asn = {ASN}
            router-id = "192.0.2.1"
            [[port]]
            name = "lan0"
            devargs = "net_null0"
            addresses = ["198.51.100.1/24", "2001:db8::1/64"]
            [bfd]
            enabled = false
        """
        for name, end in self.ends.items():
            text += f"""
            [[neighbor]]
            address = "{end.address}"
            local-address = "{end.client}"
            port = {end.server.port}
            remote-as = {end.asn}
            connect-retry = "200ms"
            password-file = "password"
            ttl-security = true
            extended-next-hop = {str(name == "bird").lower()}
            announce = ["192.0.2.0/24"]
            {role}
            """
        return text

    def peer(self, name: str) -> Any:
        address = self.ends[name].address
        (shown,) = (one for one in self.ours.ask("show-reporter")["peers"] if one["address"] == address)
        return shown

    def calm(self) -> None:
        """OpenBGPD answers nobody for half a minute after a refusal, until it is told to."""
        for word in ("down", "up"):
            self.ends["openbgpd"].server.tell("neighbor", self.ends["openbgpd"].client, word)

    def established(self, *names: str) -> None:
        for name in names or self.ends:
            until(lambda name=name: self.peer(name)["state"], lambda seen: seen == "established", bound=20)

    def routes(self, name: str) -> dict[str, str]:
        """Of one neighbour: prefix and next hop."""
        found = self.ours.ask("show-routes")["routes"]
        address = self.ends[name].address
        return {one["prefix"]: one["next-hop"] for one in found if one["peer"] == address}

    def neighbor(self, *words: str) -> None:
        assert invoke(["neighbor", *words, "--socket", str(self.ours.socket)]) == 0


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    at = tmp_path_factory.mktemp("neighbours")
    frr_lines = ("password s3cret", "ttl-security hops 1", "local-role rs-server strict-mode")
    bird_lines = (
        'password "s3cret"; ttl security on; local role rs_server; require roles on; graceful restart on; '
        "enable extended messages on; error wait time 1, 1;"
    )
    openbgpd_lines = "tcp md5sig password s3cret\nttl-security yes\nannounce policy rs enforce\nannounce enhanced refresh yes"
    with (
        FrrServer(at / "frr", 64521, "127.0.42.1", ("127.0.42.2", ASN), frr_lines) as frr,
        Bird(at / "bird", 64522, "127.0.43.1", ("127.0.43.2", ASN), bird_lines, over_v6=True) as bird,
        Openbgpd(at / "openbgpd", 64523, "127.0.44.1", ("127.0.44.2", ASN), openbgpd_lines) as openbgpd,
    ):
        frr.announce([KEPT, LEFT, KEPT6])
        bird.announce([KEPT, LEFT, KEPT6])
        openbgpd.announce(KEPT, "198.51.100.5")
        built = Exchange(
            at,
            {
                "frr": End(frr, "127.0.42.1", "127.0.42.2", 64521, "198.51.100.4"),
                "bird": End(bird, "127.0.43.1", "127.0.43.2", 64522, "2001:db8::2"),
                "openbgpd": End(openbgpd, "127.0.44.1", "127.0.44.2", 64523, "198.51.100.5"),
            },
        )
        with built.ours:
            yield built


def test_routes_arrive_and_each_side_sees_what_the_other_offers(exchange):
    exchange.established()
    for name, end in exchange.ends.items():
        until(lambda name=name: exchange.routes(name), lambda seen, end=end: seen.get(KEPT) == end.next_hop)
    found = {name: exchange.peer(name)["negotiated"] for name in exchange.ends}
    assert {name: one["role"] for name, one in found.items()} == dict.fromkeys(found, "rs")
    assert all(one["enhanced-refresh"] for one in found.values())
    assert {name for name, one in found.items() if one["extended-message"]} == {"frr", "bird"}
    assert {name: one["graceful-restart"] for name, one in found.items()} == {
        "frr": 77,
        "bird": 120,
        "openbgpd": 0,
    }
    assert found["bird"]["extended-next-hop"] == ["ipv4-unicast"]
    seen = exchange.ends["frr"].server.seen()
    assert (seen["remoteRole"], seen["neighborCapabilities"]["extendedMessage"]) == (
        "rs-client",
        "advertisedAndReceived",
    )
    assert seen["neighborCapabilities"]["enhancedRouteRefresh"] == "advertisedAndReceived"
    assert seen["gracefulRestartInfo"]["remoteGrMode"] == "Helper"
    said = exchange.ends["bird"].server.tell("show protocols all peer1").split("Neighbor capabilities")[1]
    assert all(word in said for word in ("Extended message", "Enhanced refresh", "Role: rs_client"))
    assert "Open Policy role rs-client (local rs)" in exchange.ends["openbgpd"].server.tell(
        "show", "neighbor", "127.0.44.2"
    )


def test_a_refresh_that_an_operator_asks_for_keeps_all_that_is_repeated(exchange):
    exchange.established()
    before = {name: exchange.routes(name) for name in exchange.ends}
    for end in exchange.ends.values():
        exchange.neighbor("refresh", end.address)
    frr, bird, openbgpd = (exchange.ends[name].server for name in ("frr", "bird", "openbgpd"))
    until(frr.log, lambda seen: "sending route-refresh (EoRR) for IPv6/unicast" in seen)
    until(
        lambda: bird.tell("show protocols all peer1").split("Export updates:")[1].split()[0],
        lambda seen: int(seen) >= 4,
    )
    # OpenBGPD 7.7 takes the request, and by a fault of its own answers only what was not negotiated.
    until(openbgpd.log, lambda seen: "route refresh: AID IPv4 unicast not negotiated" in seen)
    for name in exchange.ends:
        until(lambda name=name: exchange.peer(name)["stale"], lambda seen: seen == [])
        assert exchange.routes(name) == before[name]


def test_ours_are_sent_again_between_marks_when_they_ask(exchange):
    exchange.established()
    openbgpd = exchange.ends["openbgpd"].server
    openbgpd.tell("neighbor", "127.0.44.2", "refresh")
    until(
        lambda: openbgpd.tell("show", "neighbor", "127.0.44.2").split("Begin-of-RR")[1].split(),
        lambda seen: seen[1] == "2",
    )
    frr = exchange.ends["frr"].server
    frr.vtysh("clear bgp 127.0.42.2 soft in")
    until(lambda: frr.seen()["messageStats"], lambda seen: seen["routeRefreshSent"] >= 1)
    assert "192.0.2.0/24" in openbgpd.tell("show", "rib", "in", "neighbor", "127.0.44.2")


@pytest.mark.parametrize("name", ["frr", "bird"])
def test_a_restart_keeps_the_routes_and_then_only_what_is_told_again(exchange, name):
    exchange.established()
    until(lambda: exchange.routes(name), lambda seen: {KEPT, LEFT, KEPT6} <= seen.keys())
    server = exchange.ends[name].server
    server.kill()
    shown = until(lambda: exchange.peer(name), lambda seen: seen["state"] != "established")
    assert (shown["routes"], shown["stale"]) == (3, ["ipv4-unicast", "ipv6-unicast"])
    assert exchange.routes(name).keys() == {KEPT, LEFT, KEPT6}
    server.again([KEPT, NEW, KEPT6])
    until(lambda: exchange.routes(name).keys(), lambda seen: seen == {KEPT, NEW, KEPT6}, bound=20)
    until(lambda: exchange.peer(name)["stale"], lambda seen: seen == [])


def test_a_restart_of_who_keeps_nothing_takes_its_routes_at_once(exchange):
    """OpenBGPD marks the end of its routes, and asks for no time."""
    exchange.established()
    until(lambda: exchange.routes("openbgpd"))
    exchange.ends["openbgpd"].server.kill()
    shown = until(lambda: exchange.peer("openbgpd"), lambda seen: seen["state"] != "established")
    assert (shown["routes"], shown["stale"]) == (0, [])
    exchange.ends["openbgpd"].server.again()
    exchange.established("openbgpd")


WORDS = "new line card, back at 04:00 UTC"


def test_each_reads_our_last_words(exchange):
    exchange.established()
    for end in exchange.ends.values():
        exchange.neighbor("shutdown", end.address, WORDS)
    ends = exchange.ends
    until(ends["bird"].server.log, lambda seen: f'Received: Administrative shutdown: "{WORDS}"' in seen)
    until(
        lambda: ends["openbgpd"].server.tell("show", "neighbor", "127.0.44.2"),
        lambda seen: f'Last received shutdown reason: "{WORDS}"' in seen,
    )
    until(ends["frr"].server.log, lambda seen: "6/2 (Cease/Administrative Shutdown)" in seen)
    for end in exchange.ends.values():
        exchange.neighbor("enable", end.address)
    exchange.established()


def test_we_read_theirs(exchange):
    exchange.established()
    frr, bird, openbgpd = (exchange.ends[name].server for name in ("frr", "bird", "openbgpd"))
    frr.neighbor(f"shutdown message {WORDS}")
    bird.tell(f'disable peer1 "{WORDS}"')
    openbgpd.tell("neighbor", "127.0.44.2", "down", WORDS)
    for name in exchange.ends:
        until(lambda name=name: exchange.peer(name)["shutdown-text"], lambda seen: seen == WORDS)
        assert f"cease/shutdown (6/2): '{WORDS}'" in exchange.peer(name)["last-error"]
        assert exchange.peer(name)["routes"] == 0
    frr.neighbor("no shutdown")
    bird.tell("enable peer1")
    openbgpd.tell("neighbor", "127.0.44.2", "up")
    exchange.established()


@pytest.mark.parametrize(
    ("role", "senders"),
    [('role = "peer"', {"us", "peer"}), ("", {"peer"})],
    ids=["another", "none"],
)
def test_a_role_that_does_not_go_with_the_other_ends_in_2_11(exchange, role, senders):
    """Another one is refused by whoever reads first; none, by who insists on one, which all three do."""
    exchange.established()
    exchange.ours.write(exchange.text(role))
    exchange.ours.ask("reload")
    exchange.calm()
    try:
        for name in exchange.ends:
            said = until(
                lambda name=name: exchange.peer(name)["last-notification"],
                lambda seen: seen is not None and "open/role-mismatch (2/11)" in seen["said"],
            )
            assert said["from"] in senders
            assert exchange.peer(name)["routes"] == 0
    finally:
        exchange.ours.write(exchange.text())
        exchange.ours.ask("reload")
        exchange.calm()
    exchange.established()


def test_who_has_no_role_is_refused_where_we_insist_on_one(exchange):
    """The far end lets everybody in; our strict-role does not."""
    exchange.established()
    frr = exchange.ends["frr"].server
    frr.neighbor("no local-role rs-server strict-mode")
    frr.vtysh("clear bgp 127.0.42.2")
    try:
        said = until(
            lambda: exchange.peer("frr")["last-notification"],
            lambda seen: seen is not None and "2/11" in seen["said"],
        )
        assert said["from"] == "us"
    finally:
        frr.neighbor("local-role rs-server strict-mode")
    exchange.established()


def test_another_password_is_no_session_and_no_word(exchange):
    exchange.established()
    exchange.ours.write(exchange.text().replace('password-file = "password"', 'password-file = "another"'))
    exchange.ours.ask("reload")
    exchange.calm()
    try:
        for name in exchange.ends:
            until(lambda name=name: exchange.peer(name)["state"], lambda seen: seen == "connect")
            assert exchange.peer(name)["routes"] == 0
    finally:
        exchange.ours.write(exchange.text())
        exchange.ours.ask("reload")
        exchange.calm()
    exchange.established()
