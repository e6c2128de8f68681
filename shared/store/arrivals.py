"""Whether the content that was written last stands in the books, or nobody knows. All raise DatabaseDown."""

from __future__ import annotations

from shared.store.claims import Claim, PlannedDocument
from shared.store.database import Database
from shared.store.sql import query


def note_arrival(database: Database, claim: Claim, document: PlannedDocument) -> None:
    """The books answered with this very content, and it is not what it should be: `answered_total` stays open."""
    with database.account(claim.account) as connection:
        connection.execute(query("note_arrival"), {"document": document.id, "key": document.key})


def has_arrived(database: Database, claim: Claim, document: PlannedDocument) -> bool:
    """The books answered with it at least once, whatever its owner made of it since."""
    if document.answered_total is not None:
        return True
    with database.account(claim.account) as connection:
        row = connection.execute(query("has_arrived"), {"document": document.id}).fetchone()
    return row is not None and bool(row[0])
