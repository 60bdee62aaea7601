# SPDX-License-Identifier: Apache-2.0
"""Rules that hold for every file of the repository; each is also shown a file that breaks it."""

from collections.abc import Callable

import pytest

from tests.shape import house_rules as rules
from tests.shape.tree import Tree, tracked

CHECKS = [
    rules.licence_complaints,
    rules.size_complaints,
    rules.name_complaints,
    rules.word_complaints,
    rules.merge_complaints,
    rules.sleep_complaints,
    rules.package_list_complaints,
]
SPDX = "# SPDX-License-Identifier: Apache-2.0\n"
LIST = {rules.PACKAGES: "# section: build\nlibdpdk-dev\nlibpcap-dev\nlibbpf-dev\nfrr\n"}


@pytest.mark.parametrize("check", CHECKS)
def test_the_repository_keeps_the_rule(check: Callable[[Tree], list[str]]) -> None:
    assert check(tracked()) == []


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (rules.licence_complaints, {"pydp/x.py": '"""No licence line."""\n' + SPDX}),
        (rules.licence_complaints, {".ci/x": "#!/bin/sh\necho\n" + SPDX}),
        (rules.size_complaints, {"native/core/x.c": "\n" * 401}),
        (rules.name_complaints, {"pydp/utils.py": SPDX}),
        (rules.name_complaints, {"bfd_fastpath/common/x.py": SPDX}),
        (rules.word_complaints, {"docs/x.md": "see /" + "root/x"}),
        (rules.word_complaints, {"x.toml": "file = /" + "home/somebody/x"}),
        (rules.merge_complaints, {"docs/x.md": "one\n" + "<" * 7 + " HEAD\ntwo\n"}),
        (rules.sleep_complaints, {"tests/test_x.py": "import time\ntime.sleep(1)\n"}),
        (rules.sleep_complaints, {"tests/test_x.py": "while True:\n    time.sleep(0.1)\n"}),
        (rules.sleep_complaints, {"tests/test_x.py": "from time import sleep\n"}),
        (
            rules.sleep_complaints,
            {"tests/test_x.py": "import asyncio\nasync def f():\n    await asyncio.sleep(1)\n"},
        ),
        (rules.sleep_complaints, {"tests/core/x.c": "int main(void) { usleep(10); }"}),
        (rules.package_list_complaints, {**LIST, "README.md": "sudo apt-get install libpcap-dev frr"}),
        (
            rules.package_list_complaints,
            {**LIST, "Makefile": "packages := libdpdk-dev libpcap-dev libbpf-dev"},
        ),
        (rules.package_list_complaints, {}),
    ],
)
def test_a_broken_rule_is_seen(check: Callable[[Tree], list[str]], bad: Tree) -> None:
    assert check(bad) != []


def test_polling_with_a_bound_is_no_sleeping() -> None:
    good = "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    while more():\n        await asyncio.sleep(0.01)\n"
    assert rules.sleep_complaints({"tests/test_x.py": good}) == []
