"""What a shop was told of an order's document. All raise DatabaseDown."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from shared.store.claims import Claim, Outcome
from shared.store.database import Database
from shared.store.line import Noted
from shared.store.sql import query


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A document as it was written down last."""

    kind: str
    #: None, and no place, where nobody knows yet.
    number: str | None
    place: str | None
    #: What the shop was told last, and how; None where it was not.
    told: str | None


def note_end(database: Database, claim: Claim, ended: Outcome, *, lease: float) -> Noted:
    """Writes down what a try that ended well found in the books, ahead of `line.record`, and renews the lease."""
    values = {
        "lease": lease,
        "version": claim.version,
        "document": ended.document,
        "state": ended.document_state,
        "place": ended.place,
        "number": ended.number,
        "answered": ended.answered_total,
        "booking_key": None,
    }
    verdict: Noted = database.one("progress", claim.held_by | values)[0]
    return verdict


def standing(database: Database, claim: Claim, document: int) -> Standing:
    with (
        database.account(claim.account) as connection,
        connection.cursor(row_factory=class_row(Standing)) as cursor,
    ):
        found = cursor.execute(query("document_to_tell"), {"document": document}).fetchone()
    assert found is not None
    return found


def remember(database: Database, claim: Claim, document: int, told: str) -> None:
    """The shop says so now."""
    with database.account(claim.account) as connection:
        connection.execute(query("shop_was_told"), {"document": document, "told": told})
