# SPDX-License-Identifier: Apache-2.0
"""Client A of the vectors, and Changes and entries for its reporter."""

from ipaddress import ip_address, ip_network

from bfd_fastpath.nhib import Address, Change, Entry, Reachability, Reason
from bfd_fastpath.report import LanAddress, Outgoing, ReportSettings, Session

A4, A6 = ip_address("198.51.100.1"), ip_address("2001:db8::1")
X4, X6 = ip_address("198.51.100.2"), ip_address("2001:db8::2")
LAN4, LAN6 = ip_network("198.51.100.0/24"), ip_network("2001:db8::/64")
UNKNOWN, UP, DOWN = Reachability.UNKNOWN, Reachability.UP, Reachability.DOWN
SETTINGS = ReportSettings(64500, (LanAddress(A4, (LAN4,)), LanAddress(A6, (LAN6,))))
SESSION = Session(A4, 64999)


def change(address: Address, old: Reachability | None, new: Reachability | None) -> Change:
    return Change(address, old, new, Reason.ASKED, 0)


def entry(address: Address, state: Reachability) -> Entry:
    return Entry(address, state, Reason.ASKED, 0, ("bgp",), 0, None, None, 0, None, None, None, None)


def octets(said: list[Outgoing]) -> list[str]:
    return [one.update.encode().hex() for one in said]
