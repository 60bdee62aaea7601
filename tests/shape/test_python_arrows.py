# SPDX-License-Identifier: Apache-2.0
"""Python rooms import only what docs/architecture.md draws an arrow to."""

import pytest

from tests.shape.python_arrows import ALLOWED, complaints
from tests.shape.tree import tracked


def test_imports_follow_the_arrows_between_rooms() -> None:
    assert complaints(tracked()) == []


def test_every_room_that_exists_has_its_arrows_in_the_table() -> None:
    rooms = {
        path.split("/")[1] for path in tracked() if path.startswith("bfd_fastpath/") and path.count("/") > 1
    }
    assert rooms <= set(ALLOWED)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bfd_fastpath/wire/bgp/open.py", "from bfd_fastpath.nhib import Change"),
        ("bfd_fastpath/wire/bgp/open.py", "from ...nhib import Change"),
        ("bfd_fastpath/wire/bgp/open.py", "import time"),
        ("bfd_fastpath/nhib/base.py", "def f():\n    from pydp import events"),
        ("bfd_fastpath/report/diff.py", "from bfd_fastpath import session"),
        ("bfd_fastpath/session/manager.py", "import asyncio"),
        ("bfd_fastpath/cli/show.py", "from bfd_fastpath.daemon import process"),
        ("bfd_fastpath/nhib/base.py", "if TYPE_CHECKING:\n    from pydp import Engine"),
        ("bfd_fastpath/router/router.py", "def f():\n    import bfd_fastpath.cli.main"),
        ("bfd_fastpath/utensils/x.py", "import pydp"),
        ("pydp/engine.py", "from bfd_fastpath.config import model"),
        ("pydp/engine.py", "import tests.conftest"),
    ],
)
def test_a_wrong_arrow_is_seen(path: str, source: str) -> None:
    assert complaints({path: source}) != []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bfd_fastpath/cli/run.py", "def run():\n    from bfd_fastpath.daemon import process"),
        ("bfd_fastpath/cli/show.py", "if TYPE_CHECKING:\n    from pydp import Engine"),
        (
            "bfd_fastpath/report/diff.py",
            "from bfd_fastpath.nhib import Change\nfrom . import encode\nimport time_like",
        ),
        ("tests/x.py", "import bfd_fastpath.cli, pydp, asyncio"),
    ],
)
def test_a_right_arrow_is_accepted(path: str, source: str) -> None:
    assert complaints({path: source}) == []
