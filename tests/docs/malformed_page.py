# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/malformed.md, made from the sources: `python -m tests.docs.malformed_page` writes them into the page."""

from __future__ import annotations

import re
from pathlib import Path

from bfd_fastpath.wire.malformed import Malformed, Outcome, Rule

PAGE = Path(__file__).resolve().parents[2] / "docs" / "malformed.md"
COSTS = {
    Outcome.MESSAGE_IGNORED: "the message is ignored",
    Outcome.NLRI_DISCARD: "that NLRI",
    Outcome.ATTRIBUTE_DISCARD: "that attribute",
    Outcome.TREAT_AS_WITHDRAW: "treat-as-withdraw",
    Outcome.FAMILY_DISABLE: "the family",
    Outcome.SESSION_RESET: "the session",
}
HEAD = ["| where | fault | clause | costs | NOTIFICATION | counter |", "|---|---|---|---|---|---|"]


def _code(rule: Rule) -> str:
    if rule.code is None:
        return ""
    code = f"{rule.code}/{'…' if rule.subcode is None else rule.subcode}"
    return code if rule.outcome is Outcome.SESSION_RESET else f"({code})"


def table() -> str:
    """A row for each fault, in the order of the list."""
    rows = []
    for kind in Malformed:
        rule: Rule = kind.value
        cells = rule.where, rule.wrong, rule.clause, COSTS[rule.outcome], _code(rule), f"`{kind.counter}`"
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join([*HEAD, *rows])


def written(text: str) -> str:
    """The page with the table as it is now."""
    pattern = rf"{re.escape(HEAD[0])}\n(\|.*\n)+"
    return re.sub(pattern, lambda _: table() + "\n", text, count=1)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
