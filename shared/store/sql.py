"""The named queries of `queries/*.sql`; Python holds none."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import LiteralString


def migrations() -> dict[str, LiteralString]:
    """The SQL of every migration by name, in the order they run."""
    folder = files("shared.store") / "migrations"
    return {f.name: f.read_text(encoding="utf-8") for f in sorted(folder.iterdir(), key=lambda f: f.name)}


@cache
def query(name: str) -> LiteralString:
    """The text of `queries/<name>.sql`. It comes from our own files, never from a user."""
    return (files("shared.store") / "queries" / f"{name}.sql").read_text(encoding="utf-8")
