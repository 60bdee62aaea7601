# SPDX-License-Identifier: Apache-2.0
"""What the agent before left out, kept until the clients have come back and said it all again, or for a time.

It reads no clock.
"""

from collections.abc import Iterable, Mapping

from bfd_fastpath.agent.settings import Member
from bfd_fastpath.config.model import Address


class Kept:
    """`before`: next hops by client."""

    def __init__(self, before: Mapping[Address, Iterable[Address]]) -> None:
        self._before = {client: frozenset(hops) for client, hops in before.items() if hops}

    def __bool__(self) -> bool:
        return bool(self._before)

    def of(self, member: Member, said: Iterable[Address]) -> frozenset[Address]:
        """What is still left out for this member. `said`: next hops that it speaks of now, which are kept no
        longer."""
        kept: frozenset[Address] = frozenset()
        for address in member.addresses:
            left = self._before.pop(address, frozenset()) - frozenset(said)
            if left:
                self._before[address] = left
                kept |= left
        return kept

    def back(self, member: Member) -> None:
        """It has said all that it has to say: that counts from here on."""
        for address in member.addresses:
            self._before.pop(address, None)

    def end(self) -> list[Address]:
        """Keep nothing any longer; for whom there was something."""
        left, self._before = sorted(self._before, key=str), {}
        return left

    @property
    def pairs(self) -> int:
        """How many next hops of how many clients are kept, each pair one."""
        return sum(map(len, self._before.values()))
