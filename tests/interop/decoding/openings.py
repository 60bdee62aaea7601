# SPDX-License-Identifier: Apache-2.0
"""What a peer may begin a session with that is refused here, for several daemons."""

from tests.wire.malformed_cases import Case, cases


def openings() -> list[tuple[str, str, Case]]:
    """Those in one OPEN, or in what stands for it, without anything that must be configured; nor our own name in it."""
    return [
        (kind.counter, name, case)
        for kind, name, case in cases()
        if case.opening and not (case.ours or case.theirs) and _single(case.octets) and name != "ours"
    ]


def _single(octets: bytes) -> bool:
    return int.from_bytes(octets[16:18], "big") == len(octets)
