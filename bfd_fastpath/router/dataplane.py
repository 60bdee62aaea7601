# SPDX-License-Identifier: Apache-2.0
"""The engine of one router with its ports and addresses, as the configuration names them. It knows no next
hop and no BGP."""

from collections.abc import Mapping

import structlog

import pydp
from bfd_fastpath.config.model import Config, Host, Idle, InterfaceAddress, Network, Port, XdpRedirect
from bfd_fastpath.net.kernel_link import LinkState, link_of
from bfd_fastpath.session import Attachment

_log = structlog.get_logger("dataplane")
#: Of the event ring: a session that fails and comes back tells of four steps. What does not fit costs a look
#: at each session.
_EVENTS_A_SESSION = 4
_EVENTS_LEAST, _EVENTS_MOST = 1 << 13, 1 << 17


def devargs(port: Port) -> str:
    """What DPDK is given for a port: its devargs, with our XDP program where the port shares its wire with
    the kernel."""
    if port.xdp_redirect is XdpRedirect.BFD and "xdp_prog=" not in port.devargs:
        return f"{port.devargs},xdp_prog={pydp.xdp_program()}"
    return port.devargs


def _event_capacity(max_sessions: int) -> int:
    return min(max(_EVENTS_A_SESSION * max_sessions, _EVENTS_LEAST), _EVENTS_MOST)


class Dataplane:
    """An engine whose ports are known by their names in the configuration.

    Ports handed in are used and left open; the others are opened and closed here. `close()` undoes
    everything, also half of it when something failed.
    """

    def __init__(self, name: str, config: Config, ports: Mapping[str, pydp.Port]) -> None:
        self._name = name
        self._config = config
        self._given = ports
        self._opened: list[pydp.Port] = []
        self._engine: pydp.Engine | None = None
        self._indices: dict[str, int] = {}
        self._hosts: dict[str, pydp.Port] = {}
        #: The kernel's interface below a port.
        self._below = {port.name: port.kernel_interface for port in config.ports}
        self._lan: dict[str, tuple[Network, ...]] = {}
        self._addresses: dict[str, list[InterfaceAddress]] = {}
        self._dropping: list[tuple[str, InterfaceAddress]] = []

    @property
    def engine(self) -> pydp.Engine:
        """The engine. RuntimeError before create() and after close()."""
        if self._engine is None:
            raise RuntimeError("the router's engine is not open")
        return self._engine

    @property
    def is_open(self) -> bool:
        return self._engine is not None

    def create(self) -> None:
        """Makes the engine. PydpError."""
        settings = self._config.engine
        self._engine = pydp.Engine(
            self._name,
            max_sessions=settings.max_sessions,
            max_neighbours=settings.max_neighbours,
            max_nexthops=self._config.forwarding.max_next_hops,
            event_capacity=_event_capacity(settings.max_sessions),
            workers=settings.workers,
        )

    def open_port(self, port: Port) -> None:
        """Opens a port, unless it was handed in, and gives it to the engine, whose worker must not run yet.
        PydpError."""
        end = self._given.get(port.name)
        if end is None:
            end = pydp.Port(
                devargs(port), queues=port.queues or self._config.engine.workers, mtu=port.mtu or 0
            )
            self._opened.append(end)
        index = self._indices[port.name] = self.engine.attach(end)
        if port.host is Host.TAP:
            self._open_host(port, index, end.info().mac)
        self._lan[port.name] = port.lan
        self._addresses[port.name] = []

    def _open_host(self, port: Port, index: int, mac: str) -> None:
        """The kernel's interface beside the port, with its MAC address."""
        tap = pydp.Port(f"net_tap_{port.host_name},iface={port.host_name},mac={mac}")
        self._opened.append(tap)
        self._hosts[port.name] = tap
        self.engine.host_set(index, tap, rate=port.host_rate)

    def start(self) -> None:
        """Starts the workers."""
        settings = self._config.engine
        idle = pydp.Idle.POLL if settings.idle is Idle.POLL else pydp.Idle.SLEEP
        self.engine.start(cpu=settings.cpus or settings.cpu, idle=idle, max_sleep_us=settings.max_sleep_us)

    def close(self) -> None:
        """Stops the worker and drops what sessions there are without a word to their peers."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()
        for port in self._opened:
            port.close()
        self._opened.clear()

    @property
    def indices(self) -> Mapping[str, int]:
        """The engine's indices of the ports by name."""
        return self._indices

    def index(self, port: str) -> int:
        """The engine's index of a port by its name."""
        return self._indices[port]

    def names(self) -> list[str]:
        """The names of the ports, in the order of the engine's indices."""
        return list(self._indices)

    def port(self, port: str) -> pydp.Port:
        """The port of a name."""
        return self.engine.ports[self._indices[port]]

    def host(self, port: str) -> pydp.Port | None:
        """The TAP beside the port of a name; None where there is none."""
        return self._hosts.get(port)

    def link(self, port: str) -> LinkState:
        """Of the port of a name. Drivers that sit on an interface of the kernel (af_packet, af_xdp) call
        their link up whatever that one's is, so it is asked."""
        below = self._below.get(port)
        if below:
            return link_of(below)
        return LinkState.UP if self.port(port).info().link_up else LinkState.DOWN

    def addresses(self, port: str) -> tuple[InterfaceAddress, ...]:
        return tuple(self._addresses[port])

    def add_address(self, port: str, address: InterfaceAddress) -> None:
        """PydpError when the engine refuses."""
        text = f"{address.address}/{address.prefix_length}"
        self.engine.address_add(self._indices[port], text, vlan=address.vlan)
        if (port, address) in self._dropping:
            self._dropping.remove((port, address))
        if address not in self._addresses[port]:
            self._addresses[port].append(address)

    def drop_address(self, port: str, address: InterfaceAddress) -> None:
        """No new session is to use the address; purge() takes it from the engine once the last session has
        left it."""
        self._addresses[port].remove(address)
        self._dropping.append((port, address))

    def purge(self) -> None:
        """Takes dropped addresses from the engine; those that a session still says AdminDown from stay for
        the next time."""
        for port, address in self._dropping[:]:
            try:
                self.engine.address_remove(self._indices[port], address.address, vlan=address.vlan)
            except pydp.BusyError:
                continue
            except pydp.NotFoundError:
                _log.warning("address was gone already", port=port, address=str(address))
            self._dropping.remove((port, address))

    def set_lan(self, port: str, lan: tuple[Network, ...]) -> None:
        self._lan[port] = lan

    def attachments(self) -> list[Attachment]:
        """Our addresses, as sessions look for their path in them."""
        return [
            Attachment(index, name, one.address, one.network, one.vlan, self._lan[name])
            for name, index in self._indices.items()
            for one in self._addresses[name]
        ]
