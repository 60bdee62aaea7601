# SPDX-License-Identifier: Apache-2.0
"""A document of a run for people: lines of a terminal, a summary in Markdown, a page in HTML, plots in SVG.
Nothing is measured here, and nothing in a page comes from elsewhere."""

from bfd_fastpath.bench.report.page import page
from bfd_fastpath.bench.report.plots import plots
from bfd_fastpath.bench.report.summary import summary

__all__ = ["page", "plots", "summary"]
