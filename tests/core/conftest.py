# SPDX-License-Identifier: Apache-2.0
"""Each test that asks for `new` runs twice: on the C core and on the oracle."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from bfd_fastpath.wire.bfd import SessionConfig
from tests.core.scene import LOCAL
from tests.core.subject import Native, Oracle, Subject

New = Callable[..., Subject]

settings.register_profile("sanitized", max_examples=30, deadline=None)
if os.environ.get("PYDP_SANITIZE") == "1":
    settings.load_profile("sanitized")


@pytest.fixture(params=[Native, Oracle], ids=["native", "oracle"])
def new(request: pytest.FixtureRequest) -> New:
    """Makes sessions: new(config fields..., discriminator=, now=, seed=)."""

    def make(*, discriminator: int = LOCAL, now: int = 0, seed: int = 1, **config: Any) -> Subject:
        subject: Subject = request.param(SessionConfig(**config), discriminator, now, seed)
        return subject

    return make
