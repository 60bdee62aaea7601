# SPDX-License-Identifier: Apache-2.0
"""Our own engine as the target: in this process, at the end of a cable in memory, stepped through simulated
time.

It needs neither root nor a NIC, and an hour of it passes in seconds.
"""

import itertools
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from ipaddress import ip_address
from typing import Final

import pydp
from bfd_fastpath.lab.conformance.authentication import AuthType, Key
from bfd_fastpath.lab.conformance.far_end import Ends
from bfd_fastpath.lab.conformance.frame import Address
from bfd_fastpath.lab.conformance.row import Need
from bfd_fastpath.lab.conformance.subject import Stand, SubjectError, Wish
from bfd_fastpath.lab.eal import start_eal

TARGET: Final = {4: ip_address("192.0.2.1"), 6: ip_address("2001:db8::1")}
OURS: Final = {4: ip_address("192.0.2.2"), 6: ip_address("2001:db8::2")}
SECOND: Final = {4: ip_address("192.0.2.3"), 6: ip_address("2001:db8::3")}
_MAC: Final = bytes.fromhex("020000000002")
_SECOND_MAC: Final = bytes.fromhex("020000000003")
_BEGINNING_NS: Final = 1_000_000_000
_BURST: Final = 64
_ALGORITHMS: Final = {
    AuthType.SIMPLE_PASSWORD: pydp.CryptoAlgorithm.SIMPLE_PASSWORD,
    AuthType.KEYED_MD5: pydp.CryptoAlgorithm.MD5,
    AuthType.METICULOUS_KEYED_MD5: pydp.CryptoAlgorithm.MD5,
    AuthType.KEYED_SHA1: pydp.CryptoAlgorithm.SHA_1,
    AuthType.METICULOUS_KEYED_SHA1: pydp.CryptoAlgorithm.SHA_1,
}
_numbers = itertools.count(1)


class MemoryLine:
    """The cable: time passes only while something is waited for, from one deadline of the engine to the
    next.
    """

    #: The engine rounds its timers to ticks of its wheel.
    slack_ns = 50_000
    simulated = True

    def __init__(
        self, engine: pydp.Engine, port: pydp.Port, pool: pydp.Mempool, bursts: list[pydp.Burst]
    ) -> None:
        self._engine, self._port, self._pool = engine, port, pool
        self._out, self._in = bursts
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._now_ns = _BEGINNING_NS
        self._turn()

    @property
    def now_ns(self) -> int:
        return self._now_ns

    def send(self, frame: bytes) -> int:
        self._out.append(self._pool, frame)
        self._out.transmit(self._port)
        self._turn()
        return self._now_ns

    def receive(self, until_ns: int) -> tuple[int, bytes] | None:
        while not self._waiting:
            due_ns = self._engine.next_deadline()
            if due_ns is None or due_ns > until_ns:
                self._now_ns = max(self._now_ns, until_ns)
                self._turn()
                return self._waiting.popleft() if self._waiting else None
            self._now_ns = max(self._now_ns, due_ns)
            self._turn()
            if due_ns <= self._now_ns and not self._waiting and self._engine.next_deadline() == due_ns:
                # A timer of the wheel that was moved on lazily: it takes another turn, a microsecond later.
                self._now_ns += 1000
        return self._waiting.popleft()

    def _turn(self) -> None:
        self._engine.step(self._now_ns)
        while count := self._in.receive(self._port):
            for i in range(count):
                self._waiting.append((self._now_ns, bytes(self._in.view(i))))
            self._in.clear()
        while len(self._engine.events.drain()):
            pass


class OwnDriver:
    """The engine's own interface."""

    def __init__(self, engine: pydp.Engine, version: int) -> None:
        self._engine, self._version = engine, version
        self._session = 0

    def remove(self) -> None:
        for session in self._engine.sessions.list():
            self._engine.sessions.remove(session, now=True)

    def make(self, wish: Wish) -> None:
        self._session = self._engine.sessions.upsert(self._config(wish, OURS))

    def change(self, wish: Wish) -> None:
        self._engine.sessions.upsert(self._config(wish, OURS))

    def second(self, wish: Wish) -> None:
        self._engine.sessions.upsert(self._config(wish, SECOND))

    def reset_forwarding(self) -> None:
        self._engine.sessions.forwarding_reset(self._session)

    def concatenated(self, down: bool) -> None:
        config = self._engine.sessions.read(self._session).config
        path = pydp.Diagnostic.CONCATENATED_PATH_DOWN if down else pydp.Diagnostic.NONE
        self._engine.sessions.upsert(replace(config, concatenated_path=path))

    def _chain(self, key: Key | None) -> int:
        """The number of a key chain that has this key alone; 0 without one."""
        if key is None:
            return 0
        self._engine.key_chains.set(key.type, [pydp.Key(key.key_id, _ALGORITHMS[key.type], key.secret)])
        return int(key.type)

    def _config(self, wish: Wish, peer: dict[int, Address]) -> pydp.SessionConfig:
        return pydp.SessionConfig(
            key_chain=self._chain(wish.key),
            meticulous=wish.key is not None and wish.key.type.meticulous,
            demand_enabled=wish.demand,
            desired_min_echo_tx_interval_us=wish.echo_us,
            source_addr=TARGET[self._version],
            dest_addr=peer[self._version],
            local_multiplier=wish.multiplier,
            desired_min_tx_interval_us=wish.desired_us,
            required_min_rx_interval_us=wish.required_us,
            admin_down=wish.admin_down,
            role=pydp.Role.PASSIVE if wish.passive else pydp.Role.ACTIVE,
        )


class OwnEngine:
    """The subject. `version` is that of IP; `seed` makes a run repeatable."""

    name = "self"
    key: Key | None = None
    offers = frozenset(Need)

    def __init__(self, version: int = 4, seed: int = 1) -> None:
        self._version, self._seed = version, seed
        sentence = start_eal()
        if sentence is not None:
            raise SubjectError(sentence)

    def remedy(self, need: Need) -> str:
        return "the engine does not do that"

    @contextmanager
    def open(self) -> Iterator[Stand]:
        version = self._version
        name = f"conf{next(_numbers)}"
        with ExitStack() as opened:
            pool = opened.enter_context(pydp.Mempool(name, 1023))
            near, far = (opened.enter_context(port) for port in pydp.link(name))
            bursts = [opened.enter_context(pydp.Burst(_BURST)) for _ in range(2)]
            engine = opened.enter_context(
                pydp.Engine(name, seed=self._seed, max_sessions=64, max_neighbours=64)
            )
            engine.attach(near)
            engine.address_add(0, f"{TARGET[version]}/{24 if version == 4 else 64}")
            mac = bytes.fromhex(near.info().mac.replace(":", ""))
            engine.neighbour_set(0, OURS[version], _MAC)
            engine.neighbour_set(0, SECOND[version], _SECOND_MAC)
            line = MemoryLine(engine, far, pool, bursts)
            yield Stand(
                line,
                Ends(_MAC, mac, OURS[version], TARGET[version]),
                OwnDriver(engine, version),
                Ends(_SECOND_MAC, mac, SECOND[version], TARGET[version]),
            )
