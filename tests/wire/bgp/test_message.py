# SPDX-License-Identifier: Apache-2.0
"""The stream is cut into messages wherever it was cut on the way, and bad headers are refused (RFC 4271 6.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgp import BgpError
from bfd_fastpath.wire.bgp.message import EXTENDED_LIMIT, KEEPALIVE, Framer, MessageType, frame

UPDATE = frame(MessageType.UPDATE, b"\0\0\0\0")


def header(length: int, kind: int) -> bytes:
    return b"\xff" * 16 + length.to_bytes(2, "big") + bytes((kind,))


@given(st.lists(st.sampled_from([KEEPALIVE, UPDATE]), max_size=6), st.lists(st.integers(1, 30)))
def test_messages_are_found_however_the_stream_is_cut(messages, cuts):
    stream, framer, found = b"".join(messages), Framer(), []
    for cut in [*cuts, len(stream)]:
        framer.feed(stream[:cut])
        stream = stream[cut:]
        found += [frame(kind, body) for kind, body in framer.messages()]
    assert found == messages
    assert framer.pending == b""


BAD = {
    "marker": (b"\xff" * 15 + b"\xfe" + UPDATE[16:], 1, b""),
    "length 18": (header(18, 2), 2, b"\0\x12"),
    "length above 4096": (header(4097, 2), 2, b"\x10\x01"),
    "short OPEN": (header(28, 1), 2, b"\0\x1c"),
    "short UPDATE": (header(22, 2), 2, b"\0\x16"),
    "short NOTIFICATION": (header(20, 3), 2, b"\0\x14"),
    "long KEEPALIVE": (header(20, 4), 2, b"\0\x14"),
    "long OPEN": (header(4097, 1), 2, b"\x10\x01"),
    "type 0": (header(19, 0), 3, b"\0"),
    "type 6": (header(19, 6), 3, b"\6"),
}


@pytest.mark.parametrize(("octets", "subcode", "data"), BAD.values(), ids=BAD)
def test_bad_headers_are_refused(octets, subcode, data):
    framer = Framer()
    framer.feed(octets)
    with pytest.raises(BgpError) as caught:
        framer.next()
    notification = caught.value.notification
    assert (notification.code, notification.subcode, notification.data) == (1, subcode, data)


def test_extended_messages_are_taken_once_allowed():
    message = frame(MessageType.UPDATE, bytes(EXTENDED_LIMIT - 19))
    framer = Framer()
    framer.limit = EXTENDED_LIMIT
    framer.feed(message)
    assert framer.next() == (MessageType.UPDATE, message[19:])


@pytest.mark.parametrize("kind", [1, 4])
def test_open_and_keepalive_are_never_extended(kind):
    framer = Framer()
    framer.limit = EXTENDED_LIMIT
    framer.feed(header(4097, kind))
    with pytest.raises(BgpError):
        framer.next()


def test_a_message_that_cannot_be_framed_is_refused():
    with pytest.raises(ValueError):
        frame(MessageType.UPDATE, bytes(EXTENDED_LIMIT - 18))
