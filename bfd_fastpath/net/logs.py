# SPDX-License-Identifier: Apache-2.0
"""Structured logs on standard error: set up once for a process, and again when a reload changes how."""

import logging
import sys
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

import structlog

from bfd_fastpath.prefixes import Run

#: Of many prefixes a line names the first.
_SHOWN = 16


def set_up(level: str, *, as_json: bool) -> None:
    """Console for people or one JSON object a line, of this severity (debug, info, warning, error) or more.

    Values are logged as they are: whoever logs keeps passwords out (they are never part of a model or an
    event).
    """
    renderers: list[Any]
    if as_json:
        renderers = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    else:
        renderers = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            _plain,
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=_StderrFactory(),
        cache_logger_on_first_use=False,
    )


class _StderrFactory:
    """Looks standard error up for each logger: a test or a supervisor may have put another one there."""

    def __call__(self, *args: object) -> structlog.PrintLogger:
        return structlog.PrintLogger(sys.stderr)


def _plain(_logger: Any, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key, value in tuple(line.items()):
        if isinstance(value, IPv4Address | IPv6Address | IPv4Network | IPv6Network):
            line[key] = str(value)
        elif isinstance(value, Run):
            line[key] = [str(prefix) for prefix in value[:_SHOWN]]
            line["routes"] = len(value)
    return line
