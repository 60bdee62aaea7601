# SPDX-License-Identifier: Apache-2.0
"""A far end on another machine, asked over a connection. Each answer is waited for in bounded time, and what
went wrong with it ends the bench's row.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from bfd_fastpath.bench.place import Place
from bfd_fastpath.bench.suites.envelope.far import words
from bfd_fastpath.bench.suites.envelope.far.end import Look, Order
from bfd_fastpath.bench.suites.envelope.far.host import Host
from bfd_fastpath.bench.suites.envelope.far.lines import FarEndError, Lines, SilentError
from bfd_fastpath.bench.suites.envelope.far.words import Ask

_CONNECT_S: Final = 5.0
#: It may be ending the bench before.
_GREETING_S: Final = 10.0
#: EAL, a port, a million peers.
_STAND_S: Final = 60.0
_ANSWER_S: Final = 5.0


class Remote:
    """Raises FarEndError, with the place, from every call."""

    def __init__(self, lines: Lines, place: Place) -> None:
        self._lines, self._place = lines, place

    def stand(self, order: Order) -> None:
        self._ask(Ask.STAND, _STAND_S, order)

    def start(self) -> None:
        self._ask(Ask.START)

    def look(self) -> Look:
        with _at(self._place):
            return words.read_look(self._ask(Ask.LOOK))

    def missed(self) -> int:
        with _at(self._place):
            return words.read_count(self._ask(Ask.MISSED))

    def reset_gaps(self) -> None:
        self._ask(Ask.RESET_GAPS)

    def _ask(self, ask: Ask, within_s: float = _ANSWER_S, order: Order | None = None) -> Any:
        with _at(self._place):
            self._lines.send(words.question(ask, order))
            return words.answered(self._lines.receive(within_s))


@contextmanager
def remote(order: Order, place: Place) -> Iterator[Remote]:
    """Peers that stand there until the block ends. Raises FarEndError."""
    with _greeted(place) as (lines, _):
        found = Remote(lines, place)
        found.stand(order)
        yield found


def knock(place: Place) -> Host:
    """The machine of the far end that greets there. Raises FarEndError where there is none to be had."""
    with _greeted(place) as (_, host):
        return host


@contextmanager
def _greeted(place: Place) -> Iterator[tuple[Lines, Host]]:
    with _connected(place) as connection:
        lines = Lines(connection)
        with _at(place):
            try:
                host = words.greeted(lines.receive(_GREETING_S))
            except SilentError as error:
                raise FarEndError(f"{error}: it may have another bench") from None
        yield lines, host


def _connected(place: Place) -> socket.socket:
    try:
        return socket.create_connection((str(place.address), place.port), _CONNECT_S)
    except OSError as error:
        why = error.strerror or f"no answer in {_CONNECT_S:g} s"
        raise FarEndError(
            f"no far end at {place}: {why}; `bfd-fastpath bench far-end` has to listen there"
        ) from None


class _PlacedError(FarEndError):
    """Says which far end."""


@contextmanager
def _at(place: Place) -> Iterator[None]:
    try:
        yield
    except _PlacedError:
        raise
    except FarEndError as error:
        raise _PlacedError(f"the far end at {place}: {error}") from None
