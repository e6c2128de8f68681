"""Every version of a connection's settings. Runs inside an account; times are UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from shared.store.sql import query


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsVersion:
    #: Counted from 1 without a gap.
    version: int
    #: As they were saved, maybe by another release.
    settings: Mapping[str, Any]
    #: As "apply by kim".
    by: str
    at: datetime
    is_in_use: bool


def versions(connection: Connection, of: int, *, most: int) -> list[SettingsVersion]:
    """Of the connection `of`, newest first: that one is in use. Empty where there is no such connection."""
    return _all(connection, "settings_versions", {"connection": of, "most": most})


def version(connection: Connection, of: int, number: int) -> SettingsVersion | None:
    """None where there is none of that number."""
    return next(iter(_all(connection, "settings_version", {"connection": of, "version": number})), None)


def take_back(connection: Connection, of: int, number: int, *, shown: int, by: str) -> int | None:
    """That version's settings once more, as a new version, whose number it returns.

    `shown` was in use when whoever wants this looked. None where another one is by now, and nothing was written.
    """
    values = {"connection": of, "version": number, "shown": shown, "by": by}
    row = connection.execute(query("take_back_settings"), values).fetchone()
    return None if row is None else int(row[0])


def _all(connection: Connection, name: str, values: Mapping[str, Any]) -> list[SettingsVersion]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query(name), values).fetchall()
    return [SettingsVersion(**{**row, "at": row["at"].astimezone(UTC)}) for row in rows]
