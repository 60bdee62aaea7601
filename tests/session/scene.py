# SPDX-License-Identifier: Apache-2.0
"""A session manager with its NHIB, on an engine that only keeps books."""

from ipaddress import ip_address, ip_network

from bfd_fastpath.nhib import Nhib, Reachability
from bfd_fastpath.session import Attachment, SessionManager, SessionSpec, Timers
from tests.session.ledger import LedgerEngine, batch, came_up, failed

S = 1_000_000_000
A, X, Y = ip_address("198.51.100.1"), ip_address("198.51.100.2"), ip_address("198.51.100.3")
LAN = ip_network("198.51.100.0/24")
HERE = Attachment(0, "lan0", A, LAN)
UNKNOWN, UP, DOWN = Reachability.UNKNOWN, Reachability.UP, Reachability.DOWN
FAST = SessionSpec(Timers(3, 50_000, 50_000))


class Scene:
    def __init__(self, policy=None, nhib_policy=None, attachments=(HERE,)):
        self.engine = LedgerEngine()
        self.nhib = Nhib(nhib_policy)
        self.manager = SessionManager(self.engine, self.nhib, policy)
        self.manager.set_attachments(attachments, 0)

    def entry(self, address=X):
        entry = self.nhib.get(address)
        assert entry is not None
        return entry

    def drain(self, *records):
        return self.manager.events(batch(records))

    def up(self, address=X, time_ns=1 * S):
        return self.drain(came_up(self.engine.id_of(address), time_ns))

    def down(self, address=X, time_ns=2 * S):
        return self.drain(failed(self.engine.id_of(address), time_ns))
