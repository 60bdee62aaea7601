# SPDX-License-Identifier: Apache-2.0
# Types of the compiled module events.pyx; what the names do is written there.
from typing import Any

import numpy
from numpy.typing import NDArray

from pydp.handle import EngineHandle

EVENT_DTYPE: numpy.dtype[Any]
UNSOLICITED_DTYPE: numpy.dtype[Any]

class Events:
    def __init__(self, engine: EngineHandle, capacity: int = 1024) -> None: ...
    def _detach(self) -> None: ...
    @property
    def fd(self) -> int: ...
    def arm(self) -> bool: ...
    def drain(self, most: int = 0) -> NDArray[Any]: ...
    @property
    def overflows(self) -> int: ...
