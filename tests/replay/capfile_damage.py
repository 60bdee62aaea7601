# SPDX-License-Identifier: Apache-2.0
"""Damaged capture files, each with the offset, reason and words of its fault, and files that are no captures."""

from __future__ import annotations

import bz2
import gzip
import lzma

from tests.replay import capfile_octets as make

MOST = 1 << 20
PCAP = make.pcap_header() + make.pcap_record(b"a" * 60)
PCAPNG = make.section() + make.interface() + make.enhanced(b"a" * 60)
NG = len(PCAPNG)
SOUND = make.enhanced(b"b" * 60)
#: A packet block of 60 octets with one word of it replaced, by its index from the block's first.
WORDS = make.enhanced(b"b" * 60)


def with_word(index: int, value: int) -> bytes:
    return WORDS[: 4 * index] + value.to_bytes(4, "little") + WORDS[4 * index + 4 :]


CASES = {
    "appended-pcap": (PCAP + PCAP, 100, "appended-file", "another pcap file begins here"),
    "long-record": (PCAP + make.pcap_record(b"", captured=MOST), 100, "too-long", "1048576 octets"),
    "endless-record": (
        PCAP + make.pcap_record(b"", captured=2**32 - 1),
        100,
        "too-long",
        "4294967295 octets",
    ),
    "old-pcap": (make.pcap_header(version=(1, 4)), 0, "version", "pcap of version 1.4 is not known"),
    "long-block": (PCAPNG + with_word(1, MOST + 4), NG, "too-long", "1048580 octets"),
    "long-description": (
        make.section() + make.block(1, b"", length=MOST + 4),
        28,
        "too-long",
        "interface description",
    ),
    "odd-block": (PCAPNG + with_word(1, 93), NG, "block-length", "is 93, no multiple of four"),
    "odd-unknown-block": (
        PCAPNG + make.block(99, length=13),
        NG,
        "block-length",
        "is 13, no multiple of four",
    ),
    "small-block": (PCAPNG + with_word(1, 28), NG, "block-length", "is 28, and 32 is the least"),
    "no-length": (PCAPNG + make.block(99, length=0), NG, "block-length", "is 0, and 12 is the least"),
    "small-section": (
        make.block(make.SECTION, make.section()[8:16]),
        0,
        "block-length",
        "is 20, and 28 is the least",
    ),
    "differing-lengths": (
        PCAPNG + SOUND[:-4] + b"\x60\0\0\0" + SOUND,
        NG,
        "block-length",
        "92 where it begins and 96",
    ),
    "differing-lengths-of-unknown": (
        PCAPNG + make.block(99, bytes(8), again=24),
        NG,
        "block-length",
        "20 where it begins",
    ),
    "captured-more": (PCAPNG + with_word(5, 61) + SOUND, NG, "captured-length", "92 octets says it holds 61"),
    "captured-most": (PCAPNG + with_word(5, 2**32 - 1), NG, "captured-length", "holds 4294967295 octets"),
    "simple-more": (PCAPNG + make.simple(bytes(8), 9), NG, "captured-length", "24 octets says it holds 9"),
    "no-interface": (make.section() + SOUND, 28, "no-interface", "no interface was described before it"),
    "simple-no-interface": (
        make.section() + make.simple(b""),
        28,
        "no-interface",
        "no interface was described",
    ),
    "other-interface": (
        PCAPNG + with_word(2, 1),
        NG,
        "no-interface",
        "from interface 1, and no interface of that number",
    ),
    "section-forgets": (
        PCAPNG + make.section() + SOUND,
        NG + 28,
        "no-interface",
        "no interface was described before it",
    ),
    "no-byte-order": (PCAPNG + make.section()[:8] + b"abcd" + bytes(16), NG, "byte-order", "61 62 63 64"),
    "later-pcapng": (make.section(version=(2, 0)), 0, "version", "pcapng of version 2.0 is not known"),
    "cut-unknown-block": (PCAPNG + make.block(99, bytes(40))[:-9], NG, "truncated", "9 of its 52 octets"),
}

STRANGERS = {
    "gzip": (gzip.compress(PCAP), "gzip"),
    "xz": (lzma.compress(PCAP), "xz"),
    "bzip2": (bz2.compress(PCAP), "bzip2"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(20), "zstd"),
    "lz4": (b"\x04\x22\x4d\x18" + bytes(20), "lz4"),
    "zip": (b"PK\x03\x04" + bytes(20), "zip"),
    "snoop": (b"snoop\0\0\0\0\0\0\x02\0\0\0\x04", "snoop"),
    "erf": (bytes(4) + (1_700_000_000).to_bytes(4, "little") + b"\x02\x04\0\x60\0\0\0\x50", "ERF"),
    "pcap-cousin": (b"\xa1\xb2\xc3\xcb" + bytes(20), "a kind of pcap"),
    "hex-dump": (b"0000  00 1b 21 0a 0b 0c\n", "hex dump"),
    "hex-dump-of-tcpdump": (b"\t0x0000:  4500 0034 1c46\n", "hex dump"),
    "text": (b"12:34:56.789 IP 192.0.2.1.49152 > 192.0.2.2.3784", "text"),
    "xml": (b'<?xml version="1.0"?><pdml>', "XML"),
    "json": (b'[{"_index": "packets"', "JSON"),
    "program": (b"\x7fELF\x02\x01\x01", "program"),
    "zeros": (bytes(4096), "zeros"),
    "short": (b"\xd4\xc3", ""),
    "noise": (b"\x93\x17\xf0\x02\x11\x99\xc1\x01\xb1\xa1\x00\x88\xe1\x03\x77\x17", ""),
}
