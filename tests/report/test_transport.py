# SPDX-License-Identifier: Apache-2.0
"""Which transport a session is told by: what is wanted, and what both ends have."""

import pytest

from bfd_fastpath.report.transport import Preference, Transport, choose
from bfd_fastpath.wire.bgp import BGP_LS, IPV4_UNICAST, nh_reach

NH4, NH6 = nh_reach(4), nh_reach(6)
LS, L7, NH = Transport.BGP_LS, Transport.BGP_LS_L7, Transport.NH_REACH


@pytest.mark.parametrize(
    ("wanted", "usable", "chosen"),
    [
        ("auto", {IPV4_UNICAST, BGP_LS, NH4, NH6}, (LS, {BGP_LS})),
        ("auto", {IPV4_UNICAST, NH4, NH6}, (NH, {NH4, NH6})),
        ("auto", {IPV4_UNICAST, NH6}, (NH, {NH6})),
        ("auto", {IPV4_UNICAST}, None),
        ("bgp-ls", {BGP_LS, NH4}, (LS, {BGP_LS})),
        ("bgp-ls", {NH4}, None),
        ("bgp-ls-l7", {BGP_LS, NH4}, (L7, {BGP_LS})),
        ("nh-reach", {BGP_LS, NH4}, (NH, {NH4})),
        ("nh-reach", {BGP_LS, nh_reach(4, 250)}, None),
    ],
)
def test_the_choice(wanted, usable, chosen):
    assert choose(Preference(wanted), usable, [NH4, NH6]) == chosen
