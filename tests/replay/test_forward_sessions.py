# SPDX-License-Identifier: Apache-2.0
"""Sessions that are signed, routed or S-BFD take the recorded ones' places in a capture, too, and the reflector answers."""

from pathlib import Path

import pytest

from bfd_fastpath.config import parse
from bfd_fastpath.replay.forward import Forward, Wanted
from bfd_fastpath.replay.forward_passage import Passage, Verdict
from bfd_fastpath.wire.bfd.authentication import Algorithm, Key, sign
from bfd_fastpath.wire.bfd.codec import Packet, State, encode
from tests.replay.crafting import DOWN, UP, Capture, bfd, datagram, ethernet
from tests.replay.forward_scene import PORTS, ROUTER, config, data, passages

pytestmark = pytest.mark.eal

US, PEER, FAR = "198.51.100.1", "198.51.100.2", "203.0.113.7"
SECRET = b"of the exchange"
SIGNED = """
[[key-chain]]
name = "lan"
keys = [{{ key-id = 5, crypto-algorithm = "sha-1", key-file = "{file}" }}]
[[session]]
interface = "wan"
dest-addr = "198.51.100.2"
min-interval = "50ms"
authentication = {{ key-chain = "lan", meticulous = true }}
"""
MULTIHOP = """
[[session]]
interface = "wan"
dest-addr = "203.0.113.7"
source-addr = "198.51.100.1"
gateway = "198.51.100.2"
path-type = "path-ip-mh"
rx-ttl = 250
min-interval = "50ms"
"""
ASKING = """
[[session]]
interface = "wan"
dest-addr = "198.51.100.2"
path-type = "path-s-bfd"
remote-discriminator = 77
desired-min-tx-interval = "50ms"
"""


def key_file(directory: Path, secret: bytes = SECRET) -> Path:
    made = directory / "lan.key"
    made.write_bytes(secret)
    made.chmod(0o600)
    return made


def signed(sequence: int, my: int, your: int) -> bytes:
    packet = Packet(
        state=State.UP,
        multiplier=3,
        my_discriminator=my,
        your_discriminator=your,
        desired_min_tx_us=50_000,
        required_min_rx_us=50_000,
    )
    return encode(sign(packet, Key(5, Algorithm.SHA_1, SECRET), meticulous=True, sequence=sequence))


def signed_outage(directory: Path) -> Path:
    """A second of signed hellos, 50 ms apart, and a data packet beside each; the peer is silent from the middle on."""
    made = Capture()
    for i in range(20):
        made.say(US, PEER, signed(500 + i, 1, 2), after_us=49_000, interface=1)
        if i < 10:
            made.say(PEER, US, signed(900 + i, 2, 1), after_us=500, interface=1)
        made.add(data("10.0.0.1"), after_us=500 if i < 10 else 1000)
    path = directory / "signed.pcapng"
    path.write_bytes(made.pcapng())
    return path


def told(found: list[Passage]) -> list[str]:
    return [note for one in found for note in one.notes if "BFD with" in note]


def test_a_signed_session_drives_its_next_hop(eal: None, tmp_path: Path) -> None:
    settings = config(SIGNED.format(file=key_file(tmp_path)))
    found = passages(signed_outage(tmp_path), settings)
    ways = [one.next_hop.split(" ")[0] for one in found if one.verdict is Verdict.FORWARDED]
    assert ways == [PEER] * 12 + ["198.51.100.3"] * 8
    assert sum(one.verdict is Verdict.BFD for one in found) == 10
    assert [note.split(", ")[-1] for note in told(found)] == ["its next hop live", "its next hop dead"]


def test_what_another_key_has_signed_is_refused(eal: None, tmp_path: Path) -> None:
    settings = config(SIGNED.format(file=key_file(tmp_path, b"another")))
    found = passages(signed_outage(tmp_path), settings)
    assert [one.reason for one in found if one.verdict is Verdict.DROPPED] == ["drop-bfd-auth-digest"] * 10


def test_a_key_that_cannot_be_read_leaves_its_sessions_out(eal: None, tmp_path: Path) -> None:
    settings = config(SIGNED.format(file=tmp_path / "nowhere"))
    with Forward(str(signed_outage(tmp_path)), settings, Wanted(ports=PORTS, answers=True)) as run:
        found = list(run.passages())
        (note,) = [note for note in run.summary()["notes"] if "left out" in note]
    assert note.startswith("1 authenticated sessions left out: ")
    assert f"{tmp_path}/nowhere cannot be read" in note
    assert {one.next_hop.split(" ")[0] for one in found if one.verdict is Verdict.FORWARDED} == {PEER}


def test_a_multihop_session_hears_its_peer_and_guards_nothing(eal: None, tmp_path: Path) -> None:
    made = Capture()
    for i in range(8):
        made.say(US, FAR, bfd(1, 2, UP), after_us=49_000, interface=1, dport=4784)
        if i < 4:
            made.say(FAR, US, bfd(2, 1, UP), after_us=500, interface=1, dport=4784, ttl=252)
        made.add(data("10.0.0.1"), after_us=500 if i < 4 else 1000)
    path = tmp_path / "far.pcapng"
    path.write_bytes(made.pcapng())
    found = passages(path, config(MULTIHOP))
    assert sum(one.verdict is Verdict.BFD for one in found) == 4
    assert told(found) == [f"multihop BFD with {FAR}: DOWN -> UP", f"multihop BFD with {FAR}: UP -> DOWN"]
    assert {one.next_hop.split(" ")[0] for one in found if one.verdict is Verdict.FORWARDED} == {PEER}


def test_an_initiator_hears_its_reflector(eal: None, tmp_path: Path) -> None:
    made = Capture()
    for i in range(8):
        made.say(US, PEER, bfd(9, 77, DOWN, flags=2, rx=0), after_us=49_000, interface=1, dport=7784)
        if i < 4:
            made.say(PEER, US, bfd(77, 9, UP), after_us=1000, interface=1, sport=7784, dport=49152)
        else:
            made.now_us += 1000
    path = tmp_path / "asked.pcapng"
    path.write_bytes(made.pcapng())
    found = passages(path, config(ASKING))
    assert sum(one.verdict is Verdict.BFD for one in found) == 4
    assert told(found)[:2] == [f"S-BFD with {PEER}: DOWN -> UP", f"S-BFD with {PEER}: UP -> DOWN"]


def test_the_reflector_answers(eal: None, tmp_path: Path) -> None:
    made = Capture()
    for discriminator in (77, 78):
        asked = bfd(9, discriminator, DOWN, flags=2, rx=0)
        frame = ethernet(datagram("192.0.2.9", "192.0.2.1", asked, dport=7784))
        made.add(frame[:6] + bytes.fromhex("020000000009") + frame[12:], after_us=1000)
    path = tmp_path / "asking.pcapng"
    path.write_bytes(made.pcapng())
    one, other = [one for one in passages(path, config("[reflector]\ndiscriminators = [77]\n")) if one.number]
    assert one.verdict is Verdict.ANSWERED
    assert [(sent.kind, sent.port) for sent in one.out if sent.kind != "question"] == [("answer", "lan")]
    assert (other.verdict, other.reason) == (Verdict.DROPPED, "drop-bfd-your-discriminator")


def test_what_cannot_be_played_is_said(eal: None, tmp_path: Path) -> None:
    text = ROUTER + (
        '[[session]]\ninterface = "wan"\ndest-addr = "198.51.100.2"\npath-type = "path-unaffiliated-echo"\n'
    )
    settings = parse(text).config
    assert settings is not None
    path = tmp_path / "one.pcapng"
    made = Capture()
    made.add(data("10.0.0.1"))
    path.write_bytes(made.pcapng())
    with Forward(str(path), settings, Wanted(ports=PORTS, answers=True)) as run:
        list(run.passages())
        assert "1 sessions of unaffiliated echo left out" in run.summary()["notes"]
