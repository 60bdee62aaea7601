# SPDX-License-Identifier: Apache-2.0
"""What --port and --far-end may be together, and which machine is behind the latter."""

from collections.abc import Sequence
from typing import Any

from bfd_fastpath.bench.place import Place, place
from bfd_fastpath.bench.suites.envelope.far.lines import FarEndError
from bfd_fastpath.bench.suites.envelope.far.remote import knock


def fault(ports: Sequence[str], far_end: str | None) -> str:
    """Why a bench cannot begin with these; "" where it can. Knocks at the far end."""
    if far_end is None:
        return "" if len(ports) in (0, 2) else "--port is given twice: the engine's port and the far end's"
    if len(ports) != 1:
        return "--far-end goes with one --port, the engine's: the far end has its own"
    try:
        knock(place(far_end))
    except ValueError as error:
        return f"--far-end: {error}"
    except FarEndError as error:
        return str(error)
    return ""


def machine(far_end: Place | None) -> dict[str, Any] | None:
    """What it tells of itself, as JSON; None without a far end elsewhere, or where it greets no more."""
    try:
        return None if far_end is None else knock(far_end).to_json()
    except FarEndError:
        return None
