# SPDX-License-Identifier: Apache-2.0
"""What the compiled cut takes is exactly what the exact decoder finds nothing wrong with, and says the same."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bfd_fastpath.wire.bgpls import LinkNlri, Tlv, codes, sound
from bfd_fastpath.wire.bgpls.nlri import FramingError, decode_each, decode_list
from tests.wire.bgpls import vectors

known = st.sampled_from(
    [256, 257, 258, 259, 260, 261, 262, 265, 512, 515, 516, 1026, 1091, 1095, 9999, 65535]
)
lengths = st.sampled_from([0, 1, 2, 3, 4, 5, 6, 8, 16, 32, 33, 255, 256, 300])


@st.composite
def tlvs(draw, most=5):
    """Any order, or the right one; a code may repeat, with values that are near to each other."""
    found = [
        Tlv(code, draw(st.sampled_from([b"\0", b"\1", b"\xff"])) * (length - 1) + b"\7" * bool(length))
        for code, length in draw(st.lists(st.tuples(known, lengths), max_size=most))
    ]
    if draw(st.booleans()):
        found.sort(key=lambda one: (one.code, len(one.value), one.value))
    return b"".join(one.encode() for one in found)


@st.composite
def nlris(draw):
    """Most have the two node descriptors where they belong."""
    kind = draw(st.sampled_from([1, 2, 2, 2, 3, 65000]))
    good = Tlv(515, b"abcd").encode()
    local, remote = (Tlv(code, draw(st.just(good) | tlvs())).encode() for code in (256, 257))
    head = draw(st.binary(min_size=9, max_size=9) | st.binary(max_size=9))
    body = head + draw(st.sampled_from([local + remote, local, remote + local, b""])) + draw(tlvs())
    return kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body


def checked(octets):
    """As the exact decoder has it."""
    try:
        exact, faults = decode_each(octets)
    except FramingError as error:
        with pytest.raises(FramingError, match=str(error)):
            decode_list(octets)
        assert sound.cut(octets) is None
        return
    assert (sound.cut(octets) is None) is bool(faults)
    found, told = decode_list(octets)
    assert told == faults
    assert [type(one) for one in found] == [type(one) for one in exact]
    assert [hash(one) for one in found] == [hash(one) for one in exact]
    assert b"".join(one.encode() for one in found) == b"".join(one.encode() for one in exact)
    assert found == exact
    for one, other in zip(found, exact, strict=True):
        if isinstance(one, LinkNlri):
            assert (one.interface, one.neighbour) == (other.interface, other.neighbour)
            assert repr(one) == repr(other)


@settings(max_examples=400, deadline=None)
@given(st.lists(nlris(), max_size=3).map(b"".join), st.data())
def test_it_takes_what_nothing_is_wrong_with_and_nothing_else(octets, data):
    checked(octets)
    changed = bytearray(octets)
    for _ in range(data.draw(st.integers(0, 2)) if changed else 0):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    checked(bytes(changed[: data.draw(st.integers(0, len(changed)))]))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
@example(b"")
def test_any_octets_are_judged_alike(octets):
    checked(octets)


@pytest.mark.parametrize("name", ["LINK_V4", "LINK_V6", "LINK_V6_FULL", "NODE_V4", "NODE_V6", "L7_LINK_V4"])
def test_the_vectors_are_sound(name):
    octets = bytes.fromhex(getattr(vectors, name))
    assert sound.cut(octets + octets) == [octets, octets]
    checked(octets)


@pytest.mark.parametrize("code", sorted(codes._kinds))
def test_each_registered_code_may_have_the_lengths_of_the_registry_alone(code):
    for length in {0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 31, 32, 255, 256}:
        inner = Tlv(code, bytes(length)).encode()
        node = Tlv(256, inner).encode()
        checked(b"\0\1" + (9 + len(node)).to_bytes(2, "big") + bytes(9) + node)


def test_a_code_that_cannot_be_kept_is_refused():
    for code, several in ((65536, ()), (-1, ()), (70, (256,))):
        with pytest.raises(ValueError, match="cannot be kept"):
            sound.register(code, several)


def test_only_sound_links_have_fields():
    for octets in (b"", b"\0\2", b"\0\2\0\0", b"\0\1\0\x09" + bytes(9), b"\0\2\0\x09" + bytes(9)):
        with pytest.raises(ValueError, match="no sound Link"):
            sound.fields(octets)
