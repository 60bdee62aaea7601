# SPDX-License-Identifier: Apache-2.0
"""The oracle (bfd_fastpath/wire/bfd) as an end of the link, and the callbacks by which the C world reaches what lives in Python.

A mutant is an OracleEnd with one rule broken (broken.py)."""

from typing import Any

from bfd_fastpath.wire.bfd import (
    Actions,
    Diagnostic,
    Role,
    Session,
    SessionConfig,
)
from tests.soak.binding import ffi, lib
from tests.soak.signing import Signer

NEVER = 2**64 - 1


class Draws:
    """A generator of its own (a linear congruence), so that a run repeats itself."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def draw(self) -> int:
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 48


def config_of(wanted: Any) -> SessionConfig:
    return SessionConfig(
        desired_min_tx_us=wanted.desired_us,
        required_min_rx_us=wanted.required_us,
        multiplier=wanted.multiplier,
        role=Role.PASSIVE if wanted.passive else Role.ACTIVE,
        admin_down=wanted.admin_down == Diagnostic.ADMIN_DOWN,
        path_down=wanted.admin_down == Diagnostic.PATH_DOWN,
        demand=wanted.demand,
        concatenated_path=Diagnostic(wanted.concatenated),
        authentication=wanted.keys[0] != 0,
    )


def obey(session: Session, order: int, now_ns: int) -> None:
    """The orders that say nothing at once."""
    if order == lib.CLEAR:
        session.clear()
    elif order == lib.POLL:
        session.poll_now(now_ns)
    else:
        session.hold(order == lib.HOLD)


class OracleEnd:
    """One session and what it tells. Subclasses break a rule by overriding a step."""

    make_session: type[Session] = Session
    make_signer: type[Signer] = Signer

    def __init__(self, side: int, seed: int) -> None:
        self.side = side
        self.random = Draws(seed)
        self.session: Session | None = None
        self.signer: Signer | None = None
        self.generation = 0
        self.sequence = 0
        self.told: list[dict[str, Any]] = []
        self.demand_poll_us = 0
        self.ask_ns: int | None = None
        """When Demand mode asks by itself."""

    # Sessions come and go.

    def open(self, now_ns: int, config: SessionConfig) -> None:
        self.generation += 1
        discriminator = 0x50000000 + (self.side << 16) + self.generation
        self.session = self.make_session(config, discriminator, now_ns)
        self.sequence = 0
        self.ask_ns = None

    def signs(self, wanted: Any, *, anew: bool = False) -> None:
        if self.signer is None or anew:
            self.signer = self.make_signer(wanted, begin=2**32 - 4)
        else:
            self.signer.want(wanted)

    def asks(self, every_us: int) -> None:
        if every_us != self.demand_poll_us:
            self.demand_poll_us, self.ask_ns = every_us, None

    def _follow_demand(self, now_ns: int) -> None:
        s = self.session
        if s is None or not self.demand_poll_us or not (s.demanding and s.config.demand):
            self.ask_ns = None
        elif self.ask_ns is None:
            self.ask_ns = now_ns + self.demand_poll_us * 1000

    def restart(self) -> None:
        self.session = None
        self.told.clear()

    # What is told of a difference; the fields are pydp's events'.

    def _values(self) -> dict[str, Any]:
        s = self.session
        assert s is not None
        return {
            "state": int(s.state),
            "remote_state": int(s.remote_state),
            "nexthop": int(s.next_hop),
            "diagnostic": int(s.diagnostic),
            "local": s.local_discr,
            "remote": s.remote_discr,
            "tx_us": s.negotiated_tx_us,
            "rx_us": s.negotiated_rx_us,
            "detection_us": s.detection_us,
        }

    def tell(self, kind: int, old: int, new: int, now_ns: int) -> None:
        self.sequence += 1
        values = {key: value for key, value in self._values().items() if key != "state"}
        self.told.append(
            {
                **values,
                "type": kind,
                "old_state": old,
                "new_state": new,
                "time_ns": now_ns,
                "sequence": self.sequence,
                "reread": False,
            }
        )

    def tell_difference(self, before: dict[str, Any], now_ns: int) -> None:
        now = self._values()
        if now["state"] != before["state"]:
            self.tell(lib.TOLD_STATE, before["state"], now["state"], now_ns)
            return
        if now["remote_state"] != before["remote_state"]:
            self.tell(lib.TOLD_REMOTE, before["remote_state"], now["remote_state"], now_ns)
        elif now["nexthop"] != before["nexthop"]:
            self.tell(lib.TOLD_NEXTHOP, now["state"], now["state"], now_ns)
        if any(now[key] != before[key] for key in ("detection_us", "tx_us", "rx_us", "remote")):
            self.tell(lib.TOLD_TIMERS, now["state"], now["state"], now_ns)

    def finish(self, actions: Actions, before: dict[str, Any], now_ns: int) -> list[bytes]:
        assert self.signer is not None
        said = [
            self.signer.say(packet) for packet in (actions.send_final, actions.send) if packet is not None
        ]
        self.tell_difference(before, now_ns)
        if actions.done:
            assert self.session is not None
            state = int(self.session.state)
            self.tell(lib.TOLD_REMOVED, state, state, now_ns)
            self.session = None
        self._follow_demand(now_ns)
        return said

    # A turn.

    def hear(self, payload: bytes, now_ns: int) -> list[bytes]:
        if self.session is None or self.signer is None:
            return []
        packet = self.signer.hear(self.session, payload, now_ns)
        if packet is None:
            return []
        before = self._values()
        return self.finish(self.session.receive(packet, now_ns, self.random.draw), before, now_ns)

    def timer(self, now_ns: int) -> list[bytes]:
        if self.session is None:
            return []
        before = self._values()
        said = self.finish(self.session.timer(now_ns, self.random.draw), before, now_ns)
        if self.session is not None and self.ask_ns is not None and now_ns >= self.ask_ns:
            before = self._values()
            self.ask_ns = now_ns + self.demand_poll_us * 1000
            self.session.poll_now(now_ns)
            self.finish(Actions(), before, now_ns)
        return said

    def turn(self, now_ns: int, heard: list[bytes]) -> list[bytes]:
        said: list[bytes] = []
        for payload in heard:
            said += self.hear(payload, now_ns)
        return said + self.timer(now_ns)

    def command(self, now_ns: int, order: int, config: SessionConfig) -> list[bytes]:
        s = self.session
        assert s is not None
        before = self._values()
        if order == lib.CONFIGURE:
            return self.finish(s.configure(config, now_ns, self.random.draw), before, now_ns)
        if order == lib.REMOVE:
            return self.finish(s.remove(now_ns, self.random.draw), before, now_ns)
        if order == lib.RESET:
            return self.finish(s.forwarding_reset(now_ns, self.random.draw), before, now_ns)
        if order in (lib.CLEAR, lib.HOLD, lib.RELEASE, lib.POLL):
            obey(s, order, now_ns)
            return self.finish(Actions(), before, now_ns)
        return self.finish(Actions(done=True), before, now_ns)

    def next(self) -> int:
        due = self.session.deadline_ns if self.session is not None else None
        return min(time_ns for time_ns in (due, self.ask_ns, NEVER) if time_ns is not None)

    def look(self, snapshot: Any) -> None:
        s = self.session
        snapshot.gone = s is None
        if s is None:
            return
        values = self._values()
        for key in ("state", "remote_state", "nexthop", "diagnostic", "local", "remote"):
            setattr(snapshot, key, values[key])
        snapshot.tx_us, snapshot.rx_us = values["tx_us"], values["rx_us"]
        snapshot.detection_us = values["detection_us"]
        snapshot.remote_diagnostic = int(s.remote_diag)
        snapshot.polling = s.poll.active


def payload_bytes(payload: Any) -> bytes:
    return bytes(ffi.buffer(payload.octets, payload.length))


def _put(said: list[bytes], room: Any) -> int:
    for i, octets in enumerate(said):
        room[i].length = len(octets)
        ffi.memmove(room[i].octets, octets, len(octets))
    return len(said)


@ffi.def_extern()
def soak_open(handle: Any, now_ns: int, wanted: Any) -> None:
    end = ffi.from_handle(handle)
    end.asks(wanted.demand_poll_us)
    end.signs(wanted, anew=True)
    end.open(now_ns, config_of(wanted))


@ffi.def_extern()
def soak_next(handle: Any) -> int:
    return int(ffi.from_handle(handle).next())


@ffi.def_extern()
def soak_turn(handle: Any, now_ns: int, heard: Any, count: int, said: Any) -> int:
    return _put(ffi.from_handle(handle).turn(now_ns, [payload_bytes(heard[i]) for i in range(count)]), said)


@ffi.def_extern()
def soak_command(handle: Any, now_ns: int, command: Any, said: Any) -> int:
    end = ffi.from_handle(handle)
    if command.order == lib.CONFIGURE:
        end.asks(command.wanted.demand_poll_us)
        end.signs(command.wanted)
    return _put(end.command(now_ns, command.order, config_of(command.wanted)), said)


@ffi.def_extern()
def soak_look(handle: Any, snapshot: Any) -> None:
    ffi.from_handle(handle).look(snapshot)


@ffi.def_extern()
def soak_told(handle: Any, told: Any, room: int) -> int:
    waiting = ffi.from_handle(handle).told
    count = min(room, len(waiting))
    for i in range(count):
        told[i] = waiting[i]
    del waiting[:count]
    return count


@ffi.def_extern()
def soak_restart(handle: Any) -> None:
    ffi.from_handle(handle).restart()


@ffi.def_extern()
def soak_shadow(handle: Any, side: int, step: Any) -> None:
    ffi.from_handle(handle).step(step)
