# SPDX-License-Identifier: Apache-2.0
"""Structured logs on standard error: set up once, changed by a reload, and the router's events as log
lines."""

import logging
import sys
from dataclasses import fields
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

import structlog

from bfd_fastpath.config.model import Log, LogFormat
from bfd_fastpath.prefixes import Run
from bfd_fastpath.router import events

#: What is worth a warning; the rest is told at info, and what comes in crowds at debug.
_WARNINGS = (events.BgpDown,)
_DEBUG = (events.RoutesLearned, events.RoutesWithdrawn, events.BfdTimers)
#: Of many prefixes a line names the first.
_SHOWN = 16


def set_up(settings: Log) -> None:
    """Console for people or one JSON object a line. May be called again with other settings.

    Values are logged as they are: whoever logs keeps passwords out (they are never part of a model or an
    event).
    """
    renderers: list[Any]
    if settings.format is LogFormat.JSON:
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
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.level.upper()]
        ),
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


def log_event(event: events.RouterEvent) -> None:
    """One router event as one line: its name, and its fields by name."""
    log = structlog.get_logger()
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    if isinstance(event, _DEBUG):
        log.debug(event.name, **values)
    elif isinstance(event, _WARNINGS) or _is_failure(event):
        log.warning(event.name, **values)
    else:
        log.info(event.name, **values)


def _is_failure(event: events.RouterEvent) -> bool:
    return isinstance(event, events.NextHopChanged) and event.new == "down"
