# SPDX-License-Identifier: Apache-2.0
"""Bad packets: our engine drops each for its reason, and the generator refuses and counts what a target says wrongly."""

from ipaddress import ip_address

import pytest

import pydp
from pydp import Diagnostic, State
from pydp.generate import Generator, PeersConfig, misbehaviours
from tests.pydp.generate.bench import Mirror

pytestmark = pytest.mark.eal


# What our engine counts for each; None: nothing is dropped.
DROPS: dict[str, str | None] = {
    "version": "drop-bfd-version",
    "length-short": "drop-bfd-length",
    "length-long": "drop-bfd-truncated",
    "truncated": "drop-bfd-truncated",
    "multiplier-zero": "drop-bfd-detect-mult",
    "multipoint": "drop-bfd-multipoint",
    "my-discriminator-zero": "drop-bfd-my-discriminator",
    "your-discriminator-zero": "drop-bfd-zero-your-state",
    "your-discriminator-wrong": "drop-bfd-your-discriminator",
    "authenticated": "drop-bfd-auth",
    "ttl": "drop-ttl",
    "checksum-ip": "drop-checksum-ip4",
    "checksum-udp": "drop-checksum-udp",
    "source-port": None,
    "poll-and-final": None,
    "poll-storm": None,
    "never-final": None,
    "up-at-once": None,
    "replayed": None,
    "garbage": None,
}


def test_every_misbehaviour_is_tried_here():
    assert set(DROPS) == set(misbehaviours())


@pytest.mark.parametrize("kind", [kind for kind, drop in DROPS.items() if drop])
def test_a_bad_packet_is_dropped_for_its_reason_and_moves_nothing(bench, kind):
    peers = bench.peers(4)
    bench.up(peers)
    peers.misbehave(kind, count=2, every=3)
    bench.run(2000)
    peers.misbehave(None)
    bench.run(2)
    sent = peers.summary().misbehaved
    assert set(sent) == {kind}
    assert sent[kind] > 2 * 2000 / 50 / 3
    expected = DROPS[kind]
    if kind == "checksum-ip" and bench.first.version == 6:
        expected = "drop-checksum-udp"
    assert bench.drops() == {expected: sent[kind]}
    assert bench.states() == {State.UP: 4}
    assert [bench.dut(i).down_count for i in range(4)] == [0] * 4


def test_a_bad_packet_instead_of_a_good_one_is_silence(bench4):
    peers = bench4.peers(2)
    bench4.up(peers)
    peers.misbehave("ttl", count=1, extra=False)
    bench4.run(500)
    assert bench4.dut(0).local_state is not State.UP
    assert bench4.dut(0).local_diagnostic is Diagnostic.CONTROL_EXPIRY
    assert bench4.dut(1).local_state is State.UP
    peers.misbehave(None)
    bench4.up(peers)


def test_a_poll_storm_is_answered_poll_for_poll(bench4):
    peers = bench4.peers(1)
    bench4.up(peers)
    before = peers.summary()
    peers.misbehave("poll-storm")
    bench4.run(1000)
    peers.misbehave(None)
    bench4.run(3)
    after = peers.summary()
    answers = after.rx_packets - before.rx_packets
    storms = after.misbehaved["poll-storm"]
    assert storms % 10 == 0
    # The hello behind an answer is where the target's schedule has it.
    assert after.rx_early == 0
    assert storms <= answers <= storms + 1000 / 37 + 2
    assert after.up == 1


def test_polls_that_are_never_answered_go_on(bench4):
    peers = bench4.peers(1, sessions=0)
    peers.misbehave("never-final")
    bench4.engine.sessions.upsert(bench4.session(0))
    bench4.run(3000)
    told = peers.summary()
    assert told.tx_finals == 0
    assert told.rx_polls > 20
    assert bench4.dut(0).polling


def test_a_replayed_first_hello_takes_the_session_down(bench4):
    # Without authentication it is a valid packet that says Down (RFC 5880 6.8.6).
    peers = bench4.peers(1)
    bench4.up(peers)
    peers.misbehave("replayed", every=1000)
    bench4.run(100)
    assert bench4.dut(0).down_count == 0
    peers.misbehave("replayed", every=1)
    bench4.run(100)
    assert bench4.dut(0).down_count >= 1
    assert bench4.dut(0).local_diagnostic is Diagnostic.NEIGHBOR_DOWN


def test_garbage_takes_no_session_down(bench):
    peers = bench.peers(2)
    bench.up(peers)
    peers.misbehave("garbage")
    bench.run(3000)
    told = peers.summary()
    assert told.misbehaved["garbage"] > 100
    assert sum(bench.drops().values()) > 100
    assert bench.states() == {State.UP: 2}
    assert told.downs == 0


def test_what_the_target_says_wrongly_is_refused_and_counted(mirror):
    good, bad = mirror.peers
    for kind in ("version", "ttl", "checksum-udp", "checksum-ip", "your-discriminator-wrong", "multipoint"):
        bad.misbehave(kind)
        mirror.run(3000)
    bad.misbehave(None)
    mirror.run(2)
    sent = bad.summary().misbehaved
    assert min(sent.values()) >= 2
    assert good.summary().faults == {
        "version": sent["version"],
        "ttl": sent["ttl"],
        "checksum-udp": sent["checksum-udp"],
        "checksum-ip4": sent["checksum-ip"],
        "your-discriminator": sent["your-discriminator-wrong"],
        "multipoint": sent["multipoint"],
    }
    assert good.summary().up == bad.summary().up == 1
    assert bad.summary().faults == {}


def test_oddities_of_the_target_are_counted_and_taken(mirror):
    good, bad = mirror.peers
    mirror.run(100)
    bad.misbehave("source-port")
    mirror.run(3000)
    bad.misbehave("poll-and-final")
    mirror.run(3000)
    bad.misbehave(None)
    mirror.run(2)
    sent, told = bad.summary().misbehaved, good.summary()
    # Each of them, and each good one behind it, which comes from another port than the one before.
    assert 2 * sent["source-port"] - 1 <= told.rx_bad_port <= 2 * sent["source-port"]
    assert told.rx_poll_and_final == sent["poll-and-final"]
    assert told.up == 1


def test_exact_intervals_are_exact(eal, name):
    made = Mirror(name, jitter_percent=0)
    try:
        made.run(5000)
        before = made.peers[0].summary().tx_packets
        made.run(20_000)
        assert made.peers[0].summary().tx_packets - before == 20
    finally:
        made.close()


def test_packets_to_nobody_are_stray(mirror):
    mirror.sides[0].peers(PeersConfig(address=ip_address("192.0.2.1"), target=ip_address("192.0.2.77"),
                                      target_mac=mirror.ends[1].info().mac))  # fmt: skip
    mirror.run(3000)
    assert mirror.sides[1].counters(0)["rx-stray"] >= 3


def test_a_target_that_answers_no_arp_is_asked_once_a_second(eal, name):
    ends = pydp.link(name)
    with Generator(name) as far:
        far.attach(ends[0])
        peers = far.peers(PeersConfig(address=ip_address("192.0.2.2"), target=ip_address("192.0.2.1")))
        for ms in range(1, 3500):
            far.step(10**9 + ms * 10**6)
        assert far.counters(0)["tx-arp"] == 4
        told = peers.summary()
        assert told.target_mac is None
        assert told.tx_packets == 0
        assert told.tx_unresolved >= 3
    for end in ends:
        end.close()
