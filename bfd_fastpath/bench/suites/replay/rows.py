# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite replay: micro benches on a capture of millions of hellos."""

from collections.abc import Iterator

from bfd_fastpath.bench import micro
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Row, Skipped


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As pytest-benchmark has them."""
    yield from micro.rows("replay", asked)
