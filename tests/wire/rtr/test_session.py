# SPDX-License-Identifier: Apache-2.0
"""The cache's end of an RTR session, octet by octet (RFC 8210)."""

import struct
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.rtr import Cache, CacheSession, ErrorCode, Pdu, PduType
from bfd_fastpath.wire.rtr.pdu import LONGEST, cut, report_text

FOUR = {ip_network("192.0.2.1/32"): frozenset((65001,))}
SIX = {ip_network("2001:db8::1/128"): frozenset((65002,))}
RESET = bytes.fromhex("0102000000000008")


def serial_query(session, serial, version=1):
    return Pdu(version, PduType.SERIAL_QUERY, session, struct.pack(">L", serial)).encode()


def pdus(data):
    found = []
    while data:
        pdu, data = cut(data)
        assert pdu is not None, data.hex()
        found.append(pdu)
    return found


@pytest.fixture
def cache():
    cache = Cache(0x1234, serial=6)
    cache.replace(FOUR | SIX)
    return cache


def test_a_reset_query_gets_everything(cache):
    session = CacheSession(cache)
    assert session.notify() == b"", "it has not asked yet"
    assert session.receive(RESET).hex(" ", -4) == (
        "01031234 00000008 "
        "01040000 00000014 01202000 c0000201 0000fde9 "
        "01060000 00000020 01808000 20010db8 00000000 00000000 00000001 0000fdea "
        "01071234 00000018 00000007 0000003c 00000001 00000258"
    )
    assert (session.sent, session.resets, session.notify()) == (7, 1, b"")


def test_version_0_has_no_intervals(cache):
    data = CacheSession(cache).receive(RESET.replace(b"\x01", b"\x00", 1))
    assert {pdu.version for pdu in pdus(data)} == {0}
    assert pdus(data)[-1].body == struct.pack(">L", 7)


def test_a_change_is_notified_once_and_fetched_as_a_difference(cache):
    session = CacheSession(cache)
    session.receive(RESET)
    cache.replace(SIX)
    assert session.notify().hex() == "010012340000000c00000008"
    told = pdus(session.receive(serial_query(0x1234, 7)))
    assert [pdu.kind for pdu in told] == [PduType.CACHE_RESPONSE, PduType.IPV4_PREFIX, PduType.END_OF_DATA]
    assert told[1].body == bytes.fromhex("00202000c00002010000fde9")
    assert session.notify() == b""
    assert session.resets == 1


def test_of_a_prefix_only_what_changed_is_fetched_in_order(cache):
    session = CacheSession(cache)
    session.receive(RESET)
    (prefix,) = FOUR
    cache.replace({prefix: frozenset((65001, 70000, 2, 65003))})
    cache.replace({prefix: frozenset((70000, 2, 65001))})
    prefixes = pdus(session.receive(serial_query(0x1234, 7)))[1:-1]
    told = [(pdu.body[0], int.from_bytes(pdu.body[-4:], "big")) for pdu in prefixes]
    assert told == [(0, 65002), (1, 2), (1, 70000)]


@pytest.mark.parametrize(("number", "serial"), [(0x1235, 7), (0x1234, 99)])
def test_a_serial_of_another_life_is_answered_with_cache_reset(cache, number, serial):
    assert CacheSession(cache).receive(serial_query(number, serial)) == bytes.fromhex("0108000000000008")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bytes.fromhex("0502000000000008"), ErrorCode.UNSUPPORTED_VERSION),
        (bytes.fromhex("01020000000000080002000000000008"), ErrorCode.UNEXPECTED_VERSION),
        (bytes.fromhex("0102000000000007"), ErrorCode.CORRUPT_DATA),
        (bytes.fromhex("01020000ffffffff"), ErrorCode.CORRUPT_DATA),
        (bytes.fromhex("010200000000000900"), ErrorCode.CORRUPT_DATA),
        (bytes.fromhex("0101000000000008"), ErrorCode.CORRUPT_DATA),
        (bytes.fromhex("0103000000000008"), ErrorCode.INVALID_REQUEST),
        (bytes.fromhex("0163000000000008"), ErrorCode.UNSUPPORTED_TYPE),
    ],
)
def test_what_is_wrong_is_reported_with_the_pdu_and_ends_the_session(cache, data, code):
    session = CacheSession(cache)
    last = pdus(session.receive(data))[-1]
    assert (last.kind, last.field) == (PduType.ERROR_REPORT, code)
    assert report_text(last.body) == session.ended != ""
    (length,) = struct.unpack_from(">L", last.body)
    assert last.body[4 : 4 + length] in data
    assert session.receive(RESET) == b""


def test_an_error_report_is_not_answered(cache):
    session = CacheSession(cache)
    report = Pdu(1, PduType.ERROR_REPORT, 3, struct.pack(">LL", 0, 4) + b"why?").encode()
    assert session.receive(report) == b""
    assert session.ended == "the router reports error 3: why?"
    assert report_text(b"\0\0\0\xff") == ""


@given(st.binary(max_size=200))
def test_octets_in_any_pieces_are_as_good_as_in_one(data):
    def talk(pieces):
        cache = Cache(1)
        cache.replace(FOUR)
        session = CacheSession(cache)
        return b"".join(session.receive(piece) for piece in pieces), session.ended

    whole = RESET + data
    assert talk([whole]) == talk([whole[n : n + 1] for n in range(len(whole))])


def test_no_router_makes_the_cache_keep_more_than_one_pdu(cache):
    session = CacheSession(cache)
    session.receive(struct.pack(">BBHL", 1, PduType.RESET_QUERY, 0, LONGEST + 1))
    assert session.ended
