# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench far-end`: benches of other machines are served, one at a time, until it is told to
end.
"""

import os
import socket
import sys
from concurrent.futures.process import BrokenProcessPool
from typing import Final

import pydp
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.ending import in_order
from bfd_fastpath.bench.machine import facts
from bfd_fastpath.bench.place import Place
from bfd_fastpath.bench.suites.envelope.far import words
from bfd_fastpath.bench.suites.envelope.far.host import Host
from bfd_fastpath.bench.suites.envelope.far.lines import FarEndError, Lines
from bfd_fastpath.bench.suites.envelope.far.served import served, tried

_FIRST_WORD_S: Final = 10.0


@in_order()
def stand(devargs: str, place: Place, cpu: int | None) -> int:
    """0 where it was told to end; 1 where the port does not open or the place is taken; 2 for a core that is
    not to be had. cpu: of the polling worker; None: the last that this process may run on.
    """
    usable = sorted(os.sched_getaffinity(0))
    if cpu is not None and cpu not in usable:
        _say(f"--cpu {cpu}: this process may run on {', '.join(map(str, usable))}")
        return 2
    try:
        polls = usable[-1] if cpu is None else cpu
        host = Host.of(facts(cpus=(polls,)), polls)
        driver = alone(tried, devargs)
        with socket.create_server((str(place.address), place.port), family=place.family) as listener:
            _say(f"{devargs} ({driver}), for benches that come to {place}")
            if not place.address.is_loopback:
                _say("whoever reaches this address can have the port send: let it be one of a lab")
            while True:
                _next(listener, devargs, host)
    except KeyboardInterrupt:
        return 0
    except (pydp.PydpError, BrokenProcessPool) as error:
        _say(f"{devargs}: {error}")
    except OSError as error:
        _say(f"{place}: {error.strerror}")
    return 1


def _next(listener: socket.socket, devargs: str, host: Host) -> None:
    """The next bench, to its end."""
    connection, peer = listener.accept()
    with connection:
        try:
            Lines(connection).send(words.greeting(host))
            if not _speaks(connection):
                return
            _say(f"{peer[0]} measures")
            how = alone(served, connection, devargs, host.cpu)
        except (FarEndError, BrokenProcessPool, OSError) as error:
            how = str(error)
    _say(f"{peer[0]}: {how or 'it left'}")


def _speaks(connection: socket.socket) -> bool:
    """Whether who came says something, and did not only knock. What it says is left to who serves it."""
    connection.settimeout(_FIRST_WORD_S)
    return bool(connection.recv(1, socket.MSG_PEEK))


def _say(text: str) -> None:
    print(f"far-end: {text}", file=sys.stderr, flush=True)
