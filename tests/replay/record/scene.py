# SPDX-License-Identifier: Apache-2.0
"""Two ends on a bridge, a tap, and a notebook of what was done to them and when: what a case is played on.

A path is cut behind the tap (the tap still sees what the end sends) or before it (the tap no longer does)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until
from tests.replay.journal import changes, of_bfd
from tests.replay.record.ends import SPEAKERS, BirdSpeaker, FrrSpeaker, Speaker
from tests.replay.record.files import Recording
from tests.replay.record.tap import Tap

#: By family: the addresses of a and b, and how long a prefix is.
FLAT = {4: ("192.0.2.1", "192.0.2.2", 24), 6: ("2001:db8::1", "2001:db8::2", 64)}
#: With a router between: its own addresses, too.
ROUTED = {
    4: ("192.0.2.1", "192.0.2.129", 25, "192.0.2.126", "192.0.2.254"),
    6: ("2001:db8:0:1::1", "2001:db8:0:2::1", 64, "2001:db8:0:1::fe", "2001:db8:0:2::fe"),
}


def now_us() -> int:
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Hidden:
    """The tap could not see what this end sent between these times."""

    address: str
    from_us: int
    to_us: int


@dataclass
class Scene:
    """`a` and `b` are the ends' ports of the bridge; `kinds` are their daemons."""

    kinds: tuple[str, str]
    family: int = 4
    routed: bool = False
    lan: Lan = field(default_factory=Lan)
    done: list[tuple[int, str]] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    ends: dict[str, Speaker] = field(default_factory=dict)
    #: Both are there when the play is over.
    recording: Recording | None = None
    journal: list[str] = field(default_factory=list)
    _tap: Tap | None = None
    _cuts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lan.switch.run(
            *("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        )
        self.lan.switch.run("nft", "add", "table", "netdev", "before")
        first, second, length, *via = (ROUTED if self.routed else FLAT)[self.family]
        self.addresses = {"a": str(first), "b": str(second)}
        for name, address in self.addresses.items():
            self.lan.member(name, f"{address}/{length}")
        if via:
            router = self.lan.member("r", *(f"{one}/{length}" for one in via))
            router.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
            for name, gateway in zip(self.addresses, via, strict=True):
                self.space(name).run("ip", "route", "add", "default", "via", str(gateway))

    def never_heard(self, *names: str) -> None:
        """The tap saw nothing of what these ends sent."""
        self.hidden.extend(Hidden(self.addresses[name], 0, now_us()) for name in names)

    def loop_echoes(self) -> None:
        """Lets the kernels of both ends send back packets that claim to come from whom they are sent to."""
        for name in self.addresses:
            settings = (
                "ip_forward=1",
                "conf.all.rp_filter=0",
                "conf.eth0.rp_filter=0",
                "conf.eth0.accept_local=1",
            )
            quiet = ("conf.all.send_redirects=0", "conf.eth0.send_redirects=0")
            self.space(name).run("sysctl", "-qw", *(f"net.ipv4.{one}" for one in (*settings, *quiet)))

    def note(self, what: str) -> None:
        self.done.append((now_us(), what))

    def space(self, name: str) -> Namespace:
        return self.lan.members[name]

    def speak(self, *names: str, **options: object) -> None:
        """Starts the daemons of these ends (both, if none is named) with the same options."""
        for name in names or ("a", "b"):
            kind = SPEAKERS[self.kinds[name == "b"]]
            other = self.addresses["a" if name == "b" else "b"]
            self.ends[name] = kind(self.space(name), self.addresses[name], other, **options)  # type: ignore[arg-type]

    def frr(self, name: str) -> FrrSpeaker:
        end = self.ends[name]
        assert isinstance(end, FrrSpeaker)
        return end

    def bird(self, name: str) -> BirdSpeaker:
        end = self.ends[name]
        assert isinstance(end, BirdSpeaker)
        return end

    def both_up(self) -> None:
        until(lambda: all(end.up() for end in self.ends.values()), bound=20, what="Up at both ends")

    def down(self, *names: str) -> None:
        """Waits until these ends say that they are not Up, or logged that they were not since the last note."""
        until(lambda: all(self._was_down(name) for name in names), bound=20, what="Down")

    def _was_down(self, name: str) -> bool:
        logged = changes(self._journal())
        address, since = self.addresses[name], self.done[-1][0]
        return not self.ends[name].up() or any(
            one.address == address and one.time_us > since and one.new == "down" for one in logged
        )

    def hold(self, seconds: float) -> None:
        """Lets the ends speak for a while."""
        threading.Event().wait(seconds)

    def record(self, where: str = "switch", interface: str = "", **options: object) -> None:
        space = self.lan.switch if where == "switch" else self.space(where)
        inside = interface or ("br0" if where == "switch" else "eth0")
        self._tap = Tap(space, inside, **options)  # type: ignore[arg-type]

    def settled(
        self, where: str = "switch", interface: str = "", cooked: str = "", only: str = "", **options: object
    ) -> None:
        """Both Up at the intervals that they agreed on, and the tap on: where most cases begin."""
        self.speak(**options)
        self.both_up()
        self.hold(1.2)
        self.record(where, interface, cooked=cooked, only=only)
        self.hold(1)

    def cut(self, name: str) -> None:
        """What this end sends is dropped in the bridge, behind the tap."""
        self.note(f"what {self.addresses[name]} sends is dropped behind the capture point")
        self.lan.cut(name)

    def cut_before(self, name: str) -> None:
        """What this end sends is dropped at its port, before the tap."""
        self.note(f"what {self.addresses[name]} sends is dropped before the capture point")
        chain = f"{{ type filter hook ingress device {name} priority 0; policy drop; }}"
        self.lan.switch.run("nft", "add", "chain", "netdev", "before", name, chain)
        self.hide(name)

    def hide(self, name: str) -> None:
        self._cuts[name] = now_us()

    def show(self, name: str) -> None:
        self.hidden.append(Hidden(self.addresses[name], self._cuts.pop(name), now_us()))

    def restore(self) -> None:
        self.note("nothing is dropped any more")
        self.lan.restore()
        for name in list(self._cuts):
            self.lan.switch.run("nft", "delete", "chain", "netdev", "before", name)
            self.show(name)

    def _journal(self) -> list[str]:
        return [
            line
            for end in self.ends.values()
            for line in of_bfd(end.address, end.daemon, end.log.read_text())
        ]

    @contextmanager
    def playing(self) -> Iterator[Self]:
        try:
            yield self
            assert self._tap is not None, "the case records nothing"
            self.hold(0.3)
            self.recording = self._tap.stop()
            self.journal = self._journal()
            for name in list(self._cuts):
                self.show(name)
        finally:
            self.lan.close()
