# SPDX-License-Identifier: Apache-2.0
"""Which port of the configuration a packet of a capture comes in at, and which MAC addresses the recorded
router had.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from bfd_fastpath.config.model import Config, Port
from bfd_fastpath.replay.end_report import EndError

_BAD_INPUT: Final = 2


class Interface(Protocol):
    @property
    def name(self) -> str: ...


class Places:
    """`ports`: "PORT" or "INTERFACE=PORT", an interface by its name or number; `macs`: "MAC" or "PORT=MAC".
    Raises EndError for what is none of the configuration's."""

    def __init__(self, config: Config, ports: Sequence[str], macs: Sequence[str]) -> None:
        if not config.ports:
            raise EndError("the configuration has no [[port]], so nothing can come in", _BAD_INPUT)
        self._ports = config.ports
        self.names = tuple(port.name for port in config.ports)
        self._default: int | None = 0 if len(config.ports) == 1 else None
        self._by_interface: dict[str, int] = {}
        self._known: dict[int, int] = {}
        for text in ports:
            interface, _, name = text.rpartition("=")
            if interface:
                self._by_interface[interface] = self._index("--port", name)
            else:
                self._default = self._index("--port", name)
        #: By port.
        self.macs: dict[int, bytes] = {}
        for text in macs:
            name, _, mac = text.rpartition("=")
            for port in [self._index("--mac", name)] if name else range(len(self.names)):
                self.macs[port] = _octets(mac)

    def port(self, interface: int, interfaces: Callable[[], Sequence[Interface]]) -> int:
        """The index of the port. `interfaces`: those of the capture, asked for when one is met first."""
        known = self._known.get(interface)
        if known is None:
            known = self._known[interface] = self._find(interface, interfaces()[interface].name)
        return known

    def _find(self, number: int, name: str) -> int:
        for key in (name, str(number)):
            if key and key in self._by_interface:
                return self._by_interface[key]
        for i, port in enumerate(self._ports):
            if name and name in _called(port):
                return i
        if self._default is not None:
            return self._default
        called = f"{name!r}" if name else f"{number}, which has no name,"
        raise EndError(
            f"interface {called} of the capture is no port of the configuration: say which one its packets "
            f"come in at with --port {name or number}=PORT; ports are {', '.join(self.names)}",
            _BAD_INPUT,
        )

    def _index(self, option: str, name: str) -> int:
        if name not in self.names:
            raise EndError(
                f"{option}: the configuration has no port {name!r}; ports are {', '.join(self.names)}",
                _BAD_INPUT,
            )
        return self.names.index(name)


def _called(port: Port) -> tuple[str | None, ...]:
    """The names under which a capture may have it."""
    return port.name, port.kernel_interface, port.host_name


def _octets(text: str) -> bytes:
    try:
        octets = bytes.fromhex(text.replace(":", "").replace("-", ""))
    except ValueError:
        octets = b""
    if len(octets) != 6 or octets[0] & 1:
        raise EndError(f"--mac: {text!r} is no MAC address of a host; write 02:00:00:00:00:01", _BAD_INPUT)
    return octets
