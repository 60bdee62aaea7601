# SPDX-License-Identifier: Apache-2.0
"""Sessions of two engines that authenticate: coming up, keys that differ, keys that change, and what is told of it. Frames on
the wire are read by scapy and their digests made again by hashlib."""

import hashlib
from collections.abc import Iterator
from ipaddress import ip_address

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

import pydp
from pydp import AuthType, CryptoAlgorithm, Key, State, Takeover

pytestmark = pytest.mark.eal

SIMPLE = Key(1, CryptoAlgorithm.SIMPLE_PASSWORD, b"secret")
MD5 = Key(2, CryptoAlgorithm.MD5, b"sixteen octets..")
SHA1 = Key(3, CryptoAlgorithm.SHA_1, b"twenty octets of key")
TYPES = {
    AuthType.SIMPLE_PASSWORD: (SIMPLE, False),
    AuthType.KEYED_MD5: (MD5, False),
    AuthType.METICULOUS_KEYED_MD5: (MD5, True),
    AuthType.KEYED_SHA1: (SHA1, False),
    AuthType.METICULOUS_KEYED_SHA1: (SHA1, True),
}
#: The number of the chain that the tests use.
CHAIN = 9


def start(pair, left, right, meticulous: bool = False) -> tuple[int, int]:
    """A session each way with these keys; their ids."""
    made = []
    for side, keys in enumerate((left, right)):
        engine = pair.engines[side]
        if keys:
            engine.key_chains.set(CHAIN, keys)
        config = pair.config(side, key_chain=CHAIN if keys else 0, meticulous=meticulous and bool(keys))
        made.append(engine.sessions.upsert(config))
    return made[0], made[1]


def both(pair, ids) -> tuple[pydp.SessionState, pydp.SessionState]:
    left, right = (pair.engines[side].sessions.read(ids[side]) for side in range(2))
    return left, right


def bring_up(pair, *keys: Key, meticulous: bool = False) -> tuple[int, int]:
    ids = start(pair, keys, keys, meticulous)
    pair.until(lambda: all(one.local_state is State.UP for one in both(pair, ids)))
    pair.run(500)
    return ids


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_sessions_of_each_type_come_up_and_stay(pair, kind):
    key, meticulous = TYPES[kind]
    ids = bring_up(pair, key, meticulous=meticulous)
    pair.run(5000)
    for one in both(pair, ids):
        assert (one.local_state, one.down_count, one.receive_invalid_packet_count) == (State.UP, 0, 0)
        assert (one.auth_type, one.auth_key_id, one.remote_authenticated) == (kind, key.key_id, True)
        assert (one.config.key_chain, one.config.meticulous) == (CHAIN, meticulous)
        assert one.auth_seq_known is (kind is not AuthType.SIMPLE_PASSWORD)
    left, right = both(pair, ids)
    if kind is not AuthType.SIMPLE_PASSWORD:
        assert (left.xmit_auth_seq, right.xmit_auth_seq) == (right.receive_auth_seq, left.receive_auth_seq)


def test_a_session_without_keys_says_so(pair):
    left, right = both(pair, start(pair, (), ()))
    for one in (left, right):
        assert (one.auth_type, one.config.key_chain, one.remote_authenticated) == (AuthType.NONE, 0, False)


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ((), (MD5,), "drop-bfd-auth"),
        ((MD5,), (), "drop-bfd-unauthenticated"),
        ((MD5,), (Key(2, MD5.crypto_algorithm, b"another"),), "drop-bfd-auth-digest"),
        ((SIMPLE,), (Key(1, SIMPLE.crypto_algorithm, b"Secret"),), "drop-bfd-auth-digest"),
        ((SIMPLE,), (Key(1, SIMPLE.crypto_algorithm, b"secrets"),), "drop-bfd-auth-length"),
        ((MD5,), (Key(5, MD5.crypto_algorithm, MD5.secret),), "drop-bfd-auth-key-id"),
        ((MD5,), (Key(2, CryptoAlgorithm.SHA_1, MD5.secret),), "drop-bfd-auth-type"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_ends_that_do_not_agree_stay_down_and_say_why(pair, left, right, reason):
    ids = start(pair, left, right)
    pair.run(4000)
    mine, theirs = both(pair, ids)
    assert (mine.local_state, theirs.local_state) == (State.DOWN, State.DOWN)
    assert (mine.remote_discriminator, mine.receive_packet_count) == (0, 0)
    assert mine.remote_authenticated is False
    engine = pair.engines[0]
    refused = engine.sessions.refused(ids[0])
    assert set(refused) == {reason}
    assert refused[reason] == engine.stats.drops(0)[reason] == mine.receive_invalid_packet_count >= 3


def test_a_meticulous_end_and_one_that_is_not_refuse_each_other(pair):
    for side in range(2):
        pair.engines[side].key_chains.set(CHAIN, [SHA1])
    ids = tuple(
        pair.engines[side].sessions.upsert(pair.config(side, key_chain=CHAIN, meticulous=bool(side)))
        for side in range(2)
    )
    pair.run(3000)
    for side, state in enumerate(both(pair, ids)):
        assert state.local_state is State.DOWN
        assert set(pair.engines[side].sessions.refused(ids[side])) == {"drop-bfd-auth-type"}


def test_a_key_changes_under_way_without_a_flap(pair):
    ids = bring_up(pair, MD5, meticulous=True)
    left, right = pair.engines
    for engine, keys in [(left, [MD5, SHA1]), (right, [MD5, SHA1]), (left, [SHA1, MD5])]:
        engine.key_chains.set(CHAIN, keys)
        pair.run(1000)
    for state in both(pair, ids):
        assert (state.auth_type, state.auth_key_id) == (AuthType.METICULOUS_KEYED_SHA1, SHA1.key_id)
    left.key_chains.set(CHAIN, [SHA1])
    pair.run(1000)
    right.key_chains.set(CHAIN, [SHA1])
    pair.run(1000)
    for state in both(pair, ids):
        assert (state.local_state, state.up_count, state.receive_invalid_packet_count) == (State.UP, 1, 0)


def test_repeating_a_session_or_a_chain_changes_nothing(pair):
    ids = bring_up(pair, SHA1)
    before = both(pair, ids)
    for side, engine in enumerate(pair.engines):
        engine.key_chains.set(CHAIN, [SHA1])
        assert engine.sessions.upsert(before[side].config) == ids[side]
    assert both(pair, ids) == before
    pair.run(2000)
    for now, then in zip(both(pair, ids), before, strict=True):
        assert (now.xmit_auth_seq, now.receive_auth_seq) == (then.xmit_auth_seq, then.receive_auth_seq)
        assert now.down_count == 0


def test_authentication_is_put_on_and_taken_off_a_running_session(pair):
    ids = start(pair, (), ())
    pair.until(lambda: all(one.local_state is State.UP for one in both(pair, ids)))
    for side, engine in enumerate(pair.engines):
        engine.key_chains.set(CHAIN, [SHA1])
        engine.sessions.upsert(pair.config(side, key_chain=CHAIN))
    pair.run(2000)
    for one in both(pair, ids):
        assert (one.local_state, one.down_count, one.auth_type) == (State.UP, 0, AuthType.KEYED_SHA1)
    for side, engine in enumerate(pair.engines):
        engine.sessions.upsert(pair.config(side))
        engine.key_chains.remove(CHAIN)
    pair.run(2000)
    for one in both(pair, ids):
        assert (one.local_state, one.down_count, one.auth_type) == (State.UP, 0, AuthType.NONE)


def test_a_chain_in_use_is_not_removed(pair):
    ids = bring_up(pair, MD5)
    engine = pair.engines[0]
    with pytest.raises(pydp.BusyError, match=f"1 sessions use key chain {CHAIN}"):
        engine.key_chains.remove(CHAIN)
    engine.sessions.remove(ids[0], now=True)
    engine.key_chains.remove(CHAIN)
    engine.key_chains.remove(CHAIN)
    with pytest.raises(pydp.NotFoundError, match="pydp_key_chain_set"):
        engine.sessions.upsert(pair.config(0, key_chain=CHAIN))
    assert engine.sessions.list() == []


def test_a_session_moves_to_another_chain(pair):
    ids = bring_up(pair, MD5)
    engine = pair.engines[0]
    engine.key_chains.set(1024, [MD5])
    engine.sessions.upsert(pair.config(0, key_chain=1024))
    engine.key_chains.remove(CHAIN)
    pair.run(1000)
    assert all((one.local_state, one.down_count) == (State.UP, 0) for one in both(pair, ids))


def test_the_next_session_of_a_slot_begins_its_own_sequence(pair):
    engine = pair.engines[0]
    engine.key_chains.set(CHAIN, [MD5])
    seen = set()
    for _ in range(80):
        session = engine.sessions.upsert(pair.config(0, key_chain=CHAIN))
        state = engine.sessions.read(session)
        assert (state.auth_seq_known, state.receive_auth_seq) == (False, 0)
        seen.add(state.xmit_auth_seq)
        engine.sessions.remove(session, now=True)
        engine.events.drain()
    assert len(seen) == 80


def stood(state: pydp.SessionState, **changes: object) -> Takeover:
    told = {
        "local_discriminator": state.local_discriminator,
        "remote_discriminator": state.remote_discriminator,
        "remote_desired_min_tx_interval_us": state.remote_desired_min_tx_interval_us,
        "remote_required_min_rx_interval_us": state.remote_required_min_rx_interval_us,
        "source_port": state.source_port,
        "local_state": state.local_state,
        "remote_state": state.remote_state,
        "remote_multiplier": state.remote_multiplier,
        "xmit_auth_seq_given": True,
        "xmit_auth_seq": state.xmit_auth_seq,
        "auth_seq_known": state.auth_seq_known,
        "receive_auth_seq": state.receive_auth_seq,
    }
    return Takeover(**(told | changes))  # type: ignore[arg-type]


@pytest.fixture
def heir(pair, name: str) -> Iterator[pydp.Engine]:
    engine = pydp.Engine(f"{name}-heir", seed=9)
    yield engine
    engine.close()


def take_over(pair, heir: pydp.Engine) -> None:
    pair.engines[0].close()
    heir.attach(pair.ends[0])
    heir.address_add(0, "192.0.2.1/24")
    heir.step(pair.now_ns)
    heir.key_chains.set(CHAIN, [SHA1])
    pair.engines = (heir, pair.engines[1])


def test_sequence_numbers_go_on_in_another_engine(pair, heir):
    ids = bring_up(pair, SHA1, meticulous=True)
    before, _ = both(pair, ids)
    take_over(pair, heir)
    moved = heir.sessions.adopt(before.config, stood(before))
    assert heir.sessions.read(moved).xmit_auth_seq in range(before.xmit_auth_seq, before.xmit_auth_seq + 3)
    pair.run(3000)
    left, right = both(pair, (moved, ids[1]))
    for one in (left, right):
        assert (one.local_state, one.down_count, one.receive_invalid_packet_count) == (State.UP, 0, 0)


def test_without_its_sequence_number_a_session_that_moved_is_refused_until_the_peer_forgets(pair, heir):
    ids = bring_up(pair, SHA1, meticulous=True)
    before, _ = both(pair, ids)
    take_over(pair, heir)
    moved = heir.sessions.adopt(before.config, stood(before, xmit_auth_seq_given=False))
    pair.run(300)
    assert set(pair.engines[1].sessions.refused(ids[1])) == {"drop-bfd-auth-sequence"}
    pair.until(lambda: all(one.local_state is State.UP for one in both(pair, (moved, ids[1]))))
    assert both(pair, (moved, ids[1]))[1].down_count == 1


def test_a_known_sequence_number_needs_a_peer_that_was_heard(pair):
    pair.run(1)
    pair.engines[0].key_chains.set(CHAIN, [SHA1])
    with pytest.raises(pydp.InvalidArgumentError, match="when to forget it"):
        pair.engines[0].sessions.adopt(
            pair.config(0, key_chain=CHAIN), Takeover(local_discriminator=5, auth_seq_known=True)
        )


@pytest.mark.parametrize(
    ("chain", "keys", "told"),
    [
        (0, [MD5], "must be 1 to 1024"),
        (1025, [MD5], "must be 1 to 1024"),
        (70000, [MD5], "out of range"),
        (1, [], "has 0 keys: 1 to 16"),
        (1, [Key(i, CryptoAlgorithm.MD5, b"x") for i in range(17)], "has 17 keys: 1 to 16"),
        (1, [Key(256, CryptoAlgorithm.MD5, b"x")], "out of range"),
        (1, [MD5, MD5], "two keys of chain 1 have key_id 2"),
        (1, [Key(1, CryptoAlgorithm.MD5, b"")], "has 0 octets: 1 to 16"),
        (1, [Key(1, CryptoAlgorithm.MD5, b"hush-hush-hush-17")], "has 17 octets: 1 to 16"),
        (1, [Key(1, CryptoAlgorithm.SIMPLE_PASSWORD, b"hush-hush-hush-17")], "has 17 octets: 1 to 16"),
        (1, [Key(1, CryptoAlgorithm.SHA_1, b"hush" * 5 + b"!")], "has 21 octets: 1 to 20"),
        (1, [Key(1, CryptoAlgorithm.SHA_1, b"hush" * 100)], "has 255 octets: 1 to 20"),
        (1, [Key(1, 4, b"x")], "see enum pydp_crypto_algorithm"),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_a_wrong_chain_is_refused_without_a_word_of_the_secret(pair, chain, keys, told):
    with pytest.raises(pydp.InvalidArgumentError) as caught:
        pair.engines[0].key_chains.set(chain, keys)
    assert told in caught.value.text
    assert "hush" not in repr(caught.value)


def test_a_chain_number_that_cannot_be_is_refused(pair):
    with pytest.raises(pydp.InvalidArgumentError, match="key_chain is 1025"):
        pair.engines[0].sessions.upsert(pair.config(0, key_chain=1025))
    with pytest.raises(pydp.InvalidArgumentError, match="must be 1 to 1024"):
        pair.engines[0].key_chains.remove(0)


def test_a_key_shows_no_secret():
    assert "secret" not in repr(SIMPLE)
    assert "twenty" not in f"{SHA1}"


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_frames_are_whole(cable, name, family, kind):
    """Lengths and checksums are scapy's, the digest hashlib's."""
    key, meticulous = TYPES[kind]
    ours, theirs = ("192.0.2.1", "192.0.2.2") if family == 4 else ("2001:db8::1", "2001:db8::2")
    with pydp.Engine(name, seed=5) as engine:
        engine.attach(cable[0])
        engine.address_add(0, f"{ours}/24")
        engine.neighbour_set(0, theirs, "02:00:00:00:00:02")
        engine.step(1_000_000_000)
        engine.key_chains.set(CHAIN, [key])
        engine.sessions.upsert(
            pydp.SessionConfig(
                source_addr=ip_address(ours),
                dest_addr=ip_address(theirs),
                key_chain=CHAIN,
                meticulous=meticulous,
            )
        )
        engine.step(2_000_000_000)
        burst = pydp.Burst(8)
        assert burst.receive(cable[1]) == 1
        frame = bytes(burst.view(0))
    parsed = Ether(frame)
    network = parsed[IP if family == 4 else IPv6]
    payload = bytes(parsed[UDP].payload)
    assert len(payload) == payload[3] == 24 + payload[25]
    assert payload[24] == kind
    network_again = network.copy()
    for layer, fields in ((IP, ("len", "chksum")), (IPv6, ("plen",)), (UDP, ("len", "chksum"))):
        if layer in network_again:
            for field in fields:
                delattr(network_again[layer], field)
    assert bytes(network_again) == bytes(network)
    if kind is AuthType.SIMPLE_PASSWORD:
        assert payload[27:] == key.secret
    else:
        size = {24: 16, 28: 20}[payload[25]]
        keyed = payload[:32] + key.secret.ljust(size, b"\0")
        assert payload[32:] == hashlib.new({16: "md5", 20: "sha1"}[size], keyed).digest()
