# SPDX-License-Identifier: Apache-2.0
"""The FIB against a dictionary: the same routes, and for every address near any of their edges the same next hop."""

from ipaddress import IPv4Network, IPv6Network

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fib.subject import NOENT, Fib, Model, Network, addresses_of

#: Few bits vary, so that prefixes cover each other and share nodes.
_BYTES = st.sampled_from([0, 1, 2, 127, 128, 254, 255])


def _network(kind: type, width: int, octets: list[int], length: int) -> Network:
    number = int.from_bytes(bytes(octets), "big")
    return kind((number >> (width - length) << (width - length), length))


def _prefixes(kind: type, width: int) -> st.SearchStrategy[Network]:
    first = st.sampled_from([[10, 1, 2], [10, 1, 3], [192, 0, 2]])
    rest = st.lists(_BYTES, min_size=width // 8 - 3, max_size=width // 8 - 3)
    octets = st.builds(lambda front, back: front + back, first, rest)
    # The shortest have a test of their own: in a FIB each of them is millions of entries.
    lengths = st.integers(8, width) | st.just(0)
    return st.builds(lambda o, length: _network(kind, width, o, length), octets, lengths)


PREFIXES = _prefixes(IPv4Network, 32) | _prefixes(IPv6Network, 128)
NEXT_HOPS = st.sampled_from([1, 2, 3, 2**20 - 1])


class FibAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.fib, self.model = Fib(), Model()
        self.bare = self.fib.memory
        #: Prefixes whose edges are looked at after each step.
        self.seen: list[Network] = []

    def _pick(self, data: st.DataObject) -> Network:
        return data.draw(st.sampled_from(self.seen) if self.seen else PREFIXES)

    @rule(prefixes=st.lists(PREFIXES, min_size=1, max_size=8), next_hop=NEXT_HOPS)
    def set(self, prefixes: list[Network], next_hop: int) -> None:
        for prefix in prefixes:
            assert self.fib.set(prefix, next_hop) == 0
            self.model.set(prefix, next_hop)
            self.seen.append(prefix)

    @rule(data=st.data(), next_hop=NEXT_HOPS)
    def change(self, data: st.DataObject, next_hop: int) -> None:
        prefix = self._pick(data)
        assert self.fib.set(prefix, next_hop) == 0
        self.model.set(prefix, next_hop)
        self.seen.append(prefix)

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        prefix = self._pick(data)
        gone = self.model.remove(prefix)
        assert self.fib.remove(prefix) == (0 if gone else NOENT)
        self.seen.append(prefix)

    def routes(self) -> dict[Network, int]:
        return self.model.routes(4) | self.model.routes(6)

    @invariant()
    def looks_up_the_same(self) -> None:
        self.compare(self.seen[-12:])

    def compare(self, prefixes: list[Network]) -> None:
        for version in (4, 6):
            wanted = [one for prefix in prefixes if prefix.version == version for one in addresses_of(prefix)]
            assert self.fib.lookup(wanted) == [self.model.lookup(one) for one in wanted]
            for one in wanted[-4:]:
                assert self.fib.match(one) == self.model.match(one)

    def teardown(self) -> None:
        """All that was ever set, and then nothing: the memory comes back, but for the tables of routes, which keep their size."""
        self.compare(self.seen)
        routes = self.routes()
        assert self.fib.routes(4) | self.fib.routes(6) == routes
        for next_hop in (1, 2, 3):
            assert self.fib.uses(next_hop) == list(routes.values()).count(next_hop)
        for prefix in routes:
            assert self.fib.remove(prefix) == 0
            self.model.remove(prefix)
        self.compare(self.seen)
        assert self.fib.memory - self.bare <= 512 * (8 + 24)


FibAgainstModel.TestCase.settings = settings(max_examples=35, stateful_step_count=25, deadline=None)
TestFibAgainstModel = FibAgainstModel.TestCase
