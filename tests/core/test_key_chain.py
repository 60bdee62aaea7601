# SPDX-License-Identifier: Apache-2.0
"""Chains of keys: which key is sent with, how one follows another without a packet lost, and that a replaced one is gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bfd import Fault, Key, State
from tests.core.binding import ffi, lib
from tests.core.scene import MS, peer
from tests.core.signing import MD5, SHA1, SIMPLE, End, NativeEnd, OracleEnd, section, signed
from tests.core.test_rows_authentication import DOWN, Ends, ends, hears

__all__ = ["ends"]

OLD, NEW, NEXT = Key(7, MD5, b"old"), Key(3, SHA1, b"new"), Key(200, SIMPLE, b"next")


def test_the_first_key_is_sent_with_and_every_key_is_accepted(ends: Ends) -> None:
    for key in (OLD, NEW, NEXT):
        end = ends([OLD, NEW, NEXT])
        assert section(end.say())[2] == OLD.key_id
        assert hears(end, signed(DOWN, key)) is None


def test_a_later_key_is_taken_when_the_peer_uses_it_and_never_given_back(ends: Ends) -> None:
    end = ends([OLD, NEW, NEXT])
    heard = [(OLD, OLD), (NEW, NEW), (OLD, NEW), (NEXT, NEXT), (NEW, NEXT), (OLD, NEXT)]
    for number, (used, sent) in enumerate(heard):
        assert hears(end, signed(DOWN, used, number)) is None
        assert section(end.say())[2] == sent.key_id == end.sending


def test_a_later_key_that_proves_nothing_is_not_taken(ends: Ends) -> None:
    end = ends([OLD, NEW])
    forged = Key(NEW.key_id, NEW.algorithm, b"guess")
    assert hears(end, signed(DOWN, forged)) is Fault.AUTH_DIGEST
    assert hears(end, signed(DOWN, OLD, 50)) is None
    assert hears(end, signed(DOWN, NEW, 20)) is Fault.AUTH_SEQUENCE
    assert end.sending == OLD.key_id


def test_sequence_numbers_go_on_through_a_change_of_key(ends: Ends) -> None:
    end = ends([OLD, NEW], meticulous=True)
    before = end.state[0]
    end.say()
    assert hears(end, signed(DOWN, NEW, 9, meticulous=True)) is None
    end.say()
    assert end.state == ((before + 2) % 2**32, 9, NEW.key_id)


@pytest.mark.parametrize(
    ("before", "heard", "after", "sent"),
    [
        ([OLD], OLD, [OLD, NEW], OLD),
        ([OLD, NEW], OLD, [NEW, OLD], NEW),
        ([OLD, NEW], OLD, [NEW], NEW),
        ([OLD, NEW], NEW, [NEW], NEW),
        ([OLD, NEW], NEW, [OLD, NEW], NEW),
        ([OLD, NEW], NEW, [OLD, NEW, NEXT], NEW),
        ([OLD, NEW], NEW, [OLD, NEXT], OLD),
        ([OLD], OLD, [NEXT, NEW], NEXT),
        ([OLD, NEW, NEXT], NEW, [NEXT, OLD, NEW], NEXT),
    ],
    ids=lambda value: (
        "-".join(str(key.key_id) for key in value) if isinstance(value, list) else str(value.key_id)
    ),
)
def test_another_chain(ends: Ends, before: list[Key], heard: Key, after: list[Key], sent: Key) -> None:
    end = ends(before)
    end.say()
    assert hears(end, signed(DOWN, heard)) is None
    end.say()
    end.set_keys(after)
    assert end.sending == sent.key_id
    assert section(end.say())[2] == sent.key_id
    end.set_keys(after)
    assert end.sending == sent.key_id


def test_another_secret_under_the_same_id_is_used_at_once(ends: Ends) -> None:
    end = ends([OLD])
    end.say()
    other = Key(OLD.key_id, MD5, b"other")
    end.set_keys([other])
    assert hears(end, signed(DOWN, OLD)) is Fault.AUTH_DIGEST
    assert hears(end, signed(DOWN, other)) is None
    packet = end.say()
    assert hears(ends([other]), packet) is None


@pytest.mark.parametrize("meticulous", [False, True])
def test_a_key_is_changed_without_a_packet_lost(ends: Ends, meticulous: bool) -> None:
    """Append at both ends, make it the first at one, drop the old one at both; each end says something after each step."""
    left, right = ends([OLD], meticulous=meticulous), ends([OLD], meticulous=meticulous, seed=2)
    now = 0

    def talk() -> None:
        nonlocal now
        for _ in range(3):
            for speaker, listener in ((left, right), (right, left)):
                now += MS
                packet = speaker.sign(peer(State.DOWN, your_discriminator=0))
                assert listener.hear(packet, now) is None

    talk()
    left.set_keys([OLD, NEW])
    talk()
    right.set_keys([OLD, NEW])
    talk()
    assert (left.sending, right.sending) == (OLD.key_id, OLD.key_id)
    left.set_keys([NEW, OLD])
    talk()
    assert (left.sending, right.sending) == (NEW.key_id, NEW.key_id)
    left.set_keys([NEW])
    talk()
    right.set_keys([NEW])
    talk()


def test_ends_with_opposite_orders_settle(ends: Ends) -> None:
    left, right = ends([OLD, NEW]), ends([NEW, OLD], seed=2)
    sent = []
    for number in range(1, 7):
        for speaker, listener in ((left, right), (right, left)):
            assert listener.hear(speaker.say(your_discriminator=0, state=State.DOWN), number * MS) is None
        sent.append((left.sending, right.sending))
    assert len(set(sent[1:])) == 1


def test_a_replaced_secret_is_overwritten() -> None:
    end = NativeEnd([Key(1, SHA1, b"twenty octets of key"), NEW])
    end.set_keys([OLD])
    memory = bytes(ffi.buffer(end.chain))
    assert b"octets" not in memory
    assert NEW.secret not in memory
    lib.bfd_key_chain_wipe(end.chain)
    assert OLD.secret not in bytes(ffi.buffer(end.chain))
    assert end.chain.count == 0


def test_a_sequence_number_survives_that_authentication_ends_and_begins_again() -> None:
    end = NativeEnd([OLD])
    end.say()
    sent = end.state[0]
    assert hears(end, signed(DOWN, OLD, 5)) is None
    lib.bfd_auth_end(end.auth)
    assert end.state[1] is None
    lib.bfd_auth_begin(end.auth, 1, False, end.native.rng)
    assert end.state[0] == sent


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_octets_are_equal_when_they_are(a: bytes, b: bytes) -> None:
    length = min(len(a), len(b))
    assert lib.bfd_auth_equal(a, b, length) == (a[:length] == b[:length])
    assert lib.bfd_auth_equal(a, a, len(a))


@pytest.mark.parametrize(("algorithm", "most"), [(0, 0), (1, 16), (2, 16), (3, 20), (4, 0), (255, 0)])
def test_how_long_a_key_may_be(algorithm: int, most: int) -> None:
    assert lib.bfd_key_longest(algorithm) == most


def _twins(keys: list[Key], meticulous: bool) -> tuple[End, End]:
    return NativeEnd(keys, meticulous=meticulous), OracleEnd(keys, meticulous=meticulous)


secrets = st.binary(min_size=1, max_size=16)
algorithms = st.sampled_from([SIMPLE, MD5, SHA1])


@given(
    keys=st.lists(
        st.builds(Key, st.integers(0, 5), algorithms, secrets),
        min_size=1,
        max_size=4,
        unique_by=lambda k: k.key_id,
    ),
    said=st.lists(
        st.tuples(
            st.integers(0, 5),
            st.integers(0, 20),
            st.booleans(),
            st.sampled_from([1, 100, 400]),
            st.binary(max_size=30),
        ),
        max_size=20,
    ),
    meticulous=st.booleans(),
)
def test_the_core_and_the_oracle_agree_on_any_conversation(keys, said, meticulous: bool) -> None:
    ours, theirs = _twins(keys, meticulous)
    now = 0
    for key_id, sequence, theirs_meticulous, wait, odd in said:
        now += wait * MS
        key = next((one for one in keys if one.key_id == key_id), Key(key_id, MD5, b"none of them"))
        packet = signed(DOWN, key, sequence, meticulous=theirs_meticulous)
        if len(odd) > 24:
            packet = signed(DOWN, key, sequence)
        elif len(odd) >= 2:
            packet = peer(State.DOWN, your_discriminator=0, authentication=odd)
        assert ours.hear(packet, now) == theirs.hear(packet, now)
        assert ours.state[1:] == theirs.state[1:]
        assert ours.subject.view == theirs.subject.view
        a, b = bytes(ours.say()), bytes(theirs.say())
        assert (a[:28], a[3]) == (b[:28], b[3])
