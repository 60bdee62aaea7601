# SPDX-License-Identifier: Apache-2.0
"""RFC 8571's delay and loss TLVs: octets laid out by hand from its figures, both ways, and what is malformed."""

import pytest

from bfd_fastpath.wire.bgp.attributes import Attributes, encode_attributes
from bfd_fastpath.wire.bgpls import LinkPerformance, LinkState, TlvError
from bfd_fastpath.wire.bgpls.codes import to_json
from bfd_fastpath.wire.bgpls.link_performance import delay_field, loss_field

VECTORS = {
    "delay": (LinkPerformance(delay_us=1500), "045a0004" + "000005dc"),
    "anomalous delay": (LinkPerformance(delay_us=1500, delay_anomalous=True), "045a0004" + "800005dc"),
    "range": (LinkPerformance(delay_range_us=(900, 16_777_215)), "045b0008" + "00000384" + "00ffffff"),
    "anomalous range": (
        LinkPerformance(delay_range_us=(0, 1), range_anomalous=True),
        "045b0008" + "80000000" + "00000001",
    ),
    "variation": (LinkPerformance(variation_us=70_000), "045c0004" + "00011170"),
    "loss": (LinkPerformance(loss=333_333), "045d0004" + "00051615"),
    "anomalous loss": (LinkPerformance(loss=16_777_214, loss_anomalous=True), "045d0004" + "80fffffe"),
    "all": (
        LinkPerformance(1500, (900, 2100), 70, 333_333),
        "045a0004000005dc" + "045b00080000038400000834" + "045c000400000046" + "045d000400051615",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_the_octets_of_rfc_8571_both_ways(name):
    performance, octets = VECTORS[name]
    assert LinkState.of_link(performance).encode().hex() == octets
    assert LinkState.decode(bytes.fromhex(octets)).performance == performance


def test_reserved_bits_are_ignored_and_of_two_the_first_counts():
    octets = "045a00047f0005dc" + "045b00087f000384ff000834" + "045c0004ff000046" + "045a000400000001"
    found = LinkState.decode(bytes.fromhex(octets)).performance
    assert found == LinkPerformance(1500, (900, 2100), 70)


@pytest.mark.parametrize(
    "octets",
    ["045a00030005dc", "045a0005000005dc00", "045b000400000384", "045c0000", "045d00080005161500000000"],
)
def test_another_length_makes_the_whole_attribute_malformed(octets):
    with pytest.raises(TlvError, match="octets, allowed"):
        LinkState.decode(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "bad",
    [LinkPerformance(delay_us=2**24), LinkPerformance(loss=-1), LinkPerformance(delay_range_us=(0, 2**24))],
)
def test_what_24_bits_do_not_hold_is_refused(bad):
    with pytest.raises(ValueError, match="24 bits"):
        bad.tlvs()


def test_measured_values_saturate_as_rfc_8570_says():
    assert delay_field(20e6) == 16_777_215
    assert (loss_field(0.01), loss_field(0.5033164), loss_field(1.0)) == (333_333, 16_777_213, 16_777_214)


def test_as_json():
    told = to_json(LinkState.of_link(VECTORS["all"][0]).tlvs)
    assert told == {
        "link-delay": {"us": 1500, "anomalous": False},
        "link-delay-range": {"min-us": 900, "max-us": 2100, "anomalous": False},
        "delay-variation": {"us": 70},
        "link-loss": {"percent": 0.999999, "anomalous": False},
    }
    unmeasured = LinkState.of_link(LinkPerformance(loss=2**24 - 1))
    assert to_json(unmeasured.tlvs) == {"link-loss": {"percent": None, "anomalous": False}}


def test_an_empty_attribute_as_gobgp_passes_it_on_is_malformed_and_none_is_written():
    with pytest.raises(TlvError):
        LinkState.decode(b"")
    assert encode_attributes(Attributes(link_state=LinkState())) == b""
