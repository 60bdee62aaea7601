# SPDX-License-Identifier: Apache-2.0
"""A report for people: a line for each row, the evidence where it matters, and a count at the end."""

from collections import Counter
from collections.abc import Collection, Iterator

from bfd_fastpath.lab.conformance.row import Level, Result
from bfd_fastpath.lab.conformance.suite import Report


def lines(report: Report, shown: Collection[int], *, everything: bool = False) -> Iterator[str]:
    """The rows to be shown. Evidence is given of what failed and why a row does not apply; with `everything`
    of what passed, too.
    """
    for one in report.rows:
        row = one.row
        if row.number not in shown:
            continue
        yield f"{row.number:>3}  {row.clause:<6}  {row.level:<6}  {one.result:<14}  {row.text}"
        if everything or one.result is not Result.PASS:
            yield f"     {one.evidence}"
    tried = [one for one in report.rows if one.row.number in shown]
    counts = Counter(one.result for one in tried)
    failed = [one.row for one in tried if one.result is Result.FAIL]
    musts = sum(row.level is Level.MUST for row in failed)
    yield ""
    yield (
        f"{report.target}: {counts[Result.PASS]} passed, {len(failed)} failed ({musts} of them MUST), "
        f"{counts[Result.NOT_APPLICABLE]} not applicable"
    )
