# SPDX-License-Identifier: Apache-2.0
"""The routes of a row as l3fwd reads them."""

from pathlib import Path

from bfd_fastpath.bench.suites.forward.routes import Maker, Table


def write(table: Table, maker: Maker, room: Path, ports: int) -> dict[int, Path]:
    """By family, for l3fwd wants a file for either. ports: 1 where everything leaves by the only port."""
    files = {}
    for family in (4, 6):
        chosen = table if table.family == family else maker.table(family, 16, 1, 1)
        files[family] = room / f"rules-{family}"
        lines = [f"R{network} {port % ports}" for network, port in chosen.networks()]
        files[family].write_text("\n".join(lines) + "\n")
    return files
