# SPDX-License-Identifier: Apache-2.0
"""TLVs: cutting, order, lengths, and the registry of codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgpls import codes
from bfd_fastpath.wire.bgpls.tlv import Tlv, TlvError, decode, encode, ordered, require_order

tlvs = st.builds(Tlv, st.integers(0, 65535), st.binary(max_size=40))


@given(st.lists(tlvs, max_size=8))
def test_what_is_encoded_decodes_to_itself(several):
    assert list(decode(encode(several))) == several


@given(st.lists(tlvs, max_size=8))
def test_ordered_tlvs_pass_the_order_check(several):
    require_order(ordered(several))


@pytest.mark.parametrize("octets", ["01", "020300", "02030004c63364", "02030001"])
def test_a_tlv_that_runs_past_the_end_is_refused(octets):
    with pytest.raises(TlvError):
        decode(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "several",
    [
        (Tlv(260, b"abcd"), Tlv(259, b"abcd")),
        (Tlv(258, b"bbbbbbbb"), Tlv(258, b"aaaaaaaa")),
    ],
)
def test_descending_tlvs_are_refused(several):
    with pytest.raises(TlvError):
        require_order(several)


def test_equal_types_may_follow_either_rule_of_the_two_rfcs():
    require_order((Tlv(263, b"\2"), Tlv(263, b"\1\1")))
    require_order((Tlv(263, b"\1\1"), Tlv(263, b"\2")))


def test_a_registered_code_has_only_its_lengths():
    codes.require_length(Tlv(259, b"abcd"))
    with pytest.raises(TlvError, match="IPv4 interface address"):
        codes.require_length(Tlv(259, b"abc"))


def test_an_unknown_code_is_kept_and_shown_by_number():
    assert codes.to_json((Tlv(4711, b"\x01"), Tlv(1026, b"rtr"))) == {"4711": "01", "node-name": "rtr"}


def test_repeated_codes_become_a_list():
    assert codes.to_json((Tlv(1095, b"\1"), Tlv(1095, b"\2"), Tlv(1095, b"\3"))) == {"igp-metric": [1, 2, 3]}


def test_containers_are_shown_by_their_contents():
    inner = Tlv(515, b"\1\2\3\4").encode()
    assert codes.to_json((Tlv(256, inner), Tlv(257, b"\1"))) == {
        "local-node": {"igp-router-id": "01020304"},
        "remote-node": "01",
    }


def test_a_code_is_registered_once():
    with pytest.raises(ValueError, match="registered already"):
        codes.register(codes.IGP_ROUTER_ID, "another", "Another")
