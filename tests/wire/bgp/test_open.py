# SPDX-License-Identifier: Apache-2.0
"""OPEN and capabilities: round trips, the extended parameters of RFC 9072, and refusals (RFC 4271 6.2)."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgp import BGP_LS, IPV4_UNICAST, BgpError, Capabilities, ExtendedNextHop, Family, Open
from bfd_fastpath.wire.bgp.capability import Capability

ID = IPv4Address("192.0.2.1")
families = st.builds(Family, st.integers(0, 65535), st.integers(0, 255))
unknown = st.builds(Capability, st.integers(71, 255), st.binary(max_size=255))
capabilities = st.builds(
    Capabilities,
    families=st.lists(families, max_size=4, unique=True).map(tuple),
    route_refresh=st.booleans(),
    enhanced_refresh=st.booleans(),
    extended_message=st.booleans(),
    extended_next_hop=st.lists(
        st.builds(ExtendedNextHop, families, st.integers(0, 65535)), max_size=3, unique=True
    ).map(tuple),
    role=st.none() | st.integers(0, 255),
    other=st.lists(unknown, max_size=4).map(tuple),
)


@given(st.integers(1, 2**32 - 1), st.just(0) | st.integers(3, 65535), st.ip_addresses(v=4), capabilities)
def test_what_is_encoded_decodes_to_itself(asn, hold_time_s, router_id, offered):
    if not int(router_id):
        return
    offered = Capabilities(
        offered.families,
        asn,
        offered.route_refresh,
        offered.enhanced_refresh,
        offered.extended_message,
        offered.extended_next_hop,
        offered.role,
        offered.other,
    )
    opened = Open(asn, hold_time_s, router_id, offered)
    assert Open.decode(opened.encode()[19:]) == opened


def body(parameters: str = "00", *, version=4, asn=64500, hold=90, router_id="c0000201") -> bytes:
    head = bytes((version,)) + asn.to_bytes(2, "big") + hold.to_bytes(2, "big")
    return head + bytes.fromhex(router_id + parameters)


def test_plain_open_of_a_two_octet_speaker():
    assert Open.decode(body()) == Open(64500, 90, ID)


def test_wide_as_hides_behind_as_trans():
    octets = Open(4_200_000_000, 90, ID, Capabilities(asn=4_200_000_000)).encode()
    assert octets[20:22] == (23456).to_bytes(2, "big")
    assert Open.decode(octets[19:]).asn == 4_200_000_000


@pytest.mark.parametrize(
    "parameters",
    [
        "0802060104400400470000"[:-4],
        "0c" + "0206010400010001" + "02020200",
        "ffff000902000601040001" + "0001",
    ],
    ids=["bgp-ls", "several parameters", "extended form of a short list"],
)
def test_forms_of_parameters_that_must_be_accepted(parameters):
    assert Open.decode(body(parameters)).capabilities.families


def test_extended_form_is_known_by_its_type_alone():
    opened = Open.decode(body("08" + "ff0009" + "020006" + "010440040047"))
    assert opened.capabilities.families == (BGP_LS,)


def test_long_lists_are_sent_in_the_extended_form():
    offered = Capabilities(other=(Capability(200, bytes(250)), Capability(201, bytes(250))))
    octets = Open(64500, 90, ID, offered).encode()
    assert octets[28:30] == b"\xff\xff"
    assert Open.decode(octets[19:]).capabilities == offered


def test_extended_next_hop_has_a_safi_of_two_octets():
    offered = Capabilities(extended_next_hop=(ExtendedNextHop(IPV4_UNICAST, 2),))
    assert offered.encode().hex() == "0506" + "0001" + "0001" + "0002"


def test_a_repeated_family_counts_once():
    opened = Open.decode(body("0e" + "020c" + "010440040047" * 2))
    assert opened.capabilities.families == (BGP_LS,)


REFUSED = {
    "version 3": (body(version=3), 1, b"\0\4"),
    "hold time 1": (body(hold=1), 6, b""),
    "hold time 2": (body(hold=2), 6, b""),
    "identifier 0.0.0.0": (body(router_id="00000000"), 3, b""),
    "AS 0": (body(asn=0), 2, b""),
    "AS 0 in the capability": (body("08" + "0206" + "410400000000"), 2, b""),
    "parameter 1 (authentication)": (body("03" + "010100"), 4, b""),
    "parameters shorter than announced": (body("09" + "0206" + "010440040047"), 0, b""),
    "parameters longer than announced": (body("07" + "0206" + "010440040047"), 0, b""),
    "parameter past the end": (body("08" + "0207" + "010440040047"), 0, b""),
    "capability past the end": (body("08" + "0206" + "010540040047"), 0, b""),
    "family of 3 octets": (body("07" + "0205" + "0103400447"), 0, b""),
    "four-octet AS of 2 octets": (body("06" + "0204" + "4102fbf4"), 0, b""),
    "extended next hop of 5 octets": (body("09" + "0207" + "05050001000100"), 0, b""),
    "extended form cut short": (body("02" + "ff00"), 0, b""),
    "extended parameter past the end": (body("ff" + "ff0004" + "02000901"), 0, b""),
}


@pytest.mark.parametrize(("octets", "subcode", "data"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(octets, subcode, data):
    with pytest.raises(BgpError) as caught:
        Open.decode(octets)
    notification = caught.value.notification
    assert (notification.code, notification.subcode, notification.data) == (2, subcode, data)


@given(st.binary(min_size=10, max_size=120))
def test_any_octets_are_read_or_refused_with_the_codecs_own_error(octets):
    try:
        Open.decode(b"\4" + octets[1:])
    except BgpError:
        pass
