# SPDX-License-Identifier: Apache-2.0
"""The clause that a packet is told to fail is there exactly where the path refuses the packet for its header."""

import random

import pytest

from pydp.forwarding import clause, silence
from tests.path.router import SENDER, SENDER6, Router
from tests.path.test_header_checks import DROPPED, ip4, ip6
from tests.path.test_icmp_errors import HEARD, SILENT

pytestmark = pytest.mark.eal

CLAUSES = {
    "1812 5.2.2 (1): less than a header": "RFC 1812 5.2.2 (1): ",
    "1812 5.2.2 (2): checksum": "RFC 1812 5.2.2 (2): ",
    "1812 5.2.2 (3): version": "RFC 1812 5.2.2 (3): ",
    "1812 5.2.2 (4): header length": "RFC 1812 5.2.2 (4): ",
    "1812 5.2.2 (5): total length below the header's": "RFC 1812 5.2.2 (5): ",
    "total length beyond the frame": "RFC 1812 5.2.2: the total length",
    "source link-local": "RFC 3927 7: the source",
    "destination link-local": "RFC 3927 7: the destination",
    "source class E": "RFC 1812 5.3.7, RFC 1112 4: the source",
    "destination loopback": "RFC 1812 5.3.7, RFC 1122 3.2.1.3: the destination",
    "loose source route": "RFC 7126 4.3",
    "less than an IPv6 header": "RFC 8200 3: the frame",
    "IPv6 version": "RFC 8200 3: the version",
    "source mapped": "RFC 4291 2.5.5.2: the source",
    "destination fe80::/10": "RFC 4291 2.5.6: the destination",
}
#: Counters of packets that their header alone stops.
HEADER = {
    *(
        "drop-malformed-ip4",
        "drop-checksum-ip4",
        "drop-malformed-ip6",
        "drop-martian-source",
        "drop-multicast",
    ),
    *("drop-martian-destination", "drop-source-route", "drop-options", "drop-expired", "drop-scope"),
}


@pytest.mark.parametrize(("name", "said"), CLAUSES.items())
def test_the_clause_is_named(name: str, said: str) -> None:
    family, packet, _ = DROPPED[name]
    assert (clause(packet, family) or "").startswith(said)


def test_the_clause_and_the_path_agree(router: Router) -> None:
    dice = random.Random(5)
    for _ in range(4000):
        family = dice.choice((4, 6))
        good = ip4(src=SENDER, ttl=9) if family == 4 else ip6(src=SENDER6, hlim=9)
        packet = bytearray(good)
        for _ in range(dice.randint(0, 3)):
            packet[dice.randrange(24 if family == 4 else 40)] = dice.choice(
                (0, 1, 0x45, 0x60, 127, 224, 254, 255)
            )
        if family == 4 and dice.random() < 0.8 and packet[0] == 0x45:
            packet[10:12] = b"\0\0"
            packet[10:12] = _checksum(bytes(packet[:20]))
        octets = bytes(packet[: dice.randint(0, len(packet))] if dice.random() < 0.1 else packet)
        router.through(bytes(router.ether())[:12] + (b"\x08\x00" if family == 4 else b"\x86\xdd") + octets)
        counted = router.counted()
        if counted.keys() & {"rx-forward-ip4", "rx-forward-ip6"}:
            assert clause(octets, family) is None, octets.hex()
        if counted.keys() & HEADER:
            assert clause(octets, family) is not None, (octets.hex(), counted)


def _checksum(octets: bytes) -> bytes:
    total = sum(int.from_bytes(octets[i : i + 2], "big") for i in range(0, len(octets), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return (total ^ 0xFFFF).to_bytes(2, "big")


@pytest.mark.parametrize("name", [*SILENT, *HEARD])
def test_silence_has_its_reason(name: str) -> None:
    packet = (SILENT | HEARD)[name]
    said = silence(bytes(packet), packet.version)
    about_the_address = "as the source" in name
    assert (said is not None) == (name in SILENT and not about_the_address), said
