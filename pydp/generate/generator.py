# SPDX-License-Identifier: Apache-2.0
"""A generator's life: its ports, its worker, and what it has of peers and flows."""

from dataclasses import dataclass
from typing import Any

from pydp.addresses import Address, as_address, fill
from pydp.errors import raise_status
from pydp.ffi import ffi, lib
from pydp.generate.flows import Flow, FlowConfig
from pydp.generate.peers import Peers, PeersConfig, wanted
from pydp.generate.states import counter_names
from pydp.handle import Handle
from pydp.ports import Port
from pydp.states import Idle


@dataclass(frozen=True, slots=True)
class GeneratorWorker:
    """The generator's own lateness. A poll gap is the time from one look at the ports to the next."""

    turns: int
    #: Turns that received or sent something.
    busy_turns: int
    poll_gap_max_ns: int
    #: Bucket i counts gaps in [2**i, 2**(i + 1)) microseconds, bucket 0 everything below 2.
    poll_gap_us_log2: tuple[int, ...]
    running: bool


class Generator(Handle):
    """One generator; `with` closes it. One control thread at a time.

    `name`: at most 20 characters. Sizes 0: 65,536 peers and 16 flows (at most 1,048,576 and 256). `tag`: of
    the flows' packets; those of other tags are not ours. `unchecked`: checksums of what is received are not
    verified. `seed` of jitter and garbage; 0: from the kernel. Raises InvalidArgumentError, OutOfMemoryError,
    StateError before eal.init.
    """

    def __init__(
        self,
        name: str,
        *,
        max_peers: int = 0,
        max_flows: int = 0,
        tag: int = 0,
        unchecked: bool = False,
        seed: int = 0,
    ) -> None:
        label = ffi.new("char[]", name.encode())
        config = ffi.new("struct pydp_generator_config *")
        config.name = label
        config.max_peers = max_peers
        config.max_flows = max_flows
        config.tag = tag
        config.unchecked = unchecked
        config.seed = seed
        made = ffi.new("pydp_generator_t **")
        raise_status(lib.pydp_generator_create(config, made))
        self._adopt(int(ffi.cast("uintptr_t", made[0])))
        self.name = name
        self._ports: list[Port] = []

    def __repr__(self) -> str:
        return f"<Generator {self.name}>" if self.alive else f"<Generator {self.name} closed>"

    @property
    def _c(self) -> Any:
        return ffi.cast("pydp_generator_t *", self._address())

    def close(self) -> None:
        """Stop the worker; the peers fall silent, and the ports stay open. Closing twice changes nothing."""
        if self.alive:
            raise_status(lib.pydp_generator_destroy(self._c))
            self._release()
            self._ports.clear()

    @property
    def ports(self) -> tuple[Port, ...]:
        """The attached ports; the position of one is its index."""
        return tuple(self._ports)

    def attach(self, port: Port) -> int:
        """Give a port to this generator, while no worker runs; its index. BusyError, StateError."""
        index = ffi.new("uint32_t *")
        raise_status(lib.pydp_generator_attach(self._c, port._c, index))
        self._ports.append(port)
        return int(index[0])

    def hosts_add(self, port: int, first: Address | str, count: int = 1, *, vlan: int = 0) -> None:
        """Answer ARP and neighbour solicitations for count addresses from first on. Peers and the sources of
        flows need no such call.
        """
        raw = ffi.new("struct pydp_address *")
        fill(raw, as_address(first))
        raise_status(lib.pydp_generator_hosts_add(self._c, port, vlan, raw, count))

    def peers(self, config: PeersConfig) -> Peers:
        """Add peers, which start with the next turn. Raises InvalidArgumentError, OutOfMemoryError,
        ExistsError (discriminators overlap).
        """
        group = ffi.new("uint32_t *")
        raise_status(lib.pydp_generate_peers_add(self._c, wanted(config), group))
        return Peers(self, int(group[0]), config)

    def flow(self, number: int = 0, config: FlowConfig | None = None) -> Flow:
        """The flow of a number, set up to be sent when a configuration is given."""
        flow = Flow(self, number)
        if config is not None:
            flow.set(config)
        return flow

    def start(self, *, cpu: int | None = None, idle: Idle = Idle.POLL, max_sleep_us: int = 0) -> None:
        """Start the worker thread: on one CPU, or wherever the scheduler likes; spinning, or sleeping
        between what is due (at most `max_sleep_us`, 0: 100) and hearing nothing meanwhile. StateError.
        """
        config = ffi.new("struct pydp_worker_config *")
        config.cpu = -1 if cpu is None else cpu
        config.idle = idle
        config.max_sleep_us = max_sleep_us
        raise_status(lib.pydp_generator_start(self._c, config))

    def stop(self) -> None:
        """Stop the worker. Stopping twice changes nothing."""
        raise_status(lib.pydp_generator_stop(self._c))

    def step(self, now_ns: int) -> int:
        """One turn at this time, which never runs backwards; packets received. StateError while a worker
        runs.
        """
        packets = ffi.new("uint32_t *")
        raise_status(lib.pydp_generator_step(self._c, now_ns, packets))
        return int(packets[0])

    def counters(self, port: int) -> dict[str, int]:
        """What was counted on one attached port, by name."""
        names = counter_names()
        values = ffi.new("uint64_t[]", len(names))
        raise_status(lib.pydp_generator_counters(self._c, port, values, len(names)))
        return dict(zip(names, values, strict=True))

    def worker(self) -> GeneratorWorker:
        """The worker's own lateness."""
        raw = ffi.new("struct pydp_generate_worker *")
        raise_status(lib.pydp_generator_worker(self._c, raw))
        return GeneratorWorker(
            turns=raw.turns,
            busy_turns=raw.busy_turns,
            poll_gap_max_ns=raw.poll_gap_max_ns,
            poll_gap_us_log2=tuple(raw.poll_gap_us_log2),
            running=bool(raw.running),
        )

    def reset_gap(self) -> None:
        """Forget the longest poll gap and the histogram of gaps."""
        raise_status(lib.pydp_generator_worker_reset(self._c))
