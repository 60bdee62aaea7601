# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench reload` with options of its own: any number of clients, one way to reload only, an
exchange that is cut in two."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bfd_fastpath.agent.driver import DriverError
from bfd_fastpath.agent.settings import Kind, Method
from bfd_fastpath.bench import kept
from bfd_fastpath.bench.suites.reload.change import WAYS, Reloaded, measure
from bfd_fastpath.bench.suites.reload.clients import clients
from bfd_fastpath.bench.suites.reload.rows import missing
from bfd_fastpath.lab.stage import StageError


def main(arguments: list[str]) -> int:
    """0, or 1 when a route server would not do it."""
    parser = argparse.ArgumentParser(prog="bfd-fastpath bench reload")
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--prefixes", type=int, default=300, help="of a client in the mean")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--split", action="store_true", help="half of the clients lose the other half")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server", type=Kind, choices=list(Kind), help="one of them only")
    parser.add_argument("--method", type=Method, choices=list(Method), help="one of the ways only")
    kept.add_option(parser, "each change's time")
    asked = parser.parse_args(arguments)
    members = clients(asked.clients, asked.prefixes, asked.seed)
    code, found = 0, list[Reloaded]()
    for kind, method in WAYS:
        if asked.server not in (None, kind) or asked.method not in (None, method):
            continue
        if absent := missing(kind):
            print(f"{kind.value}, {method.value}: {': '.join(absent)}", file=sys.stderr)
            code = 1
            continue
        with tempfile.TemporaryDirectory() as room:
            try:
                found.append(measure(kind, method, members, Path(room), asked.runs, split=asked.split))
            except (DriverError, StageError) as error:
                print(f"{kind.value}, {method.value}: {error}", file=sys.stderr)
                code = 1
                continue
        print(_told(found[-1]))
    kept.keep(asked.json, [asdict(one) for one in found])
    return code


def _told(found: Reloaded) -> str:
    return (
        f"{found.kind.value}, {found.method.value}: {found.clients} clients, {found.prefixes} prefixes, "
        f"{found.configuration / 1e6:.2f} MB of configuration, {found.filters / 1e6:.2f} MB of filters; "
        f"up after {found.up_s:.1f} s, {found.resident / 2**20:.0f} MiB; "
        f"a change {_ms(statistics.median(found.took_s))} ms"
        f" (median of {len(found.took_s)}; {_ms(min(found.took_s))} - {_ms(max(found.took_s))}), "
        f"{_ms(statistics.median(found.cpu_s))} ms of a processor"
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.0f}"
