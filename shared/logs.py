"""Log lines: structlog, one event a line, as JSON for machines or coloured for a terminal."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog


def configure_logs(*, format: str, level: str, to: TextIO | None = None) -> None:
    """Every service calls this first; lines go to stderr, or `to`. What `structlog.contextvars` bound is on each."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if format == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(to or sys.stderr),
        cache_logger_on_first_use=True,
    )
