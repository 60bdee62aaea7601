# SPDX-License-Identifier: Apache-2.0
"""docs/doctor.md has every check with its points and its reason."""

import re
from pathlib import Path

from bfd_fastpath.doctor import CHECKS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "doctor.md").read_text()


def test_the_table_is_the_checks():
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (\d+) \| (.*) \|$", PAGE, re.M)
    assert rows == [(one.name, str(one.weight), one.why) for one in CHECKS]
