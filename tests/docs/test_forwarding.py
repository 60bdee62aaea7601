# SPDX-License-Identifier: Apache-2.0
"""docs/forwarding.md names every reason for which a packet in transit is dropped, and none that does not exist."""

import re
from pathlib import Path

import pytest

import pydp

pytestmark = pytest.mark.eal

PAGE = (Path(__file__).parents[2] / "docs/forwarding.md").read_text()


def test_every_reason_is_named_and_exists(eal: None) -> None:
    named = set(re.findall(r"`((?:drop|rx|tx|icmp-error)-[a-z0-9-]+)`", PAGE))
    texts = {one.name: one.text for one in pydp.counters()}
    wanted = {name for name, text in texts.items() if text.startswith(("not forwarded: ", "not sent: "))}
    assert wanted - named == set()
    assert named - texts.keys() == set()
