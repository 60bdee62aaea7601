# SPDX-License-Identifier: Apache-2.0
"""[engine] workers and cpus, and the queues of ports."""

import pytest

from bfd_fastpath.config import plan
from bfd_fastpath.config.steps import NeedsRestart
from tests.config.texts import GOOD, fault, good


def engine(text: str, port: str = "") -> str:
    return GOOD.replace("[[port]]\n", f"[engine]\n{text}\n[[port]]\n{port}\n", 1)


def test_one_worker_unless_written():
    config = good()
    assert (config.engine.workers, config.engine.cpus, config.ports[0].queues) == (1, (), None)
    config = good(engine("workers = 2\ncpus = [3, 5]", "queues = 1"))
    assert (config.engine.workers, config.engine.cpus, config.ports[0].queues) == (2, (3, 5), 1)


@pytest.mark.parametrize(
    ("text", "port", "key", "wrong"),
    [
        ("workers = 2\ncpus = [3]", "", "engine.cpus", "1 CPUs for 2 workers"),
        ("cpu = 1\ncpus = [3]", "", "engine.cpus", "cpu says where the first worker runs"),
        ("workers = 0", "", "engine.workers", "0"),
        ("workers = 2", "queues = 3", "port[0].queues", "3 queues, and 2 workers"),
    ],
)
def test_what_cannot_be_is_a_fault(text: str, port: str, key: str, wrong: str):
    found = fault(engine(text, port))
    assert found.key == key
    assert wrong in found.wrong


def test_other_workers_and_queues_need_a_restart():
    steps = plan(good(engine("workers = 2")), good(engine("workers = 4", "queues = 3")))
    assert {step.key for step in steps if isinstance(step, NeedsRestart)} == {
        "engine.workers",
        "port[lan0].queues",
    }
