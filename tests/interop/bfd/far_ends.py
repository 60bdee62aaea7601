# SPDX-License-Identifier: Apache-2.0
"""FRR's bfdd and BIRD as the far end of our sessions, behind one face: intervals, states, shutdown. Ours is .1, theirs .2."""

from collections.abc import Mapping
from typing import Protocol

from tests.interop.support.bird import Bird
from tests.interop.support.frr import Frr
from tests.interop.support.namespace import Namespace

OURS = {"v4": "192.0.2.1", "v6": "2001:db8::1"}
THEIRS = {"v4": "192.0.2.2", "v6": "2001:db8::2"}


class FarEnd(Protocol):
    #: Whether the daemon says AdminDown when a session is taken out of service; one that does not falls silent.
    says_admin_down: bool

    def up(self, family: str) -> bool: ...
    def heard_admin_down(self, family: str) -> bool: ...
    def detection_time(self, family: str) -> float:
        """Seconds without a hello of ours after which it says Down."""

    def set_interval(self, family: str, milliseconds: int) -> None:
        """Both of its intervals."""

    def shutdown(self, family: str) -> None: ...
    def no_shutdown(self, family: str) -> None: ...


class FrrFarEnd:
    says_admin_down = True

    def __init__(self, space: Namespace, *, passive: bool = False) -> None:
        self._mode = "passive-mode" if passive else "no passive-mode"
        self._frr = Frr(space, ("bfdd",), "".join(self._peer(family, 100) for family in OURS))

    def _peer(self, family: str, milliseconds: int) -> str:
        lines = (
            f"transmit-interval {milliseconds}",
            f"receive-interval {milliseconds}",
            "detect-multiplier 3",
            self._mode,
        )
        return self._at(family, *lines)

    def _at(self, family: str, *lines: str) -> str:
        peer = f" peer {OURS[family]} local-address {THEIRS[family]} interface eth0\n"
        return "bfd\n" + peer + "".join(f"  {line}\n" for line in lines)

    def up(self, family: str) -> bool:
        return bool(self._frr.bfd_peers()[OURS[family]]["status"] == "up")

    def heard_admin_down(self, family: str) -> bool:
        peer = self._frr.bfd_peers()[OURS[family]]
        return peer["status"] == "down" and peer["remote-diagnostic"] == "administratively down"

    def detection_time(self, family: str) -> float:
        peer = self._frr.bfd_peers()[OURS[family]]
        slower = max(peer["receive-interval"], peer["remote-transmit-interval"])
        return float(peer["remote-detect-multiplier"] * slower / 1000)

    def set_interval(self, family: str, milliseconds: int) -> None:
        self._frr.configure(self._peer(family, milliseconds))

    def shutdown(self, family: str) -> None:
        self._frr.configure(self._at(family, "shutdown"))

    def no_shutdown(self, family: str) -> None:
        self._frr.configure(self._at(family, "no shutdown"))


class BirdFarEnd:
    #: BIRD 2.0.12 never sends AdminDown: a session that is removed falls silent.
    says_admin_down = False

    def __init__(self, space: Namespace, *, passive: bool = False) -> None:
        self._passive = "yes" if passive else "no"
        self._intervals = dict.fromkeys(OURS, 100)
        self._bird = Bird(space, self._configuration())

    def _configuration(self) -> str:
        """A protocol a family, so that one can be changed or disabled alone; they share no address, so no session."""
        return "router id 192.0.2.2;\nprotocol device {}\n" + "".join(
            f"protocol bfd bfd_{family} {{\n"
            f"  accept {'ipv4' if family == 'v4' else 'ipv6'} direct;\n"
            f'  interface "eth0" {{ interval {interval} ms; idle tx interval 1 s; multiplier 3; '
            f"passive {self._passive}; }};\n"
            f'  neighbor {OURS[family]} dev "eth0" local {THEIRS[family]};\n}}\n'
            for family, interval in self._intervals.items()
        )

    def up(self, family: str) -> bool:
        session = self._bird.bfd_sessions().get(OURS[family])
        return session is not None and session.state == "Up"

    def heard_admin_down(self, family: str) -> bool:
        session = self._bird.bfd_sessions().get(OURS[family])
        return session is not None and session.state == "Down"

    def detection_time(self, family: str) -> float:
        return self._bird.bfd_sessions()[OURS[family]].timeout

    def set_interval(self, family: str, milliseconds: int) -> None:
        self._intervals[family] = milliseconds
        self._bird.configure(self._configuration())

    def shutdown(self, family: str) -> None:
        self._bird.ask(f"disable bfd_{family}")

    def no_shutdown(self, family: str) -> None:
        self._bird.ask(f"enable bfd_{family}")


FAR_ENDS: Mapping[str, type[FrrFarEnd] | type[BirdFarEnd]] = {"frr": FrrFarEnd, "bird": BirdFarEnd}
