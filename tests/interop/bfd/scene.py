# SPDX-License-Identifier: Apache-2.0
"""Our engine and a daemon on one LAN: which drivers, what the configuration says, and how both ends are looked at."""

from dataclasses import dataclass, field
from typing import Any

from tests.interop.bfd.far_ends import FAR_ENDS, OURS, THEIRS, FarEnd
from tests.interop.support.lan import Lan
from tests.interop.support.poll import until
from tests.interop.support.product import Product

#: The [[port]] keys of each driver. With af_packet the addresses are ours alone; with af_xdp the kernel has them too, answers
#: ARP and ND, and sees everything but BFD.
DRIVERS = {
    "af_packet": 'devargs = "net_af_packet0,iface=eth0"\n',
    "af_xdp": 'devargs = "net_af_xdp0,iface=eth0,force_copy=1"\nxdp-redirect = "bfd"\nneighbours = "kernel"\n',
}
#: What the switch drops when BFD alone of one family is cut.
BFD_OF = {"v4": "ether type ip udp dport 3784", "v6": "ether type ip6 udp dport 3784"}


def configuration(driver: str, intervals: dict[str, int] | None = None) -> str:
    """Sessions to the far end of both families; intervals in milliseconds, 100 unless given."""
    text = f'[[port]]\nname = "lan"\n{DRIVERS[driver]}addresses = ["{OURS["v4"]}/24", "{OURS["v6"]}/64"]\n'
    for family in OURS:
        interval = (intervals or {}).get(family, 100)
        text += (
            f'[[session]]\ninterface = "lan"\nsource-addr = "{OURS[family]}"\ndest-addr = "{THEIRS[family]}"\n'
            f'local-multiplier = 3\nmin-interval = "{interval}ms"\n'
        )
    return text


@dataclass
class Scene:
    driver: str
    daemon: str
    lan: Lan
    far: FarEnd = field(init=False)
    near: Product = field(init=False)

    def __post_init__(self) -> None:
        ours = [f"{OURS['v4']}/24", f"{OURS['v6']}/64"]
        near = self.lan.member("near", *ours, kernel=self.driver == "af_xdp")
        far = self.lan.member("far", f"{THEIRS['v4']}/24", f"{THEIRS['v6']}/64")
        self.far = FAR_ENDS[self.daemon](far)
        self.near = Product(near, configuration(self.driver))

    def session(self, family: str) -> dict[str, Any]:
        return self.near.sessions()[THEIRS[family]]

    def running(self, family: str) -> dict[str, Any]:
        found: dict[str, Any] = self.session(family)["session-running"]
        return found

    def nexthop(self, family: str) -> dict[str, Any]:
        return self.near.nexthops()[THEIRS[family]]

    def flaps(self, family: str) -> tuple[int, int]:
        """How often our session came up and went down."""
        statistics = self.session(family)["session-statistics"]
        return statistics["up-count"], statistics["down-count"]

    def both_up(self, family: str) -> None:
        """Waits until both ends say Up at the interval that they settle on."""
        until(
            lambda: (self.running(family)["local-state"], self.far.up(family)),
            lambda seen: seen == ("up", True),
            what=f"Up over {family}",
        )
        until(
            lambda: self.running(family)["detection-time"],
            lambda us: us < 1_000_000,
            what=f"{family}'s detection time",
        )
