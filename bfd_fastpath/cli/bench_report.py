# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench report A.json`: the pages of a run that was kept."""

from pathlib import Path

import click

from bfd_fastpath.cli import exit_codes
from bfd_fastpath.cli.bench_compare import FILE, read


@click.command(
    epilog="""\b
Examples:
  bfd-fastpath bench report run.json                     the summary, in Markdown
  bfd-fastpath bench report run.json --out run.html      the page
  bfd-fastpath bench report run.json --plots docs        each plot as docs/bench-NAME.svg
"""
)
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, metavar="PAGE.html", help="Write the page: one file that needs no other.")
@click.option("--markdown", type=FILE, metavar="FILE", help="Write the summary instead of printing it.")
@click.option(
    "--plots",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write each plot as an SVG file.",
)
@click.option("--title", default="bfd-fastpath bench", show_default=True, help="Of the page.")
def report(file: Path, out: Path | None, markdown: Path | None, directory: Path | None, title: str) -> int:
    """Show a run again: print its summary, or write page and plots. FILE is what a run wrote."""
    document = read(file)
    if document is None:
        return exit_codes.BAD_INPUT
    from bfd_fastpath.bench.report import page, plots, summary

    try:
        if out is not None:
            out.write_text(page(document, title), "utf-8")
        if markdown is not None:
            markdown.write_text(summary(document), "utf-8")
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            for plot in plots(document):
                (directory / f"bench-{plot.picture.name}.svg").write_text(plot.picture.file(), "utf-8")
    except OSError as error:
        click.echo(f"bfd-fastpath: {error.filename}: {error.strerror}", err=True)
        return exit_codes.FAILED
    if out is None and markdown is None and directory is None:
        click.echo(summary(document), nl=False)
    return exit_codes.OK
