"""How the command speaks: to people on a terminal, or in JSON to programs. Lines and tables are in `page`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import click
from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])

#: For every command that lists something.
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def console(*, err: bool = False) -> Console:
    """Colours and width of the terminal; plain and unbroken lines in a pipe. Made anew: tests exchange stdout."""
    return Console(stderr=err, highlight=False, markup=False, emoji=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Decimals as text, times as ISO 8601 in UTC, bytes as text. Escaped where no UTF-8 can be written."""
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    click.echo(json.dumps(value, default=_plain, ensure_ascii=not is_utf8, indent=2))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise TypeError(f"{type(value).__name__} has no JSON")
