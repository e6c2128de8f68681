"""How the command speaks: tables and lines for people, or JSON for programs. Nothing here knows what is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

F = TypeVar("F", bound=Callable[..., Any])

#: For every command that lists something.
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def console(*, err: bool = False) -> Console:
    """Colours and width of the terminal; plain and unbroken lines in a pipe. Made anew: tests exchange stdout."""
    return Console(stderr=err, highlight=False, markup=False, emoji=False, soft_wrap=True)


def table(
    rows: Sequence[Mapping[str, object]], columns: Mapping[str, str], *, styles: Mapping[str, str] | None = None
) -> Table:
    """`columns`: key in a row -> heading. `styles`: a text that a cell may hold, such as a state -> its style."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for heading in columns.values():
        made.add_column(heading, overflow="fold")
    for row in rows:
        texts = [_shown(row.get(key)) for key in columns]
        made.add_row(*(Text(text, style=(styles or {}).get(text, "")) for text in texts))
    return made


def print_json(value: object) -> None:
    """Decimals as text, times as ISO 8601 in UTC, bytes as text where they are."""
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise TypeError(f"{type(value).__name__} has no JSON")
