"""`settings`: every setting there is, its value here, and what it is; also the table of docs/operations.md."""

from __future__ import annotations

from collections.abc import Iterator

import click
from pydantic import SecretStr
from rich.text import Text

from shared.settings import PREFIX, Settings
from tools.cli.output import as_json, console, print_json
from tools.cli.place import Chosen


@click.command()
@as_json
@click.option("--markdown", is_flag=True, help="Print the table of the documentation: names and defaults.")
@click.pass_context
def settings(context: click.Context, as_json: bool, markdown: bool) -> None:
    """List all settings with their values; those that hold a secret are only said to be set."""
    if markdown:
        click.echo("\n".join(markdown_table()))
        return
    chosen: Chosen = context.obj
    rows = [
        {
            "name": PREFIX + name.upper(),
            "value": _shown(getattr(chosen.settings, name)),
            "is_set": name in chosen.settings.model_fields_set,
            "description": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        print_json(rows)
        return
    terminal = console()
    for row in rows:
        terminal.print(Text(str(row["name"]), style="bold" if row["is_set"] else ""), end="  ")
        terminal.print(Text(str(row["value"] or "not set"), style="green" if row["is_set"] else "dim"))
        terminal.print(Text(f"    {row['description']}", style="dim"))
    terminal.print(f"\nThe data folder is {chosen.folder.path}")


def markdown_table() -> Iterator[str]:
    yield "| name | default | what it is |"
    yield "|---|---|---|"
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        yield f"| `{PREFIX}{name.upper()}` | {'' if default is None else f'`{default}`'} | {field.description} |"


def _shown(value: object) -> str | None:
    if value is None:
        return None
    return "(secret)" if isinstance(value, SecretStr) else str(value)
