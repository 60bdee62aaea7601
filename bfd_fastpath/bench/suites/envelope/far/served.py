# SPDX-License-Identifier: Apache-2.0
"""A far end for one bench on another machine, in a process of its own, since EAL starts once."""

import socket
import sys
from contextlib import suppress
from typing import Any, Final, NoReturn

import pydp
from bfd_fastpath.bench.suites.envelope.far import words
from bfd_fastpath.bench.suites.envelope.far.end import FarEnd
from bfd_fastpath.bench.suites.envelope.far.lines import FarEndError, LeftError, Lines
from bfd_fastpath.bench.suites.envelope.far.local import local
from bfd_fastpath.bench.suites.envelope.far.words import Ask
from bfd_fastpath.bench.suites.envelope.process import prefer_workers, prepare

_ORDER_S: Final = 10.0
#: A bench asks ten times a second, but for the while in which its engine gets its sessions.
_SILENT_S: Final = 60.0


def tried(devargs: str) -> str:
    """Which driver serves the port."""
    prepare((devargs,))
    with pydp.Port(devargs) as port:
        return port.info().driver


def served(connection: socket.socket, devargs: str, cpu: int) -> str:
    """How it ended, in words for people; "" where the bench left."""
    with connection:
        lines = Lines(connection)
        try:
            _stand(lines, devargs, cpu)
        except LeftError:
            return ""
        except (FarEndError, pydp.PydpError) as error:
            with suppress(FarEndError):
                lines.send(words.refusal(str(error)))
            return str(error)


def _stand(lines: Lines, devargs: str, cpu: int) -> NoReturn:
    ask, order = words.asked(lines.receive(_ORDER_S))
    if order is None:
        raise FarEndError(f"the bench asks for {ask.value} before anything stands")
    print(
        f"{order.sessions:,} sessions at {order.interval_us / 1000:g} ms x {order.multiplier}",
        file=sys.stderr,
        flush=True,
    )
    prepare((devargs,))
    with pydp.Port(devargs) as port, local(order, port, cpu) as far:
        lines.send(words.answer(None))
        while True:
            ask, _ = words.asked(lines.receive(_SILENT_S))
            lines.send(words.answer(answer(far, ask)))


def answer(far: FarEnd, ask: Ask) -> Any:
    """To a question about what stands."""
    match ask:
        case Ask.START:
            far.start()
            prefer_workers()
        case Ask.LOOK:
            return words.look(far.look())
        case Ask.MISSED:
            return far.missed()
        case Ask.RESET_GAPS:
            far.reset_gaps()
        case Ask.STAND:
            raise FarEndError("the bench has its peers: it may ask for them once")
    return None
