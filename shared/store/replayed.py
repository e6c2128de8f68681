"""Which orders a replay of many is about. Runs inside an account."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection

from shared.domain.replays import ReplayFilter
from shared.store.sql import query


def orders(connection: Connection, of: int, wanted: ReplayFilter, *, after: int, most: int | None) -> list[int]:
    """Ids of transfers of the connection `of`, ascending, the next ones behind `after`."""
    values = {
        "connection": of,
        "after": after,
        "most": most,
        "states": list(wanted.states) or None,
        "reasons": list(wanted.reasons) or None,
        "since": wanted.since,
        "before": wanted.before,
        "numbers": list(wanted.numbers) or None,
        "missing_since": wanted.missing_since,
    }
    return [int(row[0]) for row in connection.execute(query("orders_to_replay"), values)]


def unknown_numbers(connection: Connection, of: int, numbers: Sequence[str]) -> list[str]:
    """Those by which the connection `of` knows no order."""
    values = {"connection": of, "numbers": list(numbers)}
    return [str(row[0]) for row in connection.execute(query("unknown_numbers"), values)]
