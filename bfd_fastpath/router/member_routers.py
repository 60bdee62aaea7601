# SPDX-License-Identifier: Apache-2.0
"""Whose address each member address is, as one route server tells: AS and BGP identifier. Pure."""

from bfd_fastpath.report import Untellable
from bfd_fastpath.router.events import Address
from bfd_fastpath.wire.bgpls.profile_l7 import RouterName

Place = tuple[RouterName, int]


class Routers:
    """Addresses by router and IP version, and back."""

    def __init__(self) -> None:
        self._of: dict[Address, RouterName] = {}
        self._at: dict[Place, set[Address]] = {}
        self._changed: set[Address] = set()

    def learn(self, address: Address, router: RouterName | None) -> bool:
        """Takes what is said of an address; False when it was known already."""
        old = self._of.get(address)
        if old == router:
            return False
        if old is not None:
            place = (old, address.version)
            self._at[place].discard(address)
            self._changed |= self._at[place]
            if not self._at[place]:
                del self._at[place]
            del self._of[address]
        if router is not None:
            self._of[address] = router
            others = self._at.setdefault((router, address.version), set())
            others.add(address)
            self._changed |= others
        self._changed.add(address)
        return True

    def named(self, address: Address) -> RouterName | Untellable:
        """The router that an address stands for; why it stands for none."""
        router = self._of.get(address)
        if router is None:
            return Untellable.NO_ROUTER
        alone = len(self._at[router, address.version]) == 1
        return router if alone else Untellable.TWO_ADDRESSES

    def changed(self) -> set[Address]:
        """The addresses of which named() says something else than at the last call."""
        changed, self._changed = self._changed, set()
        return changed
