# SPDX-License-Identifier: Apache-2.0
"""The logs of a router's process: how they are written, and the router's events as log lines."""

from dataclasses import fields

import structlog

from bfd_fastpath.config.model import Log, LogFormat
from bfd_fastpath.net import logs
from bfd_fastpath.router import events

#: What is worth a warning; the rest is told at info, and what comes in crowds at debug.
_WARNINGS = (events.BgpDown, events.FuseBlown, events.FuseMended)
_DEBUG = (events.RoutesLearned, events.RoutesWithdrawn, events.BfdTimers)


def set_up(settings: Log) -> None:
    """May be called again with other settings."""
    logs.set_up(settings.level, as_json=settings.format is LogFormat.JSON)


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
    match event:
        case events.NextHopChanged(new="down"):
            return True
        case events.PortLink(link=link):
            return link != "up"
    return False
