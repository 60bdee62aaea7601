# SPDX-License-Identifier: Apache-2.0
"""BGP UPDATEs read, BGP-LS reports written: pure Python, no sockets."""

from ipaddress import IPv4Address, IPv4Network

from benches.windows import Windows
from bfd_fastpath.nhib import Change, Reachability, Reason
from bfd_fastpath.report import LanAddress, Reporter, ReportSettings, Session
from bfd_fastpath.wire.bgp import IPV4_UNICAST, AsPath, Attributes, Origin, Update
from bfd_fastpath.wire.bgp.message import HEADER
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder

UPDATES = 250
PREFIXES = 200
PEER_UPDATES = 5


def bodies(count: int) -> list[bytes]:
    """UPDATEs of 200 /24s each, with an AS path that differs from one to the next."""
    first = int(IPv4Address("20.0.0.0"))
    return [
        Update(
            attributes=Attributes(
                origin=Origin.IGP,
                as_path=AsPath.sequence(64500, 64501 + number % 1000),
                next_hop=IPv4Address("198.51.100.2"),
            ),
            announced=tuple(
                IPv4Network((first + ((number * PREFIXES + i) << 8), 24)) for i in range(PREFIXES)
            ),
        ).encode()[HEADER.size :]
        for number in range(count)
    ]


def decode(messages: list[bytes]) -> int:
    decoder = UpdateDecoder(frozenset({IPV4_UNICAST}))
    return sum(len(update.announced) for message in messages for update in decoder.decode(message).updates)


def decode_by_scapy(messages: list[bytes]) -> int:
    from scapy.contrib.bgp import BGPUpdate

    return sum(len(BGPUpdate(message).nlri) for message in messages)


def test_update_decode(windows: Windows) -> None:
    messages = bodies(UPDATES)
    few = messages[:PEER_UPDATES]
    assert decode_by_scapy(few) == PEER_UPDATES * PREFIXES
    decoded = windows.run(
        UPDATES * PREFIXES,
        lambda: decode(messages),
        limit=("scapy on the same UPDATEs", PEER_UPDATES * PREFIXES, lambda: decode_by_scapy(few)),
    )
    assert decoded == UPDATES * PREFIXES


def test_bgpls_encode(windows: Windows) -> None:
    """1,000 next hops come Up and go Down again, each transition an UPDATE of its own."""
    lan = IPv4Network("10.0.0.0/16")
    ours = IPv4Address("10.0.0.1")
    settings = ReportSettings(asn=64500, lan=(LanAddress(ours, (lan,)),))
    hops = [ours + 1 + i for i in range(1000)]
    up, down = Reachability.UP, Reachability.DOWN
    flaps = [
        [Change(hop, old, new, reason, 0)]
        for old, new, reason in (
            (Reachability.UNKNOWN, up, Reason.SESSION_UP),
            (up, down, Reason.SESSION_DOWN),
        )
        for hop in hops
    ]

    def report() -> int:
        reporter = Reporter(settings)
        reporter.open(Session(local=ours, peer_as=64511), [])
        return sum(len(said.update.encode()) > 0 for flap in flaps for said in reporter.report(flap))

    assert windows.run(len(flaps), report) == len(flaps)
