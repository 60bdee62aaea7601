# SPDX-License-Identifier: Apache-2.0
"""One sentence about why a next hop is in its state, for people. The machine's answer is Entry.reason."""

from __future__ import annotations

from bfd_fastpath.nhib.entry import Entry
from bfd_fastpath.nhib.observation import diagnostic_name
from bfd_fastpath.nhib.state import Reason

_SENTENCES = {
    Reason.ASKED: "asked for; no session yet",
    Reason.SESSION_LIMIT: "no BFD session: the cap on sessions is reached (nhib.max-sessions)",
    Reason.OUTSIDE_LAN: "no BFD session: outside the peering LAN (nhib.allowed-prefixes)",
    Reason.NO_PORT: "no BFD session: no port of ours has an address in its subnet",
    Reason.OWN_ADDRESS: "no BFD session: it is an address of ours",
    Reason.PEER_WITHOUT_BFD: "no BFD session: the member is known to run no BFD",
    Reason.BFD_DISABLED: "no BFD session: switched off for learned next hops (bfd.enabled)",
    Reason.ENGINE_REFUSED: "no BFD session: the engine refused it",
    Reason.NO_ANSWER: "the session was never Up: no hello was heard",
    Reason.NEIGHBOUR_UNRESOLVED: "the session was never Up: ARP or ND has no answer",
    Reason.COMING_UP: "hellos are heard, the session is not Up yet",
    Reason.LOCAL_ADMIN_DOWN: "the session is administratively down here",
    Reason.PEER_ADMIN_DOWN: "the peer took its session administratively down",
    Reason.CLEARED: "was Down until an operator cleared it",
    Reason.RETRY_PASSED: "was Down for all of down-retry, and is no longer believed to be",
    Reason.SESSION_UP: "the session is Up",
}


def explain(entry: Entry, now_ns: int) -> str:
    """Why the entry is in its state, as of now_ns (same clock as the entry's times)."""
    if entry.reason is Reason.SESSION_DOWN:
        return _failure(entry, now_ns)
    sentence = _SENTENCES[entry.reason]
    if entry.last_up_ns is not None and sentence.startswith("the session was never Up: "):
        sentence = sentence.replace("was never Up", "is not Up again")
    if entry.leaves_ns is not None:
        sentence += f"; nobody asks for it, it leaves in {_seconds(entry.leaves_ns - now_ns)}"
    return sentence


def _failure(entry: Entry, now_ns: int) -> str:
    seen = entry.failure
    if seen is None:
        return "the session was Up and failed"
    sentence = f"the session was Up and failed with {diagnostic_name(seen.diagnostic)}"
    if seen.last_hello_ns is not None and entry.last_down_ns is not None:
        sentence += f"; last hello {_millis(entry.last_down_ns - seen.last_hello_ns)} before"
    sentence += f"; own poll gap {_millis(seen.poll_gap_us * 1000)}"
    if entry.retry_until_ns is not None:
        sentence += f"; kept for another {_seconds(entry.retry_until_ns - now_ns)}"
    return sentence if entry.askers else sentence + ", although nobody asks"


def _millis(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:.1f} ms"


def _seconds(nanoseconds: int) -> str:
    return f"{max(0, nanoseconds) / 1e9:.0f} s"
