# SPDX-License-Identifier: Apache-2.0
# The compiled cffi module: what is in `lib` is native/include/pydp's business.
from typing import Any

ffi: Any
lib: Any
