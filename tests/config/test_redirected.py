# SPDX-License-Identifier: Apache-2.0
"""What an XDP program that takes UDP 3784 alone leaves to the kernel cannot be asked of its port."""

import pytest

from bfd_fastpath.config.advice import advice
from tests.config.texts import GOOD, changed, fault, good

TAKEN = changed(('net_af_packet0,iface=eth1"', 'net_af_xdp0,iface=eth1"\nxdp-redirect = "bfd"'))
FIRST = '[[session]]\ninterface = "lan0"\ndest-addr = "198.51.100.2"\nmin-interval = "50ms"\n'
SECOND = '[[session]]\ninterface = "lan0"\ndest-addr = "2001:db8::2"\n'
#: No session of its own that would inherit from [bfd].
BARE = TAKEN.replace(FIRST, "").replace(SECOND, "")
OTHER = '[[port]]\nname = "lan1"\ndevargs = "net_null0"\naddresses = ["203.0.113.1/24"]\n'
LAG = '[[lag]]\nname = "trunk"\nmembers = ["lan0"]\ndest-addr = "198.51.100.9"\n'
REFLECTS = "[reflector]\ndiscriminators = [5]\n"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (TAKEN + LAG, "lag[0].members[0]"),
        (TAKEN + REFLECTS, "reflector.discriminators"),
        (BARE + '[bfd]\ndesired-min-echo-tx-interval = "50ms"\n', "bfd.desired-min-echo-tx-interval"),
        (BARE + '[bfd]\nrequired-min-echo-rx-interval = "50ms"\n', "bfd.required-min-echo-rx-interval"),
    ],
)
def test_what_its_packets_would_not_reach_is_refused(text: str, key: str) -> None:
    found = fault(text)
    assert found.key == key
    assert "takes UDP 3784 alone" in found.wrong


@pytest.mark.parametrize(
    "text",
    [
        TAKEN + OTHER + REFLECTS,
        BARE + OTHER + '[bfd]\nport = "lan1"\nrequired-min-echo-rx-interval = "50ms"\n',
        BARE + '[bfd]\nenabled = false\nrequired-min-echo-rx-interval = "50ms"\n',
        TAKEN + "[unsolicited]\nenabled = true\n",
    ],
)
def test_what_another_port_hears_may_be(text: str) -> None:
    assert good(text)


def test_telling_of_links_that_no_session_judges_is_warned_of() -> None:
    (said,) = advice(good(GOOD + "[report]\nlink-quality = true\n"))
    assert said.startswith("report.link-quality: no session counts it")
    assert advice(good(GOOD + "[report]\nlink-quality = true\n[bfd]\nlink-quality = true\n")) == []
    assert advice(good()) == []
