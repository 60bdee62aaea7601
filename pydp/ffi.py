# SPDX-License-Identifier: Apache-2.0
"""The one import point of the compiled cffi module: `ffi` and `lib`, the public C functions of libpydp.
Importing it loads libpydp.so.0 from inside the package and initialises nothing.
"""

from typing import Any

try:
    import pydp._cffi as _cffi
except ImportError as error:  # a missing DPDK library at run time reads badly otherwise
    raise ImportError(
        f"pydp's compiled part does not load ({error}); install DPDK's run-time libraries "
        "(Debian: apt-get install dpdk) or, in a source tree, build it with: make build"
    ) from error

ffi: Any = _cffi.ffi
lib: Any = _cffi.lib


def text(chars: Any) -> str:
    """A C string of the library as str."""
    return str(ffi.string(chars).decode("utf-8", "replace"))
