# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to the next hops, a receiver that replays the UPDATEs sees what the NHIB says, at every step,
and passes through Down only on the way to it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bfd_fastpath.nhib import Nhib, NhibPolicy, Reachability, Reason
from bfd_fastpath.report import Reporter
from tests.nhib.looks import S, expired, local_admin_down, peer_admin_down, signalled, silent, up
from tests.report.receiver import Receiver
from tests.report.scene import A4, A6, DOWN, SESSION, SETTINGS, UNKNOWN, X4, X6

ADDRESSES = [X4, X4 + 1, X4 + 2, X6, X6 + 1]
LOOKS = {
    "up": up,
    "expired": expired,
    "signalled": signalled,
    "peer": peer_admin_down,
    "local": local_admin_down,
    "silent": silent,
}
actions = st.tuples(
    st.sampled_from([*LOOKS, "ask", "unask", "end", "clear", "lose", "wait"]), st.sampled_from(ADDRESSES)
)


def act(nhib, action, address, now):
    if action in LOOKS:
        return nhib.observe(address, LOOKS[action](), now)
    if action == "ask":
        return nhib.ask(address, "bgp", now)
    if action in ("unask", "end"):
        return nhib.unask(address, "bgp", now, linger=action == "unask")
    if action == "clear":
        return nhib.clear(address, now) if address in nhib else []
    if action == "lose":
        return nhib.without_session(address, Reason.BFD_DISABLED, now)
    return nhib.expire(now)


def told(nhib):
    return {one.address: one.state for one in nhib.entries() if one.state is not Reachability.UNKNOWN}


@settings(max_examples=150, deadline=None)
@given(
    batches=st.lists(st.lists(actions, min_size=1, max_size=4), max_size=30),
    opened_at=st.integers(0, 10),
)
def test_replaying_the_updates_gives_the_nhibs_view_at_every_step(batches, opened_at):
    nhib, reporter, receiver = (
        Nhib(NhibPolicy(10 * S, 3 * S)),
        Reporter(SETTINGS),
        Receiver(frozenset({A4, A6})),
    )
    for address in ADDRESSES:
        nhib.ask(address, "bgp", 0)
    is_open = False
    for number, batch in enumerate(batches):
        now = number * S
        if number >= opened_at and not is_open:
            is_open = True
            for one in reporter.open(SESSION, nhib.entries()):
                receiver.receive(one.update.encode())
        before = told(nhib)
        changes = [change for action, address in batch for change in act(nhib, action, address, now)]
        said = reporter.report(changes)
        after = told(nhib)
        for one in said:
            receiver.receive(one.update.encode())
            for address, passed in receiver.passed.items():
                if DOWN in passed:
                    assert DOWN in (before.get(address), after.get(address)), "a Down that never was"
                    assert passed[-1] is after.get(address, UNKNOWN)
        if len(batch) == 1:
            assert len(said) <= len(changes), "a transition is one UPDATE"
        if is_open:
            assert receiver.view() == after
            assert receiver.odd == 0
            assert reporter.resync(nhib.entries()) == []
    for one in reporter.leave():
        receiver.receive(one.update.encode())
    assert receiver.tracked() == set()
