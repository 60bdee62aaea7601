# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzzer of the receive path: `python -m tests.fuzz.seeds.plays DIRECTORY`. Plays in the language of
targets/receive.c, which reach every reason for which a packet is refused (tests/fuzz/test_reached.py holds them to it).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6EchoRequest,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
    IPv6ExtHdrFragment,
)
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from tests.fuzz.receive.play import (
    A_POLL,
    AUTHENTICATE,
    CHANGE,
    CLEAR,
    ECHO4,
    ECHO6,
    ECHO_MARK,
    HELD,
    HOST4,
    HOST6,
    INITIATOR4,
    INITIATOR6,
    KEYS,
    LOOPED4,
    LOOPED6,
    MAC,
    MINE,
    PEER,
    PIN,
    PLAIN4,
    PLAIN6,
    REFLECTOR,
    REMOVE,
    RESET,
    SECOND,
    SECTIONS,
    SEGMENTED,
    SEQUENCE,
    SESSIONS,
    SIGN,
    STRIPPED,
    SUMS,
    TAGGED4,
    TAGGED6,
    THEIRS,
    US4,
    US6,
    YOURS,
    Play,
    section,
    udp4,
    udp6,
)
from tests.replay.crafting import ADMIN_DOWN, AUTH, DEMAND, DOWN, FINAL, POLL, UP, bfd


def links() -> Iterator[tuple[str, Play]]:
    play = Play()
    play.frame(bytes(13))
    play.frame(bytes(12) + b"\x81\x00\x00")
    play.frame(Ether(src=PEER, dst="02:00:00:00:00:77") / udp4(bfd()), SUMS)
    play.ip(udp4(bfd()), vlan=9)
    play.frame(Ether(src=PEER, dst=PEER, type=0x88CC) / Raw(bytes(50)))
    play.ip(udp4(bfd()), MAC | SUMS | SEGMENTED)
    play.say(TAGGED4, bfd(), STRIPPED)
    play.say(TAGGED6, bfd(), STRIPPED)
    yield "links", play


def arp() -> Iterator[tuple[str, Play]]:
    play = Play()
    ask = ARP(op=1, hwsrc=PEER, psrc=HOST4, pdst=US4)
    play.ip(ask)
    play.ip(ask, vlan=7)
    play.ip(ARP(op=1, hwsrc=PEER, psrc="10.0.7.2", pdst="10.0.7.1"), vlan=7)
    for answers in (PEER, "02:00:00:00:00:77"):
        play.ip(ARP(op=2, hwsrc=answers, psrc=HOST4, pdst=US4))
    play.ip(ARP(op=1, hwsrc=PEER, psrc="10.0.0.77", pdst="10.0.0.78"))
    for sender, operation in (("10.0.0.254", 2), (HOST4, 9), (US4, 1)):
        play.ip(ARP(op=operation, hwsrc=PEER, psrc=sender, pdst=US4))
    play.frame(bytes(Ether(src=PEER, dst=PEER) / ask)[:41])
    play.until(40)
    yield "arp", play


def discovery() -> Iterator[tuple[str, Play]]:
    play = Play()
    asks = IPv6(src=HOST6, dst=US6, hlim=255) / ICMPv6ND_NS(tgt=US6) / ICMPv6NDOptSrcLLAddr(lladdr=PEER)
    says = IPv6(src=HOST6, dst=US6, hlim=255) / ICMPv6ND_NA(tgt=HOST6) / ICMPv6NDOptDstLLAddr(lladdr=PEER)
    play.ip(asks)
    play.ip(says)
    play.ip(IPv6(src=HOST6, dst="ff02::1", hlim=255) / ICMPv6ND_NA(tgt=HOST6, S=0, O=1))
    play.ip(IPv6(src="::", dst="ff02::1:ff00:1", hlim=255) / ICMPv6ND_NS(tgt=US6))
    play.ip(asks, MAC)
    play.ip(IPv6(src=HOST6, dst=US6, hlim=254) / ICMPv6ND_NS(tgt=US6))
    play.ip(IPv6(src=HOST6, dst=US6, hlim=255) / ICMPv6ND_NS(tgt="2001:db8::77"))
    play.ip(IPv6(src=HOST6, dst=US6, hlim=255) / ICMPv6ND_NA(tgt="2001:db8::77"))
    play.ip(IPv6(src=HOST6, dst=US6) / ICMPv6EchoRequest())
    zero = (
        bytes(IPv6(src=HOST6, dst=US6, hlim=255, plen=32) / ICMPv6ND_NS(tgt=US6)) + bytes([1, 0]) + bytes(6)
    )
    play.ip(Raw(zero))
    play.frame(Ether(src=PEER, dst=PEER, type=0x86DD) / Raw(zero))
    yield "discovery", play


def headers() -> Iterator[tuple[str, Play]]:
    play = Play()
    whole4, whole6 = bytes(udp4(bfd())), bytes(udp6(bfd()))
    four, six = ({"src": PEER, "dst": PEER, "type": kind} for kind in (0x0800, 0x86DD))
    for cut in (19, 27, 51):
        play.frame(Ether(**four) / Raw(whole4[:cut]))
    play.frame(Ether(**four) / Raw(b"\x55" + whole4[1:]))
    play.frame(Ether(**four) / Raw(b"\x4f" + whole4[1:]))
    play.frame(Ether(**four) / Raw(whole4[:10] + b"\x12\x34" + whole4[12:]), MAC)
    for cut in (39, 47, 71):
        play.frame(Ether(**six) / Raw(whole6[:cut]))
    play.frame(Ether(**six) / Raw(b"\x50" + whole6[1:]))
    play.ip(IP(src=HOST4, dst=US4, frag=3) / Raw(bytes(40)))
    play.ip(IPv6(src=HOST6, dst=US6) / IPv6ExtHdrFragment() / UDP() / Raw(bfd()))
    play.ip(udp4(bfd(), dst="10.0.0.77"))
    play.ip(udp6(bfd(), dst="2001:db8::77"))
    play.ip(IP(src=HOST4, dst=US4) / TCP())
    play.ip(IP(src=HOST4, dst=US4) / ICMP())
    play.ip(IPv6(src=HOST6, dst=US6) / TCP())
    play.ip(IP(src=HOST4, dst=US4) / UDP(len=7, dport=3784) / Raw(bfd()))
    play.ip(IP(src=HOST4, dst=US4) / UDP(len=90, dport=3784) / Raw(bfd()))
    play.ip(IP(src=HOST4, dst=US4, ttl=255) / UDP(dport=3784, chksum=1) / Raw(bfd()), MAC)
    play.ip(IPv6(src=HOST6, dst=US6, hlim=255) / UDP(dport=3784, chksum=0) / Raw(bfd()), MAC)
    play.ip(udp4(bfd(), dport=6784))
    play.ip(udp4(bfd(), dport=53))
    play.ip(udp4(bfd(), ttl=254))
    play.ip(udp6(bfd(), ttl=254))
    play.ip(IP(src=HOST4, dst=US4, ttl=255, options=[b"\x01\x01\x01\x00"]) / UDP(dport=3784) / Raw(bfd()))
    yield "headers", play


def hosts() -> Iterator[tuple[str, Play]]:
    play = Play(host=True)
    for packet in (IP(src=HOST4, dst=US4) / TCP(dport=179), IPv6(src=HOST6, dst=US6) / TCP(sport=179)):
        play.ip(packet)
        play.ip(packet, vlan=7)
    play.ip(IP(src=HOST4, dst=US4, tos=0xC0) / TCP(), STRIPPED | MAC | SUMS)
    play.ip(IPv6(src=HOST6, dst="fe80::1") / ICMPv6EchoRequest())
    play.frame(Ether(dst="33:33:00:00:00:05") / IPv6(src="fe80::2", dst="ff02::5", nh=89) / bytes(36))
    play.frame(Ether(dst="01:00:5e:00:00:05") / IP(src=HOST4, dst="224.0.0.5", proto=89) / bytes(44), 0)
    answer = ARP(op="is-at", hwsrc=PEER, psrc=HOST4, pdst=US4)
    play.frame(Ether() / answer, MAC)
    play.wait(SECOND, 5)
    heard = ICMPv6ND_NA(tgt=HOST6, S=1) / ICMPv6NDOptDstLLAddr(lladdr=PEER)
    play.ip(IPv6(src=HOST6, dst=US6, hlim=255) / heard)
    play.hold(20)
    for _ in range(20):
        play.ip(IP(src=HOST4, dst=US4) / ICMP())
    yield "host", play


def refused() -> Iterator[tuple[str, Play]]:
    for session in SESSIONS:
        play = Play()
        play.up(session)
        sound = bfd(THEIRS if session in (INITIATOR4, INITIATOR6) else 7, 1, UP)
        for at, value in ((0, 0x40), (3, 23), (3, 25), (3, 200), (2, 0), (1, 0xC1), (1, 0xC4)):
            play.say(session, sound[:at] + bytes([value]) + sound[at + 1 :])
        play.say(session, bfd(0, 1, UP))
        play.say(session, bfd(8, 1, UP))
        play.say(session, bfd(8, 1, UP), ttl=254)
        play.say(session, bfd(7, 0, UP), 0)
        play.say(session, bfd(7, 0x1234, UP), 0)
        play.say(session, bfd(7, 0, DOWN), 0, ttl=249)
        play.say(session, sound, ttl=249)
        play.say(session, bfd(7, 1, UP, flags=AUTH, tail=bytes([1, 9, 1]) + b"secret"))
        play.say(session, bfd(THEIRS, 1, UP, flags=DEMAND))
        play.say(session, bfd(THEIRS, 1, DOWN))
        play.say(session, bfd(THEIRS, 1, ADMIN_DOWN))
        for short in (0, 3, 11, 12, 23):
            play.say(session, sound[:short])
        # A stranger, on the session's own discriminator and without one.
        play.ip(udp4(bfd(7, 1, UP), src="10.0.0.66"), MAC | SUMS | YOURS, session=session)
        play.ip(udp6(bfd(7, 1, UP), src="2001:db8::66"), MAC | SUMS | YOURS, session=session)
        play.ip(udp4(bfd(7, 0, DOWN), src="10.0.0.66"))
        play.ip(udp4(bfd(7, 0, DOWN), src="10.0.0.66"))
        yield f"refused-{session}", play


def lives() -> Iterator[tuple[str, Play]]:
    for session in SESSIONS:
        play = Play(small_ring=session % 3 == 0)
        play.up(session, echo=20_000)
        for _ in range(6):
            play.until(3)
            play.hear(session, UP, echo=20_000)
        play.hear(session, UP, flags=POLL, tx=20_000)
        play.hear(session, UP, flags=FINAL)
        play.command(A_POLL, session)
        play.until(4)
        play.hear(session, UP, flags=FINAL | DEMAND)
        play.hear(session, DOWN, diagnostic=3)
        play.up(session)
        play.hear(session, ADMIN_DOWN, diagnostic=7)
        play.up(session)
        play.command(RESET, session)
        play.up(session)
        play.wait(SECOND, 20)
        play.until(20)
        play.command(CHANGE, session, 0x4801)
        play.hear(session, UP, flags=POLL)
        play.command(CHANGE, session, 0x4A50)
        play.up(session, echo=1)
        play.command(HELD, session, 1)
        play.command(CLEAR, session)
        play.command(HELD, session, 0)
        play.command(PIN, session, 0x05)
        play.command(PIN, session, 0x100)
        play.until(8)
        play.command(REMOVE, session, session & 1)
        play.until(30)
        yield f"life-{session}", play


def forged() -> Iterator[tuple[str, Play]]:
    for session, (kind, key_id, length) in SECTIONS.items():
        play = Play()
        play.up(session)

        def say(
            tail: bytes,
            fixes: int = YOURS | SIGN | SEQUENCE,
            state: int = UP,
            session: int = session,
            play: Play = play,
        ) -> None:
            play.say(session, bfd(7, 1, state, flags=AUTH, tail=tail), fixes)

        sound = section(kind, key_id, length)
        say(sound)
        say(sound[:-1] + bytes([sound[-1] ^ 1]), YOURS | SEQUENCE, DOWN)
        say(section(kind, 77, length), state=DOWN)
        say(section(9, key_id, length), state=DOWN)
        say(section(1 + kind % 5, key_id, length), state=DOWN)
        say(section(kind, key_id, length - 1), state=DOWN)
        say(section(kind, key_id, length + 1), state=DOWN)
        say(section(kind, key_id, length, octets=length + 1), state=DOWN)
        say(bytes([kind, length]), state=DOWN)
        for ahead in (0, -1, 1, 9, 10, 100):
            say(section(kind, key_id, length, ahead))
        play.say(session, bfd(7, 1, DOWN))
        play.say(session, bfd(7, 0, DOWN), 0)
        # The next key, which the session takes; then the first one is none any more.
        say(section(kind, 2, 4 if kind == 1 else length))
        for algorithm, its_length in ((2, 24), (5, 28)):
            say(section(algorithm, 2 if algorithm == 2 else 255, its_length))
        for chain in range(4):
            play.command(KEYS, chain, 1)
        say(sound)
        play.until(12)
        play.wait(SECOND, 9)
        say(section(kind, 2, length, 1000))
        play.up(session)
        for chain in range(5):
            play.command(AUTHENTICATE, session, chain | (chain & 1) << 8)
            play.up(session)
        for chain in range(4):
            play.command(KEYS, chain, 0x200)
        play.until(12)
        yield f"forged-{session}", play


def echoes() -> Iterator[tuple[str, Play]]:
    for session, host in ((ECHO4, "10.0.0.3"), (ECHO6, "2001:db8::3")):
        play = Play()
        datagram = udp4 if session == ECHO4 else udp6
        play.up(session, echo=20_000)
        for _ in range(12):
            play.until(1)
            for which in range(3):
                play.comes_back(which)
        play.until(3)
        for which in range(4):
            play.comes_back(which, 3, 72, 1)
        play.say(session, bytes(32), ECHO_MARK)
        play.say(session, bytes(31), ECHO_MARK)
        theirs = datagram(bytes(24), src=host, dst=host, dport=3785)
        for _ in range(6):
            play.ip(theirs)
        play.ip(datagram(bytes(24), src=host, dst=host, dport=3785, ttl=1))
        play.ip(datagram(bytes(24), src=host, dst=US4 if session == ECHO4 else US6, dport=3785))
        play.ip(datagram(bytes(24), src=host, dst=US4 if session == ECHO4 else US6, dport=3785, ttl=9))
        stranger = "10.0.0.66" if session == ECHO4 else "2001:db8::66"
        play.ip(datagram(bytes(24), src=stranger, dst=stranger, dport=3785))
        play.command(CHANGE, session, 0x1801)
        play.ip(theirs)
        play.command(CHANGE, session, 0x5800)
        play.up(session, echo=20_000)
        play.until(40)
        yield f"echo-{session}", play


def looped() -> Iterator[tuple[str, Play]]:
    for session in (LOOPED4, LOOPED6):
        play = Play()
        play.up(session)
        # With a discriminator of another session's, and as a first packet that is in no state of one.
        play.say(session, bfd(0, 0x1234, UP), MINE, ttl=254)
        play.say(session, bfd(0, 0, UP), MINE, ttl=254)
        for _ in range(6):
            play.until(2)
            for which in range(3):
                play.comes_back(which)
        play.until(40)
        yield f"looped-{session}", play


def reflecting() -> Iterator[tuple[str, Play]]:
    play = Play()

    def ask(payload: bytes, *, source: str = "10.0.0.50", sport: int = 50000) -> None:
        play.ip(IP(src=source, dst=US4) / UDP(sport=sport, dport=7784) / Raw(payload))

    sound = bfd(5, REFLECTOR, UP, flags=DEMAND)
    for _ in range(12):
        ask(sound)
    play.wait(SECOND, 1)
    ask(bfd(5, REFLECTOR, UP, flags=DEMAND | POLL))
    play.ip(IPv6(src="2001:db8::50", dst=US6) / UDP(sport=50000, dport=7784) / Raw(sound))
    play.ip(IP(src="10.0.0.50", dst="10.0.7.1") / UDP(sport=50000, dport=7784) / Raw(sound), vlan=7)
    ask(sound, sport=7784)
    ask(bfd(5, REFLECTOR, UP))
    ask(bfd(5, 0, DOWN, flags=DEMAND))
    ask(bfd(5, 0x1234, UP, flags=DEMAND))
    ask(bfd(5, REFLECTOR, UP, flags=DEMAND | AUTH, tail=bytes([1, 9, 1]) + b"secret"))
    ask(sound, source="127.0.0.1")
    ask(sound, source="10.0.5.5")
    ask(sound[:20])
    yield "reflecting", play


def together() -> Iterator[tuple[str, Play]]:
    play = Play(small_ring=True)
    play.hold(2 * len(SESSIONS))
    for session in SESSIONS:
        play.say(session, bfd(THEIRS if session in (INITIATOR4, INITIATOR6) else 7, 0, DOWN), 0)
    for session in SESSIONS:
        play.say(session, bfd(THEIRS if session in (INITIATOR4, INITIATOR6) else 7, 0, UP))
    play.until(20)
    play.hold(40)
    for _ in range(40):
        play.say(PLAIN4, bfd(7, 1, UP))
    play.wait(SECOND, 5)
    yield "together", play
    play = Play()
    play.up(PLAIN4, PLAIN6, ECHO4)
    play.starve()
    play.say(PLAIN4, bfd(7, 1, UP, flags=POLL))
    play.ip(IPv6(src=HOST6, dst=US6, hlim=255) / ICMPv6ND_NS(tgt=US6) / ICMPv6NDOptSrcLLAddr(lladdr=PEER))
    play.until(20)
    play.starve()
    play.until(20)
    yield "starved", play


def main(directory: Path) -> None:
    logging.getLogger("scapy").setLevel(logging.ERROR)
    directory.mkdir(parents=True, exist_ok=True)
    for plays in (
        links,
        arp,
        discovery,
        headers,
        hosts,
        refused,
        lives,
        forged,
        echoes,
        looped,
        reflecting,
        together,
    ):
        for name, play in plays():
            (directory / name).write_bytes(play.octets)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
