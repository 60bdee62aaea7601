# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath route-server` between FRR and two BIRDs: roles, what is passed on to whom, repetitions, and too many prefixes."""

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from bfd_fastpath.bench.daemons.daemon import free_port
from bfd_fastpath.cli.main import invoke
from tests.interop.bgp.bird_client import BirdClient
from tests.interop.bgp.frr_server import FrrServer
from tests.interop.support.poll import until

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird"), pytest.mark.timeout(120)]

RS, FRR, BIRD, THIRD = (f"127.0.45.{number}" for number in (254, 4, 2, 3))
ASN = 64510
BOTH, FRRS = "203.0.113.0/24", "203.0.114.0/24"
FRR_HOP, BIRD_HOP = "198.51.100.4", "198.51.100.2"
CONFIGURATION = f"""
[route-server]
asn = {ASN}
router-id = "192.0.2.254"
listen = ["{RS}"]
port = PORT
lan = ["198.51.100.0/24", "2001:db8::/64"]
roles = true
[[client]]
name = "frr"
asn = 64521
addresses = ["{FRR_HOP}"]
session-addresses = ["{FRR}"]
strict-role = true
prefix-limit-ipv4 = 3
[[client]]
name = "bird"
asn = 64522
addresses = ["{BIRD_HOP}"]
session-addresses = ["{BIRD}"]
strict-role = true
[[client]]
name = "third"
asn = 64523
addresses = ["198.51.100.3"]
session-addresses = ["{THIRD}"]
[control]
path = "rs.sock"
"""


class Scene:
    def __init__(self, at) -> None:
        self.at, port = at, free_port(RS)
        (at / "rs.toml").write_text(CONFIGURATION.replace("PORT", str(port)))
        command = [sys.executable, "-m", "bfd_fastpath", "route-server", "-c", str(at / "rs.toml")]
        with (at / "rs.log").open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        place = RS, port, ASN
        roles = "local role rs_client; require roles on;"
        self.frr = FrrServer(
            at / "frr",
            64521,
            FRR,
            (RS, ASN),
            ("local-role rs-client strict-mode", f"update-source {FRR}", "timers connect 1"),
            server_port=port,
        )
        self.frr.announce([BOTH, FRRS])
        self.bird = BirdClient(at / "bird", 64522, BIRD, place, [BOTH], extra=roles)
        self.third = BirdClient(at / "third", 64523, THIRD, place, [])

    def close(self) -> None:
        for one in (self.frr, self.bird, self.third):
            one.close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0

    def show(self, capsys: pytest.CaptureFixture[str], what: str) -> Any:
        capsys.readouterr()
        assert invoke(["route-server", "show", what, "--json", "--socket", str(self.at / "rs.sock")]) == 0
        return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    made = Scene(tmp_path_factory.mktemp("clients"))
    try:
        yield made
    finally:
        made.close()


def heard(client: BirdClient, prefix: str, *texts: str) -> str:
    return until(lambda: client.route(prefix), lambda seen: all(text in seen for text in texts), bound=20)


def test_clients_with_their_roles_get_each_others_routes_as_they_came_and_marked(scene):
    heard(scene.bird, FRRS, f"BGP.next_hop: {FRR_HOP}", "BGP.as_path: 64521", f"BGP.otc: {ASN}")
    assert scene.frr.seen()["remoteRole"] == "rs-server"
    until(lambda: scene.frr.vtysh(f"show bgp ipv4 {BOTH} json"), lambda seen: BIRD_HOP in seen)
    said = json.loads(scene.frr.vtysh(f"show bgp ipv4 {BOTH} json"))
    (theirs,) = [one for one in said["paths"] if one["nexthops"][0]["ip"] == BIRD_HOP]
    assert theirs["aspath"]["string"] == "64522"


def test_who_is_kept_from_one_path_gets_the_other(scene, capsys):
    """No path is hidden, whichever is best for the rest (RFC 7947 2.3)."""
    heard(scene.third, BOTH, "BGP.next_hop")
    best = heard(scene.third, BOTH, "BGP.next_hop").split("BGP.next_hop: ")[1].split()[0]
    scene.frr.say("0:64523")
    heard(scene.third, BOTH, f"BGP.next_hop: {BIRD_HOP}")
    until(lambda: scene.third.route(FRRS), lambda seen: "BGP" not in seen)
    heard(scene.bird, FRRS, f"BGP.next_hop: {FRR_HOP}")
    scene.frr.say(f"0:{ASN}", f"{ASN}:64523")
    heard(scene.third, FRRS, f"BGP.next_hop: {FRR_HOP}")
    until(lambda: scene.bird.route(FRRS), lambda seen: "BGP" not in seen)
    assert f"({ASN},64523)" not in scene.third.route(FRRS)
    scene.frr.say()
    heard(scene.third, BOTH, f"BGP.next_hop: {best}")
    given = scene.show(capsys, "routes")
    assert "third" in json.dumps(given)


def test_a_graceful_shutdown_comes_last(scene):
    """RFC 8326."""
    best = heard(scene.third, BOTH, "BGP.next_hop").split("BGP.next_hop: ")[1].split()[0]
    scene.frr.say("graceful-shutdown")
    heard(scene.third, BOTH, f"BGP.next_hop: {BIRD_HOP}")
    heard(scene.third, FRRS, f"BGP.next_hop: {FRR_HOP}", "(65535,0)")
    scene.frr.say()
    heard(scene.third, BOTH, f"BGP.next_hop: {best}")


def test_what_they_ask_for_again_comes_between_marks(scene):
    scene.frr.vtysh("debug bgp neighbor-events", f"clear bgp {RS} soft in")
    until(scene.frr.log, lambda seen: "rcvd route-refresh (EoRR) for IPv4/unicast" in seen)
    assert "rcvd route-refresh (BoRR) for IPv4/unicast" in scene.frr.log()
    scene.bird.tell("reload in server")
    heard(scene.bird, FRRS, f"BGP.next_hop: {FRR_HOP}")


def test_too_many_prefixes_end_the_session_and_its_routes(scene):
    scene.frr.announce([BOTH, FRRS, "203.0.115.0/24", "203.0.116.0/24"])
    until(scene.frr.log, lambda seen: "6/1 (Cease/Maximum Number of Prefixes Reached)" in seen)
    until(lambda: scene.third.route(FRRS), lambda seen: "BGP" not in seen)
    heard(scene.third, BOTH, f"BGP.next_hop: {BIRD_HOP}")
    scene.frr.announce([BOTH, FRRS])
    heard(scene.third, FRRS, f"BGP.next_hop: {FRR_HOP}")
