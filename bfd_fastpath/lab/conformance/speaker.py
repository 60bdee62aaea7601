# SPDX-License-Identifier: Apache-2.0
"""Any BFD speaker on a LAN as the target. What can be asked of it is its driver's; without a driver it is
only heard.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from bfd_fastpath.lab.conformance.authentication import AuthType, Key
from bfd_fastpath.lab.conformance.far_end import Ends
from bfd_fastpath.lab.conformance.frame import Address
from bfd_fastpath.lab.conformance.line import Line
from bfd_fastpath.lab.conformance.packet_socket import PacketLine, route
from bfd_fastpath.lab.conformance.row import Need
from bfd_fastpath.lab.conformance.subject import Driver, Stand, SubjectError, Wish

_OF_TYPE = {
    AuthType.SIMPLE_PASSWORD: Need.SIMPLE,
    AuthType.KEYED_MD5: Need.MD5,
    AuthType.METICULOUS_KEYED_MD5: Need.METICULOUS_MD5,
    AuthType.KEYED_SHA1: Need.SHA1,
    AuthType.METICULOUS_KEYED_SHA1: Need.METICULOUS_SHA1,
}


class NamedDriver(Driver, Protocol):
    """A driver for a kind of daemon."""

    @property
    def daemon(self) -> str:
        """ "FRR's bfdd"."""

    @property
    def offers(self) -> frozenset[Need]: ...

    def close(self) -> None:
        """Give the daemon its own configuration back."""


class NoDriver:
    """Nothing is asked of the target."""

    def remove(self) -> None:
        raise SubjectError("there is no driver for this target")

    def make(self, wish: Wish) -> None:
        raise SubjectError("there is no driver for this target")

    change = second = make

    def reset_forwarding(self) -> None:
        raise SubjectError("there is no driver for this target")

    def concatenated(self, down: bool) -> None:
        raise SubjectError("there is no driver for this target")


@dataclass(frozen=True, slots=True)
class Speaker:
    """The subject. `port` is a DPDK port to reach it by, which needs a `source`; else the kernel knows the
    way. `key` is what its session authenticates with, where no driver sets that.
    """

    target: Address
    source: Address | None = None
    second: Address | None = None
    driver: NamedDriver | None = None
    key: Key | None = None
    port: str | None = None

    @property
    def name(self) -> str:
        return str(self.target)

    @property
    def offers(self) -> frozenset[Need]:
        offered = self.driver.offers if self.driver is not None else frozenset()
        if self.second is None:
            offered -= {Need.SECOND}
        if self.key is not None:
            offered |= {_OF_TYPE[self.key.type]}
        return offered

    def remedy(self, need: Need) -> str:
        if need in _OF_TYPE.values() and self.driver is None:
            return "set it there and run the suite again with --auth-key-file"
        if self.driver is None:
            return "nobody here can change this target; run the suite with --driver where there is one for it"
        if need is Need.SECOND and need in self.driver.offers:
            return "give another address of ours with --second-source"
        return f"{self.driver.daemon} has no such setting that can be driven"

    @contextmanager
    def open(self) -> Iterator[Stand]:
        with self._line() as (line, own_mac, target_mac, owns):
            ends = [Ends(own_mac, target_mac, own, self.target) for own in owns]
            driver: Driver = self.driver if self.driver is not None else NoDriver()
            try:
                yield Stand(line, ends[0], driver, ends[1] if len(ends) > 1 else None)
            finally:
                if self.driver is not None:
                    self.driver.remove()

    @contextmanager
    def _line(self) -> Iterator[tuple[Line, bytes, bytes, tuple[Address, ...]]]:
        """The line, our MAC address and the target's, our addresses."""
        if self.port is not None and self.source is not None:
            from bfd_fastpath.lab.conformance.port_line import PortLine

            owns = self._owns(self.source)
            with PortLine(self.port, owns) as line:
                yield line, line.mac, line.resolve(self.target), owns
        else:
            way = route(self.target, self.source)
            owns = self._owns(way.source)
            with PacketLine(way.interface, owns) as socket_line:
                yield socket_line, way.mac, way.target_mac, owns

    def _owns(self, first: Address) -> tuple[Address, ...]:
        if first == self.second:
            raise SubjectError(f"{first} is the first address already; name the other one with --source")
        return (first, self.second) if self.second is not None else (first,)
