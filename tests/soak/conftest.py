# SPDX-License-Identifier: Apache-2.0
"""The soak needs EAL in the process: engines are stepped here."""

from types import ModuleType

import pytest


@pytest.fixture(autouse=True)
def _with_eal(eal: ModuleType) -> None:
    """EAL is ready before the first engine is made."""
