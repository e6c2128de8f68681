"""Which of the connections of its shop an order goes by: what is known of each, and the owner's word.

All of it runs inside an account. The rule is in `shared.domain.routing`; `take_route` in the schema holds that no two
of them make a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from shared.store.sql import query


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWay:
    """A connection of the order's shop; see `shared.domain.routing.Way`."""

    connection: int
    name: str
    is_active: bool
    #: As they were saved last.
    settings: Mapping[str, Any]
    is_waived: bool
    has_document: bool
    #: The one that was asked about.
    is_own: bool


def ways(connection: Connection, transfer: int) -> list[StoredWay]:
    """Those that have the order, in the order in which they were made; that of the transfer is one of them."""
    with connection.cursor(row_factory=class_row(StoredWay)) as cursor:
        return cursor.execute(query("ways"), {"transfer": transfer}).fetchall()


def lock(connection: Connection, transfer: int) -> None:
    """What a worker does with the order through any connection comes before this moment, or after the transaction."""
    connection.execute(query("lock_ways"), {"transfer": transfer})


def hand_over(connection: Connection, transfer: int, goes_by: int) -> None:
    """The order is looked at anew through that connection, where it was left to others the last time."""
    connection.execute(query("hand_over"), {"transfer": transfer, "goes_by": goes_by})


def choose(connection: Connection, transfer: int) -> str | None:
    """The owner's word that the order goes by the connection of this transfer; an earlier one for another connection is
    forgotten. The name of the other one that has a document of it, and nothing is changed then.
    """
    lock(connection, transfer)
    with_document = [way for way in ways(connection, transfer) if way.has_document]
    if with_document and not any(way.is_own for way in with_document):
        return with_document[0].name
    connection.execute(query("forget_other_choices"), {"transfer": transfer})
    return None


def take(connection: Connection, transfer: int) -> str | None:
    """The order goes by the connection of this transfer from now on. The name of the other one that has a document of
    it, and then it goes by that one.
    """
    row = connection.execute(query("take_route"), {"transfer": transfer}).fetchone()
    return row[0] if row is not None else None
