# SPDX-License-Identifier: Apache-2.0
"""The same packets through the kernel's forwarding and through ours: what comes out is the same, octet for octet, but for the
differences that docs/decisions.md explains."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from tests.interop.forward.dice import Dice
from tests.interop.forward.differences import DIFFERENCES, SEEN, Packet
from tests.interop.forward.kernel import Kernel
from tests.interop.forward.large import LARGE, MTUS
from tests.interop.forward.ours import Ours
from tests.interop.forward.outcome import Out, sorted_out, words
from tests.interop.forward.packets import NAMED, Case, frame_of
from tests.shape.tree import REPOSITORY

pytestmark = [pytest.mark.root, pytest.mark.eal]

SEEDS = range(1, 4)
AT_RANDOM = 600
_routers = itertools.count()


@dataclass
class Carried:
    """A frame, and what came out of the kernel and of our engine because of it."""

    frame: bytes
    kernel: Out
    ours: Out

    def __str__(self) -> str:
        return f"{self.frame.hex()}: kernel {words(self.kernel)}, ours {words(self.ours)}"


class Both:
    """The two routers."""

    def __init__(self, kernel: Kernel, ours: Ours) -> None:
        self._kernel, self._ours = kernel, ours
        #: None comes twice: what the kernel says late of an earlier packet is of that.
        self._numbers = itertools.count()

    def through(self, cases: Iterable[Case]) -> tuple[list[Carried], Carried]:
        """Each case, and what does not show its number."""
        by_port: tuple[list[bytes], list[bytes]] = ([], [])
        numbered: dict[int, bytes] = {}
        for case, number in zip(cases, self._numbers, strict=False):
            frame = numbered[number] = frame_of(case, number, bytes(self._ours.ether(case.port))[:12])
            by_port[case.port].append(frame)
        found = []
        for carry in (self._kernel.through, self._ours.each_through):
            out: tuple[list[bytes], list[bytes]] = ([], [])
            for port in range(2):
                for known, more in zip(out, carry(by_port[port], port), strict=True):
                    known += more
            found.append(sorted_out(out))
        kernel, ours = found
        return (
            [Carried(frame, kernel[number], ours[number]) for number, frame in numbered.items()],
            Carried(b"", kernel[None], ours[None]),
        )


@pytest.fixture(scope="module")
def both(eal: None) -> Iterator[Both]:
    with (
        Ours(f"kernel{next(_routers)}") as ours,
        Kernel([link[0].info().mac for link in ours.links]) as kernel,
    ):
        yield Both(kernel, ours)


@pytest.fixture(scope="module")
def jumbo(eal: None) -> Iterator[Both]:
    """With ports of other MTUs than 1500."""
    with (
        Ours(f"kernel{next(_routers)}", MTUS) as ours,
        Kernel([link[0].info().mac for link in ours.links], MTUS) as kernel,
    ):
        yield Both(kernel, ours)


@pytest.fixture(scope="module")
def named(both: Both) -> tuple[list[Carried], Carried]:
    return both.through(NAMED.values())


@pytest.mark.parametrize("name", NAMED)
def test_a_packet_comes_out_the_same(named: tuple[list[Carried], Carried], name: str) -> None:
    one = named[0][list(NAMED).index(name)]
    if name not in SEEN:
        assert one.ours == one.kernel, str(one)
        return
    from_kernel, from_us, why = SEEN[name]
    assert one.ours != one.kernel, "no difference any more: take it out of SEEN and of docs/decisions.md"
    assert (words(one.kernel), words(one.ours)) == (from_kernel, from_us)
    assert DIFFERENCES[why].applies(Packet(one.frame))


def test_large_frames_come_out_the_same(jumbo: Both) -> None:
    carried, rest = jumbo.through(LARGE.values())
    odd = [f"{name}: {one}" for name, one in zip(LARGE, carried, strict=True) if one.kernel != one.ours]
    assert odd == []
    assert rest.kernel == rest.ours
    assert all(one.ours for one in carried)
    for port, mtu in enumerate(MTUS):
        assert max(len(frame) for one in carried for out, frame in one.ours if out == port) == 14 + mtu


def test_nothing_comes_out_unasked(named: tuple[list[Carried], Carried]) -> None:
    assert named[1].ours == named[1].kernel


@pytest.mark.parametrize("seed", SEEDS)
def test_packets_at_random_come_out_the_same(both: Both, seed: int) -> None:
    dice = Dice(seed)
    carried, _ = both.through(dice.case() for _ in range(AT_RANDOM))
    odd = [
        str(one)
        for one in carried
        if one.kernel != one.ours
        and not any(known.applies(Packet(one.frame)) for known in DIFFERENCES.values())
    ]
    assert odd == []
    assert sum(one.kernel == one.ours != [] for one in carried) > AT_RANDOM // 4


def test_every_difference_has_been_seen() -> None:
    assert {why for _, _, why in SEEN.values()} == set(DIFFERENCES)
    assert set(SEEN) <= set(NAMED)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_every_difference_is_explained(name: str) -> None:
    told = (
        (REPOSITORY / "docs/decisions.md").read_text().split("## Forwarding beside Linux")[1].split("## ")[0]
    )
    assert f"* **{name[0].upper()}{name[1:]}**" in told
