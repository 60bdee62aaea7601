# SPDX-License-Identifier: Apache-2.0
"""One BFD session (RFC 5880 6.8), asynchronous or in Demand mode: packets, time and random draws come as
arguments.

Clarity before speed: every derived value is computed when asked for. Times are nanoseconds, intervals
microseconds.
"""

from collections.abc import Callable

from bfd_fastpath.wire.bfd import fsm
from bfd_fastpath.wire.bfd.codec import Diagnostic, Fault, Packet, State
from bfd_fastpath.wire.bfd.poll import PollSequence
from bfd_fastpath.wire.bfd.wanted import SLOW_INTERVAL_US, Actions, NextHop, Role, SessionConfig

Draw = Callable[[], int]
"""A random number in 0..65535, drawn once for every packet that starts a new interval."""


class Session:
    """State variables have the names of RFC 5880 6.8.1 in snake case."""

    def __init__(self, config: SessionConfig, local_discr: int, now_ns: int) -> None:
        self.config = config
        self.local_discr = local_discr
        self.state = State.DOWN if config.disabled is None else State.ADMIN_DOWN
        self.local_diag = config.disabled or Diagnostic.NONE
        self.remote_state = State.DOWN
        self.remote_discr = 0
        self.remote_diag = 0
        self.remote_min_rx_us = 1
        self.remote_desired_min_tx_us = 0
        self.remote_multiplier = 0
        self.remote_demand_mode = False
        self.poll = PollSequence()
        self.next_hop = NextHop.UNKNOWN
        self.was_up = False
        self.held = False
        self.demanding = False
        self.last_rx_ns: int | None = None
        self.remove_at_ns: int | None = None
        self._heard = False
        self._deferred_us = 0
        self._demand_ns = 0
        self._last_tx_ns: int | None = None
        self._begin_ns = now_ns
        self._gone = False
        self._jitter = 0
        self._tx_in_force_us = self.advertised_desired_min_tx_us
        self._rx_in_force_us = config.required_min_rx_us

    # What the session says and when.

    @property
    def advertised_desired_min_tx_us(self) -> int:
        wanted = self.config.desired_min_tx_us
        return wanted if self.state is State.UP else max(wanted, SLOW_INTERVAL_US)

    @property
    def negotiated_tx_us(self) -> int:
        """Our interval before jitter; 0 while nothing periodic is sent."""
        return self._interval_us if self._sends_periodically else 0

    @property
    def negotiated_rx_us(self) -> int:
        """The peer's interval, by negotiation."""
        return max(self._rx_in_force_us, self.remote_desired_min_tx_us)

    @property
    def detection_us(self) -> int:
        """Detection Time (6.8.4): of packets, or in Demand mode of the answer to a Poll; 0 while there is
        none."""
        if self.demanding:
            return self.config.multiplier * self._interval_us
        return max(1, self.remote_multiplier * self.negotiated_rx_us) if self._heard else 0

    @property
    def detection_deadline_ns(self) -> int | None:
        if self.demanding:
            if not self.poll.on_the_wire:
                return None
            asked_ns = max(self.poll.first_sent_ns, self._demand_ns)
            return asked_ns + (self.detection_us + self._deferred_us) * 1000
        if not self._heard or self.last_rx_ns is None:
            return None
        return self.last_rx_ns + (self.detection_us + self._deferred_us) * 1000

    @property
    def next_transmit_ns(self) -> int | None:
        if not self._sends_periodically:
            return None
        if self._last_tx_ns is None:
            return self._begin_ns
        interval_ns = self._interval_us * 1000
        if self.config.multiplier == 1:
            longest_ns, spread_ns = interval_ns * 90 // 100, interval_ns * 15 // 100
        else:
            longest_ns, spread_ns = interval_ns, interval_ns // 4
        return self._last_tx_ns + longest_ns - (spread_ns * self._jitter >> 16)

    @property
    def deadline_ns(self) -> int | None:
        """Earliest time at which timer() has something to do."""
        times = (self.detection_deadline_ns, self.next_transmit_ns, self.remove_at_ns, self.poll.deadline_ns)
        return min((t for t in times if t is not None), default=None)

    @property
    def diagnostic(self) -> Diagnostic:
        """What packets say."""
        broken = self.config.concatenated_path
        return broken if broken and self.state is State.UP else self.local_diag

    def packet(self, *, final: bool = False) -> Packet:
        """The packet to send at this moment (6.8.7)."""
        return Packet(
            state=self.state,
            diagnostic=self.diagnostic,
            demand=self.config.demand and self._both_up,
            my_discriminator=self.local_discr,
            your_discriminator=self.remote_discr,
            desired_min_tx_us=self.advertised_desired_min_tx_us,
            required_min_rx_us=self.config.required_min_rx_us,
            multiplier=self.config.multiplier,
            poll=not final and self.poll.on_the_wire,
            final=final,
        )

    # Inputs.

    def receive(self, packet: Packet, now_ns: int, draw: Draw) -> Actions:
        """A valid packet that belongs to this session, in the order of 6.8.6."""
        if packet.authentication is not None and not self.config.authentication:
            return Actions(fault=Fault.AUTHENTICATION)
        if packet.authentication is None and self.config.authentication:
            return Actions(fault=Fault.UNAUTHENTICATED)
        actions = Actions()
        self.remote_discr = packet.my_discriminator
        self.remote_state = packet.state
        self.remote_diag = packet.diagnostic
        self.remote_demand_mode = packet.demand
        self.remote_min_rx_us = packet.required_min_rx_us
        self.remote_desired_min_tx_us = packet.desired_min_tx_us
        self.remote_multiplier = packet.multiplier
        self.last_rx_ns = now_ns
        self._heard = True
        self._deferred_us = 0
        if self.poll.heard(packet.final, now_ns):
            self._put_in_force()
            if self.demanding and not self.config.demand:
                self._demand_ends(now_ns)
        if self.state is State.ADMIN_DOWN:
            actions.fault = Fault.ADMIN_DOWN
            self._settle(now_ns)
            return actions
        old = self.state
        changed = self._move(fsm.HEARD[packet.state], now_ns)
        if changed and self.state is State.DOWN:
            self.local_diag = Diagnostic.NEIGHBOR_DOWN
        if packet.state is State.ADMIN_DOWN:
            self.next_hop = NextHop.UNKNOWN
        elif changed and self.state is State.UP and not self.held:
            self.next_hop = NextHop.LIVE
        elif changed and old is State.UP:
            self.next_hop = NextHop.DEAD
        self._settle(now_ns)
        if packet.poll:
            actions.send_final = self.packet(final=True)
        elif changed:
            self._send(now_ns, draw, actions)
        return actions

    def timer(self, now_ns: int, draw: Draw) -> Actions:
        """Time has passed. To be called at deadline_ns; harmless at any other time."""
        actions = Actions()
        if self.remove_at_ns is not None and now_ns >= self.remove_at_ns:
            self._finish(actions)
            return actions
        self.poll.timer(now_ns)
        deadline_ns = self.detection_deadline_ns
        if deadline_ns is not None and now_ns >= deadline_ns:
            self._silence(deadline_ns, now_ns, draw, actions)
        transmit_ns = self.next_transmit_ns
        if transmit_ns is not None and now_ns >= transmit_ns:
            self._send(now_ns, draw, actions)
        return actions

    def configure(self, config: SessionConfig, now_ns: int, draw: Draw) -> Actions:
        """The whole wanted configuration (6.8.3); takes back a removal."""
        actions = Actions()
        old, self.remove_at_ns = self.config, None
        old_desired_us = self.advertised_desired_min_tx_us
        self.config = config
        desired_us = self.advertised_desired_min_tx_us
        if (desired_us, config.required_min_rx_us) != (old_desired_us, old.required_min_rx_us):
            self.poll.want(now_ns)
            if self.state is State.UP:
                self._tx_in_force_us = min(self._tx_in_force_us, desired_us)
                self._rx_in_force_us = max(self._rx_in_force_us, config.required_min_rx_us)
            else:
                self._put_in_force()
        if config.multiplier != old.multiplier:
            self._content_changed(now_ns)
        if config.demand != old.demand and self.demanding:
            self.poll.want(now_ns)
        news = self.state is State.UP and config.concatenated_path is not old.concatenated_path
        if news:
            self._content_changed(now_ns)
        if config.disabled is None:
            self._settle(now_ns)
        if config.disabled is not None:
            self._disable(config.disabled, now_ns, draw, actions)
        elif self._move(fsm.Event.ENABLE, now_ns) or news:
            self._send(now_ns, draw, actions)
        self._settle(now_ns)
        return actions

    def admin_down(self, diagnostic: Diagnostic, now_ns: int, draw: Draw) -> Actions:
        """Disable (6.8.16)."""
        actions = Actions()
        self._disable(diagnostic, now_ns, draw, actions)
        self._settle(now_ns)
        return actions

    def admin_up(self, now_ns: int, draw: Draw) -> Actions:
        """Enable (6.8.16); takes back a removal."""
        actions = Actions()
        self.remove_at_ns = None
        if self._move(fsm.Event.ENABLE, now_ns):
            self._send(now_ns, draw, actions)
        return actions

    def remove(self, now_ns: int, draw: Draw) -> Actions:
        """AdminDown at once and for the Detection Time that the peer has after it; then timer() says done."""
        actions = Actions()
        if self.remove_at_ns is not None:
            return actions
        self._move(fsm.Event.DISABLE, now_ns)
        self.local_diag = Diagnostic.ADMIN_DOWN
        self.next_hop = NextHop.UNKNOWN
        self._send(now_ns, draw, actions)
        self._settle(now_ns)
        if self._may_send:
            peer_expects_us = max(self.remote_min_rx_us, self.advertised_desired_min_tx_us)
            self.remove_at_ns = now_ns + self.config.multiplier * peer_expects_us * 1000
        else:
            self._heard = False
            actions.done = True
        return actions

    def defer(self, gap_ns: int) -> int:
        """Move a running detection by our own gap and one peer interval; returns by how many nanoseconds.

        Once until the next packet, and never by more than one Detection Time.
        """
        if not self.detection_us or self._deferred_us or self.state not in (State.INIT, State.UP):
            return 0
        wanted_us = gap_ns // 1000 + self.negotiated_rx_us
        self._deferred_us = max(1, min(wanted_us, self.detection_us, 0xFFFFFFFF))
        return self._deferred_us * 1000

    def clear(self) -> None:
        """The next hop becomes Unknown; the session runs on."""
        self.next_hop = NextHop.UNKNOWN

    def hold(self, held: bool) -> None:
        """Held: the next hop stays as it is when the session comes Up."""
        if self.held and not held and self.state is State.UP:
            self.next_hop = NextHop.LIVE
        self.held = held

    def poll_now(self, now_ns: int) -> None:
        """A Poll though nothing changed (6.6); nothing happens during another."""
        if not self.poll.active:
            self.poll.want(now_ns)
        self._settle(now_ns)

    def forwarding_reset(self, now_ns: int, draw: Draw) -> Actions:
        """Our forwarding plane lost its state (6.8.15)."""
        actions = Actions()
        if self.state is not State.ADMIN_DOWN:
            if self.state is State.UP:
                self.next_hop = NextHop.DEAD
            changed = self._move(fsm.Event.RESET, now_ns)
            if changed or self.local_diag is not Diagnostic.FORWARDING_RESET:
                self.local_diag = Diagnostic.FORWARDING_RESET
                self._send(now_ns, draw, actions)
        self._settle(now_ns)
        return actions

    # Rules shared by the inputs.

    @property
    def _both_up(self) -> bool:
        return self.state is State.UP and self.remote_state is State.UP

    def _content_changed(self, now_ns: int) -> None:
        if self._remote_demands or self.demanding:
            self.poll.want(now_ns)

    def _demand_ends(self, now_ns: int) -> None:
        self.demanding = False
        silent_ns = now_ns - (self.last_rx_ns or 0)
        self._deferred_us = min(-(-silent_ns // 1000), 0xFFFFFFFF)

    def _settle(self, now_ns: int) -> None:
        """Demand mode is active from the first packet that says D until one of both ends leaves Up, or a Poll
        without D has ended (6.6)."""
        if self.demanding and not self._both_up:
            self._demand_ends(now_ns)
        elif self.config.demand and not self.demanding and self._both_up:
            self.demanding = True
            self._deferred_us = 0
            self._demand_ns = now_ns
            self.poll.want(now_ns)

    @property
    def _may_send(self) -> bool:
        return self.config.role is Role.ACTIVE or self.remote_discr != 0

    @property
    def _remote_demands(self) -> bool:
        return self.remote_demand_mode and self._both_up

    @property
    def _sends_periodically(self) -> bool:
        if self._gone or not self._may_send or self.remote_min_rx_us == 0:
            return False
        return not self._remote_demands or self.poll.active

    @property
    def _interval_us(self) -> int:
        return max(self._tx_in_force_us, self.remote_min_rx_us)

    def _put_in_force(self) -> None:
        self._tx_in_force_us = self.advertised_desired_min_tx_us
        self._rx_in_force_us = self.config.required_min_rx_us

    def _move(self, event: fsm.Event, now_ns: int) -> bool:
        before_us = self.advertised_desired_min_tx_us
        new = fsm.next_state(self.state, event)
        if new is self.state:
            return False
        self.state = new
        self.was_up = self.was_up or new is State.UP
        if self.advertised_desired_min_tx_us != before_us:
            self.poll.want(now_ns)
        self._put_in_force()
        return True

    def _send(self, now_ns: int, draw: Draw, actions: Actions) -> None:
        if not self._may_send:
            return
        self.poll.packet_sent(now_ns)
        self._last_tx_ns = now_ns
        self._jitter = draw()
        actions.send = self.packet()

    def _silence(self, deadline_ns: int, now_ns: int, draw: Draw, actions: Actions) -> None:
        actions.detected_deadline_ns = deadline_ns
        self._heard = False
        self.demanding = False
        self._deferred_us = 0
        self.remote_discr = 0
        self.remote_min_rx_us = 1
        was_up = self.state is State.UP
        if self._move(fsm.Event.TIMEOUT, now_ns):
            self.local_diag = Diagnostic.CONTROL_EXPIRY
            if was_up:
                self.next_hop = NextHop.DEAD
            self._send(now_ns, draw, actions)

    def _disable(self, diagnostic: Diagnostic, now_ns: int, draw: Draw, actions: Actions) -> None:
        if not self._move(fsm.Event.DISABLE, now_ns) and self.local_diag is diagnostic:
            return
        self.local_diag = diagnostic
        self.next_hop = NextHop.UNKNOWN
        self._send(now_ns, draw, actions)

    def _finish(self, actions: Actions) -> None:
        self.remove_at_ns = None
        self._gone = True
        self._heard = False
        self.poll.another_wanted = False
        actions.done = True
