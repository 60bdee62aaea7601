# SPDX-License-Identifier: Apache-2.0
"""Whatever is asked, seen and cleared at whatever time, the base keeps its promises. A second, naive account of each
session's life is kept beside it and compared."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bfd_fastpath.nhib import BfdState, Nhib, NhibPolicy, Reachability, Reason
from tests.nhib.looks import (
    DOWN,
    UNKNOWN,
    UP,
    S,
    X,
    Y,
    at,
    expired,
    heard,
    local_admin_down,
    peer_admin_down,
    signalled,
    silent,
    up,
)

addresses = st.sampled_from([X, Y, X + 7])
askers = st.sampled_from(["bgp", "configuration", "node"])


class NhibMachine(RuleBasedStateMachine):
    @initialize(linger=st.sampled_from([0, 5, 60]), retry=st.sampled_from([1, 30, 3600]))
    def start(self, linger, retry):
        self.policy = NhibPolicy(down_retry_ns=retry * S, linger_ns=linger * S)
        self.nhib = Nhib(self.policy)
        self.now = 0
        self.told: dict = {}  # what a reader of Changes alone believes
        self.session_up: dict = {}  # the naive account: is the session Up
        self.asked: dict = {}

    def take(self, changes):
        for change in changes:
            assert self.told.get(change.address) == change.old, "a Change must start from what was"
            assert change.old != change.new
            if change.new is DOWN:
                assert self.was_up, "never Down without a previous Up"
            if change.new is None:
                del self.told[change.address]
                assert not self.asked.get(change.address), "an asked entry never leaves"
            else:
                self.told[change.address] = change.new

    @rule(address=addresses, asker=askers)
    def ask(self, address, asker):
        self.asked.setdefault(address, set()).add(asker)
        if address not in self.nhib:
            self.session_up[address] = False
        self.was_up = False
        self.take(self.nhib.ask(address, asker, self.now))
        assert address in self.nhib

    @rule(address=addresses, asker=askers, linger=st.booleans())
    def unask(self, address, asker, linger):
        before = self.nhib.get(address)
        held = asker in self.asked.get(address, set())
        self.asked.get(address, set()).discard(asker)
        self.was_up = False
        self.take(self.nhib.unask(address, asker, self.now, linger=linger))
        # Asking and unasking never change a state that stays.
        after = self.nhib.get(address)
        retried = before is not None and self.now >= before.since_ns + self.policy.down_retry_ns
        if before is not None and after is not None and not retried:
            assert before.state is after.state
        if held and not linger and not self.asked[address]:
            assert after is None

    @rule(
        address=addresses,
        look=st.sampled_from(["up", "expired", "signalled", "peer", "local", "silent", "init"]),
    )
    def observe(self, address, look):
        was_up = self.session_up.get(address, False)
        old = BfdState.UP if was_up else BfdState.DOWN
        seen = {
            "up": up(),
            "expired": expired() if was_up else silent(),
            "signalled": signalled() if was_up else heard(BfdState.DOWN),
            "peer": peer_admin_down(old),
            "local": local_admin_down(old),
            "silent": silent() if not was_up else up(),
            "init": heard(BfdState.INIT) if not was_up else up(),
        }[look]
        before = self.nhib.get(address)
        self.was_up = was_up
        self.take(self.nhib.observe(address, seen, self.now))
        if before is None:
            assert address not in self.nhib
            return
        self.session_up[address] = seen.state is BfdState.UP
        state = at(self.nhib, address).state
        if seen.state is BfdState.UP:
            assert state is UP, "an Up session always recovers the next hop"
        elif look in ("peer", "local"):
            assert state is UNKNOWN
        elif was_up:
            assert state is DOWN
        else:
            assert state is before.state

    @rule(address=addresses, reason=st.sampled_from([Reason.SESSION_LIMIT, Reason.BFD_DISABLED]))
    def lose_session(self, address, reason):
        self.was_up = False
        self.session_up[address] = False
        self.take(self.nhib.without_session(address, reason, self.now))

    @rule(address=addresses)
    def clear(self, address):
        self.was_up = False
        if address in self.nhib:
            self.take(self.nhib.clear(address, self.now))
            assert at(self.nhib, address).state is not DOWN

    @rule(seconds=st.sampled_from([0, 1, 4, 5, 29, 30, 61, 4000]))
    def let_time_pass(self, seconds):
        self.now += seconds * S
        self.was_up = False
        for change in (changes := self.nhib.expire(self.now)):
            assert change.new in (UNKNOWN, None), "time alone never makes a next hop Up or Down"
        self.take(changes)
        deadline = self.nhib.next_deadline()
        assert deadline is None or deadline > self.now
        assert self.nhib.expire(self.now) == []

    @rule()
    def wait_for_every_deadline(self):
        """Down always ends: by time, with nothing else happening."""
        self.was_up = False
        for _ in range(2 * len(self.nhib)):
            if (deadline := self.nhib.next_deadline()) is not None:
                self.now = max(self.now, deadline)
                self.take(self.nhib.expire(self.now))
        assert self.nhib.next_deadline() is None
        for entry in self.nhib.entries():
            assert entry.askers
            assert entry.state is not DOWN

    @invariant()
    def changes_tell_everything(self):
        if not hasattr(self, "nhib"):
            return
        assert self.told == {entry.address: entry.state for entry in self.nhib.entries()}

    @invariant()
    def askers_are_kept(self):
        if not hasattr(self, "nhib"):
            return
        for entry in self.nhib.entries():
            assert set(entry.askers) == self.asked.get(entry.address, set())
            running = entry.leaves_ns is not None or entry.retry_until_ns is not None
            assert running == (not entry.askers or entry.state is Reachability.DOWN)


NhibMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestNhib = NhibMachine.TestCase
