# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath version`."""

import click


@click.command()
def version() -> None:
    """Print the versions of this program, of libpydp and of the DPDK it was built with."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    import pydp

    try:
        own = installed("bfd-fastpath")
    except PackageNotFoundError:
        own = "(not installed)"
    click.echo(f"bfd-fastpath {own}, libpydp {pydp.__version__}, {pydp.dpdk_version}")
