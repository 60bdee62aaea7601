# SPDX-License-Identifier: Apache-2.0
"""A route server's side of profile L5, written from its table alone: it reads octets, not our records."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from bfd_fastpath.nhib import Reachability

UNKNOWN, UP, DOWN = Reachability.UNKNOWN, Reachability.UP, Reachability.DOWN
PREFIX64 = bytes.fromhex("20010db800000000")


def tlvs(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while data:
        code, length = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        assert not found or code > max(found), "TLVs of an NLRI ascend"
        found[code], data = data[4 : 4 + length], data[4 + length :]
    return found


def address(octets: bytes) -> Any:
    if len(octets) == 8:
        octets = PREFIX64 + octets
    return IPv4Address(octets) if len(octets) == 4 else IPv6Address(octets)


def nlris(data: bytes) -> list[tuple[str, Any]]:
    """("node", address) and ("link", (interface, neighbour)), in order."""
    found: list[tuple[str, Any]] = []
    while data:
        kind, length = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        body, data = data[4 : 4 + length], data[4 + length :]
        assert body[0] == 5, "Protocol-ID Static"
        inside = tlvs(body[9:])
        if kind == 1:
            found.append(("node", address(tlvs(inside[256])[515])))
        else:
            near, far = inside.get(259, inside.get(261)), inside.get(260, inside.get(262))
            assert near is not None
            assert far is not None
            assert address(tlvs(inside[256])[515]) == address(near)
            assert address(tlvs(inside[257])[515]) == address(far)
            found.append(("link", (address(near), address(far))))
    return found


def attributes(message: bytes) -> dict[int, bytes]:
    assert message[:16] == b"\xff" * 16
    assert int.from_bytes(message[16:18], "big") == len(message)
    assert message[18] == 2, "an UPDATE"
    assert message[19:21] == b"\0\0", "no IPv4 withdrawals"
    data = message[23:]
    assert int.from_bytes(message[21:23], "big") == len(data), "no IPv4 announcements"
    found: dict[int, bytes] = {}
    while data:
        wide = 2 if data[0] & 0x10 else 1
        length = int.from_bytes(data[2 : 2 + wide], "big")
        start = 2 + wide
        found[data[1]], data = data[start : start + length], data[start + length :]
    return found


@dataclass
class Receiver:
    """One session's table."""

    own: frozenset[Any]
    nodes: set[Any] = field(default_factory=set)
    links: set[tuple[Any, Any]] = field(default_factory=set)
    end_of_rib: bool = False
    odd: int = 0
    """Links without their Node after a whole UPDATE."""
    passed: dict[Any, list[Reachability]] = field(default_factory=dict)
    """What a reader that takes NLRIs one by one would have believed within the latest UPDATE."""

    def state(self, target: Any) -> Reachability:
        if any(far == target for _, far in self.links):
            return UP
        return DOWN if target in self.nodes and self.end_of_rib else UNKNOWN

    def tracked(self) -> set[Any]:
        return (self.nodes | {far for _, far in self.links}) - self.own

    def view(self) -> dict[Any, Reachability]:
        states = {target: self.state(target) for target in self.tracked()}
        return {target: state for target, state in states.items() if state is not UNKNOWN}

    def receive(self, message: bytes) -> None:
        self.passed = {}
        found = attributes(message)
        if 15 in found:
            assert found[15][:3] == bytes.fromhex("400447")
            if len(found[15]) == 3:
                assert list(found) == [15]
                self.end_of_rib = True
            for kind, value in nlris(found[15][3:]):
                self._apply(kind, value, False)
        if 14 in found:
            assert found[14][:3] == bytes.fromhex("400447")
            length = found[14][3]
            assert length in (4, 16)
            for kind, value in nlris(found[14][4 + length + 1 :]):
                self._apply(kind, value, True)
        nodes = self.nodes
        self.odd += sum(far not in nodes for _, far in self.links)

    def _apply(self, kind: str, value: Any, add: bool) -> None:
        table: set[Any] = self.nodes if kind == "node" else self.links
        assert (value not in table) if add else (value in table), "nothing is told twice or taken back unsaid"
        (table.add if add else table.discard)(value)
        target = value if kind == "node" else value[1]
        self.passed.setdefault(target, []).append(self.state(target))
