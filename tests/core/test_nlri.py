# SPDX-License-Identifier: Apache-2.0
"""NLRI octets, cut up: what was put together comes apart again, and damage is found where it is."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.binding import ffi, lib


def read(octets: bytes, bits: int, add_path: bool) -> tuple[list[tuple[bytes, int]], int, int]:
    """The prefixes, how it ended, and where."""
    keep = ffi.new("uint8_t[]", octets)
    nlri = ffi.new("struct nlri *", {"octets": keep, "size": len(octets), "bits": bits, "add_path": add_path})
    prefix, length = ffi.new("uint8_t[16]"), ffi.new("uint8_t *")
    found = []
    while (result := lib.nlri_next(nlri, prefix, length)) == lib.NLRI_PREFIX:
        found.append((bytes(prefix), length[0]))
    return found, result, nlri.at


@st.composite
def wholes(draw) -> tuple[int, bool, list[tuple[bytes, bytes, int]]]:
    """Bits of an address, whether there are path identifiers, and (identifier, octets as sent, length) of each prefix."""
    bits, add_path = draw(st.sampled_from([32, 128])), draw(st.booleans())
    lengths = draw(st.lists(st.integers(0, bits), max_size=20))
    size = 4 if add_path else 0
    return (
        bits,
        add_path,
        [
            (
                draw(st.binary(min_size=size, max_size=size)),
                draw(st.binary(min_size=(one + 7) // 8, max_size=(one + 7) // 8)),
                one,
            )
            for one in lengths
        ],
    )


@given(wholes())
def test_what_was_put_together_comes_apart(whole):
    bits, add_path, parts = whole
    octets = b"".join(path + bytes([length]) + prefix for path, prefix, length in parts)
    found, result, at = read(octets, bits, add_path)
    assert found == [(prefix.ljust(16, b"\0"), length) for _, prefix, length in parts]
    assert (result, at) == (lib.NLRI_END, len(octets))


@given(wholes(), st.data())
def test_what_is_cut_off_is_found_at_the_last_whole_prefix(whole, data):
    bits, add_path, parts = whole
    encoded = [path + bytes([length]) + prefix for path, prefix, length in parts]
    octets = b"".join(encoded)
    cut = data.draw(st.integers(0, len(octets)))
    whole_octets = count = 0
    while count < len(encoded) and whole_octets + len(encoded[count]) <= cut:
        whole_octets += len(encoded[count])
        count += 1
    found, result, at = read(octets[:cut], bits, add_path)
    assert len(found) == count
    assert (result, at) == (lib.NLRI_END if cut == whole_octets else lib.NLRI_CUT_OFF, whole_octets)


@pytest.mark.parametrize(("bits", "length"), [(32, 33), (32, 255), (128, 129), (128, 255)])
def test_a_prefix_is_no_longer_than_an_address(bits, length):
    first = ip_network("10.0.0.0/8")
    octets = bytes([8]) + first.network_address.packed[:1] + bytes([length]) + bytes(40)
    found, result, at = read(octets, bits, add_path=False)
    assert (len(found), result, at) == (1, lib.NLRI_TOO_LONG, 2)


@given(st.binary(max_size=200), st.sampled_from([32, 128]), st.booleans())
def test_any_octets_come_to_an_end(octets, bits, add_path):
    found, result, at = read(octets, bits, add_path)
    assert result in (lib.NLRI_END, lib.NLRI_CUT_OFF, lib.NLRI_TOO_LONG)
    assert at <= len(octets)
    assert len(found) <= len(octets)
