# SPDX-License-Identifier: Apache-2.0
"""Random sequences of packets, time, commands and late workers: the C session and the oracle must never differ."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bfd_fastpath.wire.bfd import Diagnostic, Packet, Role, SessionConfig, State
from tests.core.subject import Native, Oracle, Outcome

LOCAL = 0x12300007

intervals = st.sampled_from(
    [1, 3, 10_000, 50_000, 300_000, 999_999, 1_000_000, 1_000_001, 4_000_000, 2**32 - 1]
)
configs = st.builds(
    SessionConfig,
    desired_min_tx_us=intervals,
    required_min_rx_us=st.one_of(st.just(0), intervals),
    multiplier=st.sampled_from([1, 2, 3, 5, 255]),
    role=st.sampled_from([Role.ACTIVE, Role.ACTIVE, Role.PASSIVE]),
    admin_down=st.sampled_from([False, False, False, True]),
    path_down=st.sampled_from([False] * 6 + [True]),
    demand=st.booleans(),
    concatenated_path=st.sampled_from(
        [
            Diagnostic.NONE,
            Diagnostic.NONE,
            Diagnostic.CONCATENATED_PATH_DOWN,
            Diagnostic.REVERSE_CONCATENATED_PATH_DOWN,
        ]
    ),
)
states = st.sampled_from([State.DOWN, State.INIT, State.UP, State.UP, State.ADMIN_DOWN])
flags = st.sampled_from([False, False, False, True])


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    state = draw(states)
    silent = state in (State.DOWN, State.ADMIN_DOWN) and draw(st.booleans())
    return Packet(
        state=state,
        my_discriminator=draw(st.sampled_from([1, 0x22222222, 2**32 - 1])),
        your_discriminator=0 if silent else LOCAL,
        desired_min_tx_us=draw(st.one_of(st.just(0), intervals)),
        required_min_rx_us=draw(st.one_of(st.just(0), intervals)),
        required_min_echo_rx_us=draw(st.sampled_from([0, 50_000])),
        multiplier=draw(st.sampled_from([1, 3, 255])),
        diagnostic=draw(st.integers(0, 31)),
        poll=draw(flags),
        final=draw(flags),
        control_plane_independent=draw(flags),
        demand=draw(flags),
        authentication=draw(st.sampled_from([None, None, None, None, b"\x01\x04\x01s"])),
    )


class Twins(RuleBasedStateMachine):
    """Does everything to both and compares what they did and what they are."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000_000
        self.over = False
        self.last: Packet | None = None

    @initialize(config=configs, seed=st.integers(0, 2**64 - 1))
    def begin(self, config: SessionConfig, seed: int) -> None:
        self.c = Native(config, LOCAL, self.now, seed)
        self.oracle = Oracle(config, LOCAL, self.now, seed)
        self.over = False

    @precondition(lambda self: self.over)
    @rule(config=configs, seed=st.integers(0, 2**64 - 1))
    def begin_again(self, config: SessionConfig, seed: int) -> None:
        self.begin(config, seed)

    def same(self, ours: Outcome, theirs: Outcome) -> None:
        assert ours == theirs
        self.over = self.over or ours.done

    @precondition(lambda self: not self.over)
    @rule(packet=packets(), wait=st.sampled_from([0, 1, 1000, 40_000_000]))
    def hear(self, packet: Packet, wait: int) -> None:
        self.now += wait
        self.last = packet
        self.same(self.c.receive(packet, self.now), self.oracle.receive(packet, self.now))

    @precondition(lambda self: not self.over and self.last is not None)
    @rule(times=st.integers(1, 4), wait=st.sampled_from([0, 1000, 40_000_000]))
    def hear_the_same_again(self, times: int, wait: int) -> None:
        assert self.last is not None
        for _ in range(times):
            self.hear(self.last, wait)

    @precondition(lambda self: not self.over)
    @rule(state=states)
    def handshake_continues(self, state: State) -> None:
        """The peer says something harmless: without it sessions would seldom come up."""
        packet = Packet(
            state=state,
            my_discriminator=0x22222222,
            your_discriminator=LOCAL,
            desired_min_tx_us=50_000,
            required_min_rx_us=50_000,
        )
        self.hear(packet, 1000)

    @precondition(lambda self: not self.over)
    @rule(steps=st.integers(1, 8))
    def time_passes_to_deadlines(self, steps: int) -> None:
        for _ in range(steps):
            deadline = self.oracle.view.deadline_ns
            if deadline is None or self.over or deadline > 2**62:
                return
            self.now = max(self.now, deadline)
            self.same(self.c.timer(self.now), self.oracle.timer(self.now))

    @precondition(lambda self: not self.over)
    @rule(wait=st.integers(0, 5_000_000_000))
    def timer_at_any_time(self, wait: int) -> None:
        self.now += wait
        self.same(self.c.timer(self.now), self.oracle.timer(self.now))

    @precondition(lambda self: not self.over)
    @rule(config=configs)
    def configure(self, config: SessionConfig) -> None:
        self.same(self.c.configure(config, self.now), self.oracle.configure(config, self.now))

    @precondition(lambda self: not self.over)
    @rule()
    def configure_again(self) -> None:
        before = self.c.view
        config = self.oracle.session.config
        if (config.disabled is not None) != (before.state is State.ADMIN_DOWN):
            return
        if config.disabled is not None and config.disabled != before.diagnostic:
            return
        self.same(self.c.configure(config, self.now), self.oracle.configure(config, self.now))
        after = self.c.view
        assert (after.poll, after.next_tx_ns, after.state) == (before.poll, before.next_tx_ns, before.state)

    @precondition(lambda self: not self.over)
    @rule(diagnostic=st.sampled_from([Diagnostic.ADMIN_DOWN, Diagnostic.PATH_DOWN]))
    def admin_down(self, diagnostic: Diagnostic) -> None:
        self.same(self.c.admin_down(diagnostic, self.now), self.oracle.admin_down(diagnostic, self.now))

    @precondition(lambda self: not self.over)
    @rule()
    def admin_up(self) -> None:
        self.same(self.c.admin_up(self.now), self.oracle.admin_up(self.now))

    @precondition(lambda self: not self.over)
    @rule()
    def remove(self) -> None:
        self.same(self.c.remove(self.now), self.oracle.remove(self.now))

    @precondition(lambda self: not self.over)
    @rule(gap=st.sampled_from([0, 1, 5_000_000, 80_000_000, 10**13]))
    def defer(self, gap: int) -> None:
        assert self.c.defer(gap) == self.oracle.defer(gap)

    @precondition(lambda self: not self.over)
    @rule()
    def clear(self) -> None:
        self.c.clear()
        self.oracle.clear()

    @precondition(lambda self: not self.over)
    @rule(held=st.booleans())
    def hold(self, held: bool) -> None:
        self.c.hold(held)
        self.oracle.hold(held)

    @precondition(lambda self: not self.over)
    @rule()
    def poll(self) -> None:
        self.c.poll(self.now)
        self.oracle.poll(self.now)

    @precondition(lambda self: not self.over)
    @rule()
    def forwarding_reset(self) -> None:
        self.same(self.c.forwarding_reset(self.now), self.oracle.forwarding_reset(self.now))

    @invariant()
    def look_alike(self) -> None:
        if hasattr(self, "oracle") and not self.over:
            assert self.c.view == self.oracle.view
            assert self.c.packet() == self.oracle.packet()

    @invariant()
    def never_poll_and_final(self) -> None:
        if hasattr(self, "oracle"):
            final = self.c.packet(final=True)
            assert final.final
            assert not final.poll


TestTwins = Twins.TestCase
TestTwins.settings = settings(
    max_examples=300, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
