# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath version`, and `--version`, which prints the same."""

import click


@click.command()
def version() -> None:
    """Print the versions of this program, of libpydp and of the DPDK that it runs with."""
    click.echo(versions())


def print_version(context: click.Context, parameter: click.Parameter, asked: bool) -> None:
    """Of the option --version."""
    if asked and not context.resilient_parsing:
        click.echo(versions())
        context.exit()


def versions() -> str:
    """Program, library and DPDK in one line."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    import pydp

    try:
        own = installed("bfd-fastpath")
    except PackageNotFoundError:
        own = "(not installed)"
    return f"bfd-fastpath {own}, libpydp {pydp.__version__}, {pydp.dpdk_version}"
