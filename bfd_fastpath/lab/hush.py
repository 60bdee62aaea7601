# SPDX-License-Identifier: Apache-2.0
"""Logs of the demo's processes: errors alone, and on standard error."""

import logging
import sys

import structlog


def quiet_logs() -> None:
    """The story is what is to be read, and it contains failures on purpose; errors still come through."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
