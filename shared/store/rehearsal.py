"""What a dry run reads: orders as the shop told of them last, and what stands for them in the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from shared.store.sql import query


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOrder:
    """Runs through one connection; `body` is the newest that the shop sent, None where no event carried one."""

    id: int
    number: str
    source_type: str
    source_id: str
    needs_fetch: bool
    is_waived: bool
    ignored_why: str | None
    event: int | None
    body: bytes | None = field(repr=False)
    connection: int
    active_since: datetime | None
    #: The shop's system.
    source: int
    #: The living document, if there is one.
    document_kind: str | None
    document_number: str | None
    document_state: str | None
    document_request: bytes | None = field(repr=False)
    document_place: str | None
    document_expected: Mapping[str, Any] | None = field(repr=False)
    #: The books answered with what was written last.
    has_arrived: bool | None
    #: Of that document, or of the next one.
    generation: int


def told_orders(connection: Connection, *, of: int, transfer: int | None = None, most: int = 1) -> list[ToldOrder]:
    """That transfer, or the newest of the connection `of`, newest first. Runs inside an account."""
    values = {"connection": of, "transfer": transfer, "most": most}
    with connection.cursor(row_factory=class_row(ToldOrder)) as cursor:
        return cursor.execute(query("rehearsed_orders"), values).fetchall()


def rounding_of(connection: Connection, system: int) -> Sequence[str]:
    """The ways of rounding VAT that the answers of these books leave open; empty where they gave none yet."""
    row = connection.execute(query("rounding_of"), {"system": system}).fetchone()
    return row[0] if row is not None else ()
