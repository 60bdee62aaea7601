# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzzers of the Python codecs: `python -m tests.fuzz.seeds.codecs DIRECTORY NAME`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address
from pathlib import Path

from bfd_fastpath.wire import mrt
from bfd_fastpath.wire.bgp import BgpError
from bfd_fastpath.wire.bgp.message import Framer, MessageType
from bfd_fastpath.wire.bgpls import LinkPerformance, LinkState, Participation
from tests.wire.bgp.messages import MANDATORY
from tests.wire.bgpls import vectors
from tests.wire.malformed_cases import LINK, NODE, cases

#: What comes before the octets of a case in each target, and which session it is for.
_CHOICES = {"opening": b"\x08", "established": b"\x09", "update": b"\x18"}
_ID = IPv4Address("192.0.2.1")


def streams() -> Iterator[bytes]:
    for _, _, case in cases():
        kind = "opening" if case.opening else "established"
        yield _CHOICES[kind] + b"\x00\x05\x11\x27" + case.octets


def _bodies(kind: MessageType) -> Iterator[bytes]:
    """Of all messages of the cases that a header is right for."""
    for _, _, case in cases():
        framer = Framer()
        framer.feed(case.octets)
        try:
            yield from (body for found, body in framer.messages() if found == kind)
        except BgpError:  # a wrong header: what is behind it is a seed for streams
            continue


def opens() -> Iterator[bytes]:
    yield from _bodies(MessageType.OPEN)


def updates() -> Iterator[bytes]:
    for body in _bodies(MessageType.UPDATE):
        yield _CHOICES["update"] + body
    for text in vars(vectors).values():
        if isinstance(text, str) and text.startswith(vectors.MARKER + "00"):
            yield _CHOICES["update"] + bytes.fromhex(text)[19:]


def link_states() -> Iterator[bytes]:
    yield from (NODE, LINK, NODE + LINK, LINK[:-1])
    yield LinkState.of_link(LinkPerformance(1500, (900, 2100), 70, 333_333)).encode()
    yield LinkState.make(node_name="member", participation=Participation(1, 64500, _ID)).encode()
    for _, _, case in cases():
        at = case.octets.find(NODE)
        if at >= 0:
            yield case.octets[at:]


def nh_reaches() -> Iterator[bytes]:
    yield from (
        bytes.fromhex(text) for text in ("81c6336402", "00c6336402" * 3, "82" + "20010db8" + "00" * 12)
    )
    yield b"\x82c6336402"


def prefixes() -> Iterator[bytes]:
    yield from (
        bytes.fromhex(text) for text in ("18cb0071", "00", "2120010db880", "14cb007f" * 3, "81" + "00" * 17)
    )


def dumps() -> Iterator[bytes]:
    peers = [mrt.Peer(64499, _ID, ip_address(address)) for address in ("198.51.100.250", "2001:db8::250")]
    table = mrt.peer_table(1, _ID, peers, "view")
    yield table
    entry = mrt.RibEntry(1, 1_700_000_000, MANDATORY)
    for version, nlri in ((4, "18cb0071"), (6, "3020010db80001")):
        yield table + mrt.rib(1, 0, mrt.RibRecord(version, bytes.fromhex(nlri), (entry, entry)))


def rtr() -> Iterator[bytes]:
    reset, serial = bytes.fromhex("0102000000000008"), bytes.fromhex("010112340000000c00000001")
    for several in (reset, reset + serial, reset.replace(b"\1", b"\0", 1), serial, b"\2" + reset[1:]):
        yield b"\5\0\5\21\47" + several
    yield b"\5\0\0\0\0" + bytes.fromhex("010a0000000000180000000000000008") + b"no right"


SEEDS = {
    "open": opens,
    "update": updates,
    "stream": streams,
    "link-state": link_states,
    "nh-reach": nh_reaches,
    "prefixes": prefixes,
    "dump": dumps,
    "rtr": rtr,
}


def main(directory: Path, name: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for number, octets in enumerate(SEEDS[name]()):
        (directory / str(number)).write_bytes(octets)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
