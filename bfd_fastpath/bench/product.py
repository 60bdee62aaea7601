# SPDX-License-Identifier: Apache-2.0
"""What is measured: versions, and the build of the library that is in use."""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pydp
from bfd_fastpath.bench.document import Product


def product() -> Product:
    """The library by the first digits of its file's SHA-256."""
    try:
        own = version("bfd-fastpath")
    except PackageNotFoundError:
        own = "source"
    library = Path(pydp.__path__[0]) / "_lib" / "libpydp.so.0"
    digest = hashlib.sha256(library.read_bytes()).hexdigest()[:12] if library.exists() else ""
    return Product(own, pydp.dpdk_version, f"libpydp {pydp.__version__} {digest}".strip())
