# SPDX-License-Identifier: Apache-2.0
"""The far end's codec on what FRR and BIRD really said: every recorded control packet is read, and made again octet for octet."""

import gzip
from pathlib import Path

import pytest
from scapy.utils import PcapNgReader

from bfd_fastpath.lab.conformance.frame import datagram
from bfd_fastpath.wire.bfd import decode

CASES = Path(__file__).parents[2] / "replay" / "cases"
#: Captures of Ethernet over one hop, with all octets.
RECORDED = sorted(
    path.parent.name
    for path in CASES.glob("*/capture.pcapng.gz")
    if path.parent.name.startswith(("frr_", "bird_"))
    and not path.parent.name.endswith(("multihop", "cooked", "cooked_v1"))
)


@pytest.mark.parametrize("case", RECORDED)
def test_recorded_packets_are_made_again(case):
    seen = 0
    with gzip.open(CASES / case / "capture.pcapng.gz") as file:
        for frame in PcapNgReader(file):
            found = datagram(bytes(frame))
            if found is not None and found.destination_port == 3784:
                assert bytes(decode(found.payload)) == found.payload
                assert found.ttl == 255
                seen += 1
    assert seen > 10
