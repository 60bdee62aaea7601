# SPDX-License-Identifier: Apache-2.0
"""`python -m bfd_fastpath` is the command `bfd-fastpath`."""

from bfd_fastpath.cli.main import main

if __name__ == "__main__":
    main()
