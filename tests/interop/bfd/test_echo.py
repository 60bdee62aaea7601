# SPDX-License-Identifier: Apache-2.0
"""Echoes between our engine and FRR's bfdd, both ways and both families, and between our engine and kernels that forward.

FRR's IPv4 echoes go from and to its own address and must come back with TTL 254; its IPv6 echoes go to our address, and we have
to answer. Ours come back through the forwarding of FRR's kernel.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.interop.bfd.far_ends import OURS, THEIRS
from tests.interop.support.frr import Frr
from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import stays, until
from tests.interop.support.product import Product

pytestmark = [pytest.mark.root, pytest.mark.interop("frr")]
families = pytest.mark.parametrize("family", ["v4", "v6"])
ECHOES_OF = {"v4": "ether type ip udp dport 3785", "v6": "ether type ip6 udp dport 3785"}
LAN = (
    '[[port]]\nname = "lan"\ndevargs = "net_af_packet0,iface=eth0"\n'
    f'addresses = ["{OURS["v4"]}/24", "{OURS["v6"]}/64"]\n'
)


def configuration(receive: str = "50ms", send: str = "50ms", extra: str = "") -> str:
    return LAN + "".join(
        f'[[session]]\ninterface = "lan"\ndest-addr = "{THEIRS[family]}"\nmin-interval = "300ms"\n'
        f'required-min-echo-rx-interval = "{receive}"\ndesired-min-echo-tx-interval = "{send}"\n{extra}'
        for family in OURS
    )


def forwarding(space: Namespace, on: bool = True) -> None:
    for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
        space.run("sysctl", "-qw", f"{key}={int(on)}")


class Scene:
    def __init__(self, lan: Lan) -> None:
        self.lan = lan
        near = lan.member("near", *(f"{OURS['v4']}/24", f"{OURS['v6']}/64"), kernel=False)
        self.kernel = lan.member("far", f"{THEIRS['v4']}/24", f"{THEIRS['v6']}/64")
        forwarding(self.kernel)
        self.near = Product(near, configuration())
        self.frr = Frr(
            self.kernel,
            ("bfdd",),
            "bfd\n"
            + "".join(
                f" peer {OURS[family]} local-address {THEIRS[family]} interface eth0\n  echo-mode\n"
                "  echo transmit-interval 60\n  echo receive-interval 50\n exit\n"
                for family in OURS
            ),
        )

    def running(self, family: str) -> dict[str, Any]:
        found: dict[str, Any] = self.near.sessions()[THEIRS[family]]["session-running"]
        return found

    def counts(self, family: str) -> dict[str, Any]:
        found: dict[str, Any] = self.near.sessions()[THEIRS[family]]["session-statistics"]
        return found

    def peer(self, family: str) -> dict[str, Any]:
        return self.frr.bfd_peers()[OURS[family]]

    def echoing(self, family: str) -> None:
        until(
            lambda: (self.running(family)["detection-mode"], self.peer(family)["status"]),
            lambda seen: seen == ("async-with-echo", "up"),
            what=f"echoes over {family}",
        )


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with Lan() as lan:
        yield Scene(lan)


def drops(near: Product) -> dict[str, int]:
    (port,) = near.ask("show-drops")["ports"]
    return {one["name"]: one["count"] for one in port["drops"] if one["count"]}


@families
def test_ours_come_back_from_frrs_kernel(scene: Scene, family: str) -> None:
    scene.echoing(family)
    before = scene.counts(family)
    after = until(
        lambda: scene.counts(family),
        lambda seen: seen["receive-echo-count"] > before["receive-echo-count"] + 20,
        bound=10,
    )
    assert after["down-count"] == before["down-count"]
    running = scene.running(family)
    assert running["echo-tx-interval-in-use"] == 50_000
    assert running["remote-required-min-echo-rx-interval"] == 50_000
    assert 0 < running["echo-round-trip"] < 1_000_000


@families
def test_frrs_are_reflected_by_us_and_found_good(scene: Scene, family: str) -> None:
    """bfdd takes its session Down when its echoes do not come back."""
    scene.echoing(family)
    before = scene.counts(family)["reflect-echo-count"]
    until(lambda: scene.counts(family)["reflect-echo-count"], lambda seen: seen > before + 20, bound=10)
    stays(lambda: scene.peer(family)["status"], lambda status: status == "up", seconds=0.5)
    assert "drop-bfd-echo-rate" not in drops(scene.near)
    if family == "v4":
        assert scene.peer(family)["rtt-max"] > 0, "bfdd times its IPv4 echoes"


@families
def test_while_echoes_go_frr_says_hello_once_a_second(scene: Scene, family: str) -> None:
    scene.echoing(family)
    until(lambda: scene.peer(family)["remote-receive-interval"], lambda ms: ms == 1000, bound=5)
    assert scene.near.sessions()[THEIRS[family]]["required-min-rx-interval"] == 300_000, "as wanted"


@families
def test_echoes_alone_cut_are_down_and_hellos_bring_it_back(scene: Scene, family: str) -> None:
    scene.echoing(family)
    before = scene.counts(family)["down-count"]
    scene.lan.cut(source="near", only=ECHOES_OF[family])
    try:
        until(lambda: scene.counts(family)["down-count"], lambda downs: downs > before, bound=5)
        until(lambda: scene.running(family)["local-diagnostic"], lambda why: why == "echo-failed", bound=5)
    finally:
        scene.lan.restore()
    scene.echoing(family)


@families
def test_a_reload_that_ends_echoes_flaps_nothing(scene: Scene, family: str) -> None:
    scene.echoing(family)
    before = scene.counts(family)["down-count"]
    scene.near.write(configuration("0s", "0s"))
    scene.near.reload()
    try:
        until(lambda: scene.peer(family)["remote-echo-receive-interval"], lambda ms: ms == 0, bound=5)
        stays(
            lambda: (scene.counts(family)["down-count"], scene.peer(family)["status"]),
            lambda seen: seen == (before, "up"),
            seconds=0.7,
        )
        assert scene.running(family)["detection-mode"] == "async-without-echo"
    finally:
        scene.near.write(configuration())
        scene.near.reload()
    scene.echoing(family)
    assert scene.counts(family)["down-count"] == before


def test_a_source_outside_the_subnet_spares_the_peer_its_redirects(scene: Scene) -> None:
    """RFC 5881 4. Linux sends redirects for what comes from its own subnet and leaves by the port it came in."""
    scene.echoing("v4")
    capture = scene.kernel.directory / "redirects.txt"
    scene.near.write(
        configuration(extra="").replace(
            f'dest-addr = "{THEIRS["v4"]}"\n',
            f'dest-addr = "{THEIRS["v4"]}"\necho-source-addr = "203.0.113.9"\n',
        )
    )
    scene.near.reload()
    scene.echoing("v4")
    watcher = scene.kernel.start(
        "tshark",
        "-i",
        "eth0",
        "-l",
        "-f",
        "udp port 3785 or icmp",
        "-T",
        "fields",
        "-e",
        "ip.src",
        "-e",
        "ip.dst",
        "-e",
        "icmp.type",
        log=capture,
    )
    until(lambda: capture.read_text().count("203.0.113.9\t"), lambda seen: seen > 20, bound=20)
    watcher.terminate()
    redirects = [
        line
        for line in capture.read_text().splitlines()
        if line.startswith(f"{THEIRS['v4']}\t{OURS['v4']}") and line.endswith("5")
    ]
    assert redirects == []
    scene.near.write(configuration())
    scene.near.reload()
    scene.echoing("v4")


ALONE = LAN + "".join(
    f'[[session]]\ninterface = "lan"\npath-type = "path-unaffiliated-echo"\ndest-addr = "{THEIRS[family]}"\nmin-interval = "50ms"\n'
    for family in OURS
)


@pytest.fixture(scope="module")
def plain() -> Iterator[tuple[Lan, Namespace, Product]]:
    """A kernel that forwards and knows nothing of BFD."""
    with Lan() as lan:
        near = lan.member("near", kernel=False)
        far = lan.member("far", f"{THEIRS['v4']}/24", f"{THEIRS['v6']}/64")
        forwarding(far)
        yield lan, far, Product(near, ALONE)


def running(near: Product, family: str) -> dict[str, Any]:
    found: dict[str, Any] = near.sessions()[THEIRS[family]]["session-running"]
    return found


@families
def test_unaffiliated_echo_watches_a_neighbour_without_bfd(
    plain: tuple[Lan, Namespace, Product], family: str
) -> None:
    lan, _, near = plain
    until(lambda: running(near, family)["local-state"], lambda state: state == "up", bound=10)
    until(lambda: running(near, family)["detection-time"], lambda us: us == 150_000, bound=5)
    lan.cut(source="far", only=ECHOES_OF[family])
    try:
        until(lambda: running(near, family)["local-state"], lambda state: state == "down", bound=3)
        assert running(near, family)["local-diagnostic"] == "echo-failed"
    finally:
        lan.restore()
    until(lambda: running(near, family)["local-state"], lambda state: state == "up", bound=10)


@families
def test_a_neighbour_that_does_not_forward_is_down(
    plain: tuple[Lan, Namespace, Product], family: str
) -> None:
    _, far, near = plain
    until(lambda: running(near, family)["local-state"], lambda state: state == "up", bound=10)
    forwarding(far, on=False)
    try:
        until(lambda: running(near, family)["local-state"], lambda state: state == "down", bound=3)
    finally:
        forwarding(far)
    until(lambda: running(near, family)["local-state"], lambda state: state == "up", bound=10)


def test_strict_reverse_path_filtering_passes_a_source_inside_the_subnet(
    plain: tuple[Lan, Namespace, Product],
) -> None:
    """Linux looks where the source is reached: by the port the packet came in, so it passes (RFC 3704 2.2)."""
    _, far, near = plain
    until(lambda: running(near, "v4")["local-state"], lambda state: state == "up", bound=10)
    far.run("sysctl", "-qw", "net.ipv4.conf.eth0.rp_filter=1")
    try:
        stays(lambda: running(near, "v4")["local-state"], lambda state: state == "up", seconds=0.7)
    finally:
        far.run("sysctl", "-qw", "net.ipv4.conf.eth0.rp_filter=0")
