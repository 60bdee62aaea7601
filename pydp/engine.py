# SPDX-License-Identifier: Apache-2.0
"""An engine: ports, addresses, neighbours, BFD sessions and the worker that runs them. Several may live in
one process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from typing import Any

from pydp.addresses import Address, as_address, fill, mac_octets, mac_text, read_known
from pydp.errors import InvalidArgumentError, raise_status
from pydp.events import Events
from pydp.ffi import ffi, lib
from pydp.forwarding import ForwardingConfig, set_forwarding
from pydp.handle import EngineHandle
from pydp.key_chains import KeyChains
from pydp.nexthops import NextHops
from pydp.ports import Port
from pydp.reflector import ReflectorConfig, set_reflector
from pydp.routes import Routes
from pydp.sessions import Sessions
from pydp.states import Idle, NeighbourState
from pydp.stats import Stats

_NEVER = 2**64 - 1
#: Workers of an engine.
WORKERS_MOST = 16
#: Packets a second to a host, unless told.
HOST_RATE = 10_000


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What the engine knows of a neighbour's link-layer address."""

    address: Address
    port: int
    vlan: int
    #: "02:00:00:00:00:01"; all zero while unknown.
    mac: str
    state: NeighbourState
    #: When the MAC address was last confirmed, nanoseconds of the engine's clock; 0: never.
    confirmed_ns: int


def clock_ns() -> int:
    """The clock of running engines: CLOCK_MONOTONIC in nanoseconds."""
    return int(lib.pydp_clock_ns())


class Engine(EngineHandle):
    """One engine; `with` closes it. One control thread at a time; its calls block until the worker has
    carried them out.

    `name`: at most 20 characters, unique in the process. Sizes 0: the library's defaults (4096 sessions, 4096
    neighbours, 4096 ids of next hops, 8192 events); a table of neighbours has 8 places at least. `seed` of
    jitter and discriminators; 0: from the kernel. `workers` share the forwarding: each has the queues of its
    number at every port; the first one has the sessions and all the rest. Raises InvalidArgumentError,
    ExistsError, OutOfMemoryError, StateError before eal.init.
    """

    def __init__(
        self,
        name: str,
        *,
        max_sessions: int = 0,
        max_neighbours: int = 0,
        max_nexthops: int = 0,
        event_capacity: int = 0,
        workers: int = 1,
        seed: int = 0,
    ) -> None:
        if not 1 <= workers <= WORKERS_MOST:
            raise InvalidArgumentError(f"an engine has 1 to {WORKERS_MOST} workers, not {workers}")
        label = ffi.new("char[]", name.encode())
        config = ffi.new("struct pydp_engine_config *")
        config.name = label
        config.max_sessions = max_sessions
        config.max_neighbours = max_neighbours
        config.max_nexthops = max_nexthops
        config.event_capacity = event_capacity
        config.workers = workers
        config.seed = seed
        made = ffi.new("pydp_engine_t **")
        raise_status(lib.pydp_engine_create(config, made))
        self._adopt(int(ffi.cast("uintptr_t", made[0])))
        self.name = name
        self._ports: list[Port] = []
        self._hosts: list[Port] = []
        self._events = Events(self)

    def __repr__(self) -> str:
        return f"<Engine {self.name}>" if self.alive else f"<Engine {self.name} closed>"

    @property
    def _c(self) -> Any:
        return ffi.cast("pydp_engine_t *", self._address())

    def close(self) -> None:
        """Stop the worker, drop the sessions without a word to their peers, detach the ports (which stay
        open). Closing twice changes nothing.
        """
        if self.alive:
            raise_status(lib.pydp_engine_destroy(self._c))
            self._events._detach()
            self._release()
            self._ports.clear()
            self._hosts.clear()

    @property
    def sessions(self) -> Sessions:
        """The BFD sessions."""
        return Sessions(self)

    @property
    def key_chains(self) -> KeyChains:
        """The keys of authenticated sessions."""
        return KeyChains(self)

    @property
    def nexthops(self) -> NextHops:
        """What routes lead to."""
        return NextHops(self)

    @property
    def routes(self) -> Routes:
        """The routes that packets are forwarded by."""
        return Routes(self)

    @property
    def events(self) -> Events:
        """The event ring."""
        return self._events

    @property
    def stats(self) -> Stats:
        """The counters."""
        return Stats(self)

    @property
    def ports(self) -> tuple[Port, ...]:
        """The attached ports; the position of one is its index."""
        return tuple(self._ports)

    def attach(self, port: Port) -> int:
        """Give a port to this engine, while no worker runs; its index, counting from 0. BusyError,
        StateError, InvalidArgumentError (it has more queues than the engine workers).
        """
        index = ffi.new("uint32_t *")
        raise_status(lib.pydp_engine_attach(self._c, port._c, index))
        self._ports.append(port)
        return int(index[0])

    def host_set(self, port: int, host: Port, *, rate: int = HOST_RATE) -> None:
        """Give a port a host, while no worker runs and for good: what comes for our addresses and is not the
        engine's goes out at `host` (a TAP, an in-memory link's end), at most `rate` packets a second
        (1 to 10,000,000); what comes from there goes out at the port as it is. BusyError (host is an engine's
        already), ExistsError (the port has one), StateError, InvalidArgumentError.
        """
        raise_status(lib.pydp_engine_host(self._c, port, host._c))
        self._hosts.append(host)
        self.host_rate(port, rate)

    def host_rate(self, port: int, rate: int) -> None:
        """Packets a second to a port's host. StateError (it has none), InvalidArgumentError."""
        try:
            raise_status(lib.pydp_engine_host_rate(self._c, port, rate))
        except OverflowError as error:
            raise InvalidArgumentError(f"a rate of {rate} packets a second is out of range") from error

    def address_add(self, port: int, address: IPv4Interface | IPv6Interface | str, *, vlan: int = 0) -> None:
        """Own an address ("192.0.2.1/24") on a port: sessions may send from it, ARP or ND for it is answered.
        Repeating it changes nothing. Raises InvalidArgumentError, NotFoundError (port), OutOfMemoryError.
        """
        try:
            interface = ip_interface(address)
        except ValueError as error:
            raise InvalidArgumentError(
                f"{address!r} is not an address with its prefix length; write 192.0.2.1/24"
            ) from error
        if getattr(interface, "scope_id", None) is not None:
            raise InvalidArgumentError(f"{address} has a scope; leave out the part from %, the port says it")
        raw = ffi.new("struct pydp_address *")
        fill(raw, interface.ip)
        raise_status(lib.pydp_engine_address_add(self._c, port, vlan, raw, interface.network.prefixlen))

    def address_remove(self, port: int, address: Address | str, *, vlan: int = 0) -> None:
        """Give up an address; repeating it changes nothing. BusyError while a session sends from it."""
        raise_status(lib.pydp_engine_address_remove(self._c, port, vlan, _raw(address)))

    def start(
        self,
        *,
        cpu: int | Sequence[int] | None = None,
        idle: Idle = Idle.SLEEP,
        max_sleep_us: int = 0,
    ) -> None:
        """Start the worker's thread, or those of several: on one CPU (of the first worker, or one for each),
        or wherever the scheduler likes; sleeping while there is nothing to do, or spinning. `max_sleep_us`
        (0: 500) is the longest sleep while some port has no receive interrupt. StateError,
        InvalidArgumentError.
        """
        config = ffi.new("struct pydp_worker_config *")
        wanted = [-1] if cpu is None else [cpu] if isinstance(cpu, int) else list(cpu) or [-1]
        others = ffi.new("int32_t[]", wanted[1:])
        config.cpu = wanted[0]
        config.cpus = others
        config.cpu_count = len(wanted) - 1
        config.idle = idle
        config.max_sleep_us = max_sleep_us
        raise_status(lib.pydp_engine_start(self._c, config))

    def stop(self) -> None:
        """Stop the worker; sessions stay as they are, and time stands still for them. Stopping twice changes
        nothing.
        """
        if self.running:
            raise_status(lib.pydp_engine_stop(self._c))

    @property
    def running(self) -> bool:
        """True while workers run."""
        return self.stats.worker().running

    def step(self, now_ns: int, *, worker: int | None = None) -> int:
        """One turn of the worker loop at this time, which never runs backwards; packets received. Of several
        workers each has its turn, the first one last, or only that one. StateError while a worker runs.
        """
        packets = ffi.new("uint32_t *")
        if worker is None:
            raise_status(lib.pydp_engine_step(self._c, now_ns, packets))
        else:
            raise_status(lib.pydp_engine_step_worker(self._c, worker, now_ns, packets))
        return int(packets[0])

    def next_deadline(self) -> int | None:
        """When a timer of this engine, which does not run, is due next, or an earlier time, in nanoseconds
        of the stepped clock; None: never.
        """
        deadline = ffi.new("uint64_t *")
        raise_status(lib.pydp_engine_next_deadline(self._c, deadline))
        return None if deadline[0] == _NEVER else int(deadline[0])

    def reflector_set(self, config: ReflectorConfig) -> None:
        """Reflect S-BFD (RFC 7881) as wanted, or no more. Raises InvalidArgumentError, ExistsError (a
        discriminator is a session's).
        """
        set_reflector(self, config)

    def forwarding_set(self, config: ForwardingConfig) -> None:
        """Forward IP packets by the routes, and answer echo requests, as wanted, or no more. Raises
        InvalidArgumentError.
        """
        set_forwarding(self, config)

    def unsolicited_tell(self, rate: int) -> None:
        """Tell by events of first packets from where there is no session (RFC 9468), `rate` a second at most;
        0: of none. Raises InvalidArgumentError.
        """
        raise_status(lib.pydp_unsolicited_tell(self._c, rate))

    def neighbour_set(
        self, port: int, address: Address | str, mac: str | bytes | None, *, vlan: int = 0
    ) -> None:
        """Pin a neighbour's MAC address; None: forget it and resolve by ARP or ND again. Raises
        InvalidArgumentError.
        """
        raw = ffi.new("struct pydp_mac *")
        ffi.memmove(raw.octets, bytes(6) if mac is None else mac_octets(mac), 6)
        raise_status(lib.pydp_neighbour_set(self._c, port, vlan, _raw(address), raw))

    def neighbours(self) -> list[Neighbour]:
        """All neighbours that the engine knows or asks for."""
        count = ffi.new("uint32_t *")
        capacity = 64
        while True:
            room = ffi.new("struct pydp_neighbour[]", capacity)
            raise_status(lib.pydp_neighbour_list(self._c, room, capacity, count))
            if count[0] <= capacity:
                return [_neighbour(room[i]) for i in range(count[0])]
            capacity = 2 * count[0]


def _raw(address: Address | str) -> Any:
    raw = ffi.new("struct pydp_address *")
    fill(raw, as_address(address))
    return raw


def _neighbour(raw: Any) -> Neighbour:
    return Neighbour(
        address=read_known(raw.address),
        port=raw.port,
        vlan=raw.vlan,
        mac=mac_text(raw.mac.octets),
        state=NeighbourState(raw.state),
        confirmed_ns=raw.confirmed_ns,
    )
