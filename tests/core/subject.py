# SPDX-License-Identifier: Apache-2.0
"""One session under test behind one face, be it the C core's or the oracle's, so that each row is asked of both."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from bfd_fastpath.wire.bfd import (
    Diagnostic,
    Fault,
    NextHop,
    Packet,
    PollPhase,
    Session,
    SessionConfig,
    State,
    decode,
)
from tests.core.binding import ffi, lib

FAULTS = [None, *Fault]
#: By number; "" for an accepted packet.
FAULT_NAMES = ["", *(ffi.string(lib.bfd_fault_name(i)).decode() for i in range(1, lib.BFD_FAULTS))]
NEVER = 2**64 - 1


class Splitmix:
    """The generator of native/core/rng.h, to give both implementations the same draws."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def draw(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        return (z ^ z >> 31) >> 48


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one input made the session do."""

    send: Packet | None = None
    final: Packet | None = None
    fault: Fault | None = None
    detected_ns: int | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """All that can be observed of a session."""

    state: State
    diagnostic: int
    remote_state: State
    remote_diagnostic: int
    remote_discriminator: int
    remote_min_rx_us: int
    remote_multiplier: int
    next_hop: NextHop
    poll: PollPhase
    was_up: bool
    demanding: bool
    negotiated_tx_us: int
    negotiated_rx_us: int
    detection_us: int
    detection_ns: int | None
    next_tx_ns: int | None
    deadline_ns: int | None


class Subject(ABC):
    """A session that reads time and randomness from its arguments. Times are nanoseconds."""

    @property
    @abstractmethod
    def view(self) -> View: ...

    @property
    def next_tx(self) -> int:
        """When the next periodic packet is due; the test expects one."""
        due = self.view.next_tx_ns
        assert due is not None
        return due

    @property
    def deadline(self) -> int:
        due = self.view.deadline_ns
        assert due is not None
        return due

    @abstractmethod
    def packet(self, *, final: bool = False) -> Packet: ...
    @abstractmethod
    def receive(self, packet: Packet, now: int) -> Outcome: ...
    @abstractmethod
    def timer(self, now: int) -> Outcome: ...
    @abstractmethod
    def configure(self, config: SessionConfig, now: int) -> Outcome: ...
    @abstractmethod
    def admin_down(self, diagnostic: Diagnostic, now: int) -> Outcome: ...
    @abstractmethod
    def admin_up(self, now: int) -> Outcome: ...
    @abstractmethod
    def remove(self, now: int) -> Outcome: ...
    @abstractmethod
    def defer(self, gap: int) -> int: ...
    @abstractmethod
    def clear(self) -> None: ...
    @abstractmethod
    def hold(self, held: bool) -> None: ...
    @abstractmethod
    def poll(self, now: int) -> None: ...
    @abstractmethod
    def forwarding_reset(self, now: int) -> Outcome: ...


_CONCATENATED = {
    Diagnostic.CONCATENATED_PATH_DOWN: lib.BFD_FEATURE_CONCATENATED,
    Diagnostic.REVERSE_CONCATENATED_PATH_DOWN: lib.BFD_FEATURE_REVERSE,
}


def _time(value: int) -> int | None:
    return None if value == NEVER else value


class Native(Subject):
    """The C core's session. Hellos take the short way where the core lets them, as in the engine."""

    def __init__(self, config: SessionConfig, discriminator: int, now: int, seed: int) -> None:
        self.c = ffi.new("struct bfd_session *")
        self.rng = ffi.new("struct rng *", {"state": seed})
        self.actions = ffi.new("struct bfd_actions *")
        self.short_ways = 0
        lib.bfd_session_init(self.c, self._config(config), discriminator, now)

    def _config(self, config: SessionConfig) -> object:
        return ffi.new(
            "struct bfd_session_config *",
            {
                "desired_min_tx_us": config.desired_min_tx_us,
                "required_min_rx_us": config.required_min_rx_us,
                "multiplier": config.multiplier,
                "role": config.role,
                "admin_down": config.disabled or 0,
                "features": (lib.BFD_FEATURE_DEMAND if config.demand else 0)
                | _CONCATENATED.get(config.concatenated_path, 0)
                | (lib.BFD_FEATURE_AUTHENTICATION if config.authentication else 0),
            },
        )

    @property
    def bits(self) -> int:
        """enum bfd_act of the last input."""
        return int(self.actions.bits)

    @property
    def view(self) -> View:
        c = self.c
        return View(
            state=State(c.state),
            diagnostic=c.diagnostic,
            remote_state=State(c.remote_state),
            remote_diagnostic=c.remote_diagnostic,
            remote_discriminator=c.remote_discriminator,
            remote_min_rx_us=c.remote_required_min_rx_us,
            remote_multiplier=c.remote_multiplier,
            next_hop=NextHop(c.nexthop),
            poll=PollPhase(c.poll),
            was_up=bool(c.flags & lib.BFD_SESSION_WAS_UP),
            demanding=bool(lib.bfd_session_demanding(c)),
            negotiated_tx_us=lib.bfd_session_negotiated_tx_us(c),
            negotiated_rx_us=lib.bfd_session_negotiated_rx_us(c),
            detection_us=lib.bfd_session_detection_us(c),
            detection_ns=_time(lib.bfd_session_detection_ns(c)),
            next_tx_ns=_time(c.next_tx_ns),
            deadline_ns=_time(lib.bfd_session_deadline(c)),
        )

    def packet(self, *, final: bool = False) -> Packet:
        packet = ffi.new("struct bfd_packet *")
        octets = ffi.new("uint8_t[24]")
        lib.bfd_session_fill(self.c, final, packet)
        lib.bfd_packet_build(packet, octets)
        return decode(bytes(octets))

    def _outcome(self, fault: int = 0) -> Outcome:
        bits, detected = self.bits, self.actions.deadline_ns
        return Outcome(
            send=self.packet() if bits & lib.BFD_ACT_SEND else None,
            final=self.packet(final=True) if bits & lib.BFD_ACT_SEND_FINAL else None,
            fault=FAULTS[fault],
            detected_ns=detected if bits & lib.BFD_ACT_DETECTED else None,
            done=bool(bits & lib.BFD_ACT_DONE),
        )

    def receive(self, packet: Packet, now: int) -> Outcome:
        octets = bytes(packet)
        if lib.bfd_session_hello(self.c, octets, now):
            self.short_ways += 1
            self.actions.bits = 0
            return Outcome()
        parsed = ffi.new("struct bfd_packet *")
        fault = lib.bfd_packet_parse(octets, len(octets), parsed)
        assert fault == 0, FAULTS[fault]
        return self._outcome(lib.bfd_session_receive(self.c, parsed, now, self.rng, self.actions))

    def timer(self, now: int) -> Outcome:
        lib.bfd_session_timer(self.c, now, self.rng, self.actions)
        return self._outcome()

    def configure(self, config: SessionConfig, now: int) -> Outcome:
        lib.bfd_session_configure(self.c, self._config(config), now, self.rng, self.actions)
        return self._outcome()

    def admin_down(self, diagnostic: Diagnostic, now: int) -> Outcome:
        lib.bfd_session_admin_down(self.c, diagnostic, now, self.rng, self.actions)
        return self._outcome()

    def admin_up(self, now: int) -> Outcome:
        lib.bfd_session_admin_up(self.c, now, self.rng, self.actions)
        return self._outcome()

    def remove(self, now: int) -> Outcome:
        lib.bfd_session_remove(self.c, now, self.rng, self.actions)
        return self._outcome()

    def defer(self, gap: int) -> int:
        return int(lib.bfd_session_defer(self.c, gap))

    def clear(self) -> None:
        lib.bfd_session_clear(self.c, self.actions)

    def hold(self, held: bool) -> None:
        lib.bfd_session_hold(self.c, held, self.actions)

    def poll(self, now: int) -> None:
        lib.bfd_session_poll(self.c, now, self.actions)

    def forwarding_reset(self, now: int) -> Outcome:
        lib.bfd_session_forwarding_reset(self.c, now, self.rng, self.actions)
        return self._outcome()


class Oracle(Subject):
    """The pure-Python session."""

    def __init__(self, config: SessionConfig, discriminator: int, now: int, seed: int) -> None:
        self.session = Session(config, discriminator, now)
        self.random = Splitmix(seed)

    @property
    def view(self) -> View:
        s = self.session
        return View(
            state=s.state,
            diagnostic=s.local_diag,
            remote_state=s.remote_state,
            remote_diagnostic=s.remote_diag,
            remote_discriminator=s.remote_discr,
            remote_min_rx_us=s.remote_min_rx_us,
            remote_multiplier=s.remote_multiplier,
            next_hop=s.next_hop,
            poll=s.poll.phase,
            was_up=s.was_up,
            demanding=s.demanding,
            negotiated_tx_us=s.negotiated_tx_us,
            negotiated_rx_us=s.negotiated_rx_us,
            detection_us=s.detection_us,
            detection_ns=s.detection_deadline_ns,
            next_tx_ns=s.next_transmit_ns,
            deadline_ns=s.deadline_ns,
        )

    def packet(self, *, final: bool = False) -> Packet:
        return self.session.packet(final=final)

    def receive(self, packet: Packet, now: int) -> Outcome:
        a = self.session.receive(packet, now, self.random.draw)
        return Outcome(a.send, a.send_final, a.fault, a.detected_deadline_ns, a.done)

    def timer(self, now: int) -> Outcome:
        a = self.session.timer(now, self.random.draw)
        return Outcome(a.send, a.send_final, a.fault, a.detected_deadline_ns, a.done)

    def configure(self, config: SessionConfig, now: int) -> Outcome:
        return Outcome(self.session.configure(config, now, self.random.draw).send)

    def admin_down(self, diagnostic: Diagnostic, now: int) -> Outcome:
        return Outcome(self.session.admin_down(diagnostic, now, self.random.draw).send)

    def admin_up(self, now: int) -> Outcome:
        return Outcome(self.session.admin_up(now, self.random.draw).send)

    def remove(self, now: int) -> Outcome:
        a = self.session.remove(now, self.random.draw)
        return Outcome(a.send, done=a.done)

    def defer(self, gap: int) -> int:
        return self.session.defer(gap)

    def clear(self) -> None:
        self.session.clear()

    def hold(self, held: bool) -> None:
        self.session.hold(held)

    def poll(self, now: int) -> None:
        self.session.poll_now(now)

    def forwarding_reset(self, now: int) -> Outcome:
        return Outcome(self.session.forwarding_reset(now, self.random.draw).send)
