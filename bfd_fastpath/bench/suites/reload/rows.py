# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite reload: how long a route server of a large exchange takes for a change that rs-agent
asks for, by each of the ways to ask.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bfd_fastpath.agent.driver import DriverError
from bfd_fastpath.agent.settings import Kind
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Better, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.reload.change import WAYS, Reloaded, measure
from bfd_fastpath.bench.suites.reload.clients import clients
from bfd_fastpath.lab.stage import StageError

_NAMES: Final = {Kind.OPENBGPD: "OpenBGPD", Kind.BIRD: "BIRD"}
_PROGRAMS: Final = {
    Kind.OPENBGPD: ("bgpctl", "apt-get install openbgpd"),
    Kind.BIRD: ("bird", "apt-get install bird2"),
}
#: Prefixes of a client in the mean.
_PREFIXES: Final = 300
_SEED: Final = 1


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    members = clients(asked.pick(20, 100, 1000), _PREFIXES, _SEED)
    for kind, method in WAYS:
        what = f"{_NAMES[kind]}, {method.value}"
        if absent := missing(kind):
            yield Skipped("reload", what, *absent)
            continue
        asked.say(f"{what}: {len(members):,} clients, one of which loses another")
        with TemporaryDirectory() as room:
            try:
                yield told(measure(kind, method, members, Path(room), asked.pick(2, 5, 11)))
            except (DriverError, StageError) as error:
                yield Skipped("reload", what, str(error), "")


def missing(kind: Kind) -> tuple[str, str] | None:
    """Why a route server cannot be measured here, and the command that helps."""
    program, install = _PROGRAMS[kind]
    if os.geteuid() != 0:
        return "network namespaces need root", "sudo"
    return None if shutil.which(program) else ("it is not installed", install)


def told(found: Reloaded) -> Row:
    """Each window is a change."""
    return judged(
        Row(
            name=f"{_NAMES[found.kind]}, {found.method.value}: a change with {found.clients:,} clients",
            parameters={
                "server": found.kind.value,
                "method": found.method.value,
                "clients": found.clients,
                "prefixes": found.prefixes,
            },
            unit="s",
            better=Better.LOWER,
            ours=Figure.of(found.took_s),
            detail={
                "processor-s": list(found.cpu_s),
                "configuration-octets": found.configuration,
                "filters-octets": found.filters,
                "up-after-s": round(found.up_s, 2),
                "resident-octets": found.resident,
            },
        )
    )
