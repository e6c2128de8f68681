"""The named queries of `queries/*.sql`; Python holds none."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import LiteralString


def migrations() -> dict[str, LiteralString]:
    """The SQL of every migration by name, in the order they run."""
    folder = files("shared.store") / "migrations"
    return {f.name: f.read_text(encoding="utf-8") for f in sorted(folder.iterdir(), key=lambda f: f.name)}


def sql_file(name: str) -> LiteralString:
    """The text of a SQL file beside this module. It comes from our own files, never from a user."""
    return files("shared.store").joinpath(name).read_text(encoding="utf-8")


@cache
def query(name: str) -> LiteralString:
    """The text of `queries/<name>.sql`."""
    return sql_file(f"queries/{name}.sql")
