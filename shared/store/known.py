"""What is known of a shop's orders already, many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.store.database import Database
from shared.store.sql import query


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """`body`: the newest word; None where none had one, or connections know different ones."""

    body: bytes | None = field(repr=False)
    #: It was in the bin, or gone, when it was looked at last.
    is_believed_gone: bool = False


def orders(database: Database, account: int, system: int, ids: Sequence[str]) -> Mapping[str, KnownOrder]:
    """By id; only those that every connection of the shop has. Raises DatabaseDown."""
    if not ids:
        return {}
    with database.account(account) as connection:
        rows = connection.execute(query("known_orders"), {"system": system, "ids": list(ids)}).fetchall()
    return {of: KnownOrder(body, is_gone) for of, body, is_gone in rows}
