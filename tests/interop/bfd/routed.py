# SPDX-License-Identifier: Apache-2.0
"""Our engine and a daemon with a router between them that takes one off the TTL; a multihop session of each family. With BIRD they
are authenticated, as RFC 5883 6 wants of what passes routers.

The near LAN has 192.0.2.0/24 and 2001:db8:1::/64, the far one 198.51.100.0/24 and 2001:db8:2::/64; the router is .254 and
::fe on both."""

from typing import Any, Self

from tests.interop.support.bird import Bird
from tests.interop.support.frr import Frr
from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until
from tests.interop.support.product import Product

OURS = {"v4": "192.0.2.1", "v6": "2001:db8:1::1"}
THEIRS = {"v4": "198.51.100.2", "v6": "2001:db8:2::2"}
GATEWAY = {"v4": "192.0.2.254", "v6": "2001:db8:1::fe"}
BACK = {"v4": "198.51.100.254", "v6": "2001:db8:2::fe"}
SECRET = "behind the router"
#: Of a configuration in whose directory there is a file "key".
KEYS = (
    '[[key-chain]]\nname = "far"\nkeys = [{ key-id = 5, crypto-algorithm = "sha-1", key-file = "key" }]\n'
    '[bfd]\nauthentication = { key-chain = "far" }\n'
)


def configuration(rx_ttl: int, tx_ttl: int = 255) -> str:
    text = (
        '[[port]]\nname = "lan"\ndevargs = "net_af_packet0,iface=eth0"\n'
        f'addresses = ["{OURS["v4"]}/24", "{OURS["v6"]}/64"]\n'
    )
    for family, peer in THEIRS.items():
        text += (
            f'[[session]]\ninterface = "lan"\ndest-addr = "{peer}"\npath-type = "path-ip-mh"\n'
            f'gateway = "{GATEWAY[family]}"\nrx-ttl = {rx_ttl}\ntx-ttl = {tx_ttl}\n'
            'local-multiplier = 3\nmin-interval = "100ms"\n'
        )
    return text


class FrrBehind:
    """minimum-ttl is the daemon's own rx-ttl."""

    #: What arrives of the TTL that it sends.
    arriving_ttl = 254
    authenticates = False

    def __init__(self, space: Namespace) -> None:
        self._frr = Frr(space, ("bfdd",), "")
        self.minimum_ttl(254)

    def minimum_ttl(self, ttl: int) -> None:
        for family in OURS:
            self._frr.configure(
                f"bfd\n peer {OURS[family]} multihop local-address {THEIRS[family]}\n  transmit-interval 100\n"
                f"  receive-interval 100\n  detect-multiplier 3\n  minimum-ttl {ttl}\n"
            )

    def up(self, family: str) -> bool:
        return bool(self._frr.bfd_peers()[OURS[family]]["status"] == "up")


class BirdBehind:
    """BIRD 2.0 has no least TTL for multihop BFD, and sends the kernel's default."""

    arriving_ttl = 63
    authenticates = True

    def __init__(self, space: Namespace) -> None:
        neighbours = "".join(f"  neighbor {OURS[f]} local {THEIRS[f]} multihop yes;\n" for f in OURS)
        self._bird = Bird(
            space,
            "router id 198.51.100.2;\nprotocol device {}\n"
            "protocol bfd {\n  accept multihop;\n"
            "  multihop { interval 100 ms; idle tx interval 1 s; multiplier 3;\n"
            f'    authentication keyed sha1; password "{SECRET}" {{ id 5; }}; }};\n{neighbours}}}\n',
        )

    def up(self, family: str) -> bool:
        rows = [line.split() for line in self._bird.ask("show bfd sessions").splitlines()]
        return any(row[:1] == [OURS[family]] and "Up" in row for row in rows)


class RoutedScene:
    def __init__(self, daemon: str) -> None:
        self.lans = [Lan(), Lan()]
        near, far = self.lans
        self.near_space = near.member("near", kernel=False)
        far_space = far.member("far", f"{THEIRS['v4']}/24", f"{THEIRS['v6']}/64")
        self.router = near.member("router", f"{GATEWAY['v4']}/24", f"{GATEWAY['v6']}/64")
        self._second_leg(self.router, far)
        for family, through in BACK.items():
            far_space.run("ip", f"-{family[1]}", "route", "add", "default", "via", through)
        self.far: FrrBehind | BirdBehind = FrrBehind(far_space) if daemon == "frr" else BirdBehind(far_space)
        key = self.near_space.directory / "key"
        key.touch(mode=0o600)
        key.write_text(SECRET)
        self.near = Product(self.near_space, self.configuration())

    def _second_leg(self, router: Namespace, far: Lan) -> None:
        switch = far.switch
        router.run(
            *("ip", "link", "add", "eth1", "address", "02:00:00:00:01:fe", "type", "veth"),
            *("peer", "name", "router", "netns", switch.name),
        )
        switch.run("ethtool", "-K", "router", "tx", "off", "gro", "off")
        switch.run("ip", "link", "set", "dev", "router", "master", "br0", "up")
        router.run("sysctl", "-qw", "net.ipv6.conf.eth1.accept_dad=0")
        router.run("ip", "addr", "add", f"{BACK['v4']}/24", "dev", "eth1")
        router.run("ip", "addr", "add", f"{BACK['v6']}/64", "dev", "eth1", "nodad")
        router.run(
            "ethtool", "-K", "eth1", "tx", "off", "rx", "off", "gro", "off", "gso", "off", "tso", "off"
        )
        router.run("ip", "link", "set", "eth1", "up")
        router.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")

    def configuration(self, tx_ttl: int = 255, nearer: int = 0) -> str:
        """nearer: by how much the least TTL is above what arrives."""
        keys = KEYS if self.far.authenticates else ""
        return configuration(self.far.arriving_ttl + nearer, tx_ttl) + keys

    def session(self, family: str) -> dict[str, Any]:
        return self.near.sessions()[THEIRS[family]]

    def states(self, family: str) -> tuple[str, bool]:
        return self.session(family)["session-running"]["local-state"], self.far.up(family)

    def both_up(self, family: str) -> None:
        until(
            lambda: self.states(family), lambda seen: seen == ("up", True), bound=15, what=f"Up over {family}"
        )

    def close(self) -> None:
        for lan in self.lans:
            lan.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
