"""What is known of a shop's webhooks beside their rows, and what a look at them found.

All but `is_anybodys` run inside an account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg import Connection

from shared.store.database import Database
from shared.store.sql import query

#: Alarms of a look: webhooks were made anew; they are wrong, and cannot be put right without the owner.
MENDED, STAY_WRONG = "webhooks_mended", "webhooks_stay_wrong"


def troubled(connection: Connection, system: int) -> Mapping[int, str]:
    """Subscriptions of which something forged came, or that may not tell anything: the alarm's code by their id."""
    rows = connection.execute(query("troubled_subscriptions"), {"system": system}).fetchall()
    return dict(rows)


def is_anybodys(database: Database, public_id: str) -> bool:
    """Whether a webhook's address belongs to a row of any account. Raises DatabaseDown."""
    return database.run(lambda c: c.execute(query("find_subscription"), [public_id]).fetchone()) is not None


def note_work(connection: Connection, system: int, *, work: bool) -> None:
    """Whether every webhook that the system's connections need is in order."""
    connection.execute(query("note_webhooks_work"), {"system": system, "work": work})


def raise_alarm(connection: Connection, system: int, code: str, detail: str) -> None:
    """Opens it, or counts one that is open; `detail` is for the owner."""
    connection.execute(query("raise_alarm"), {"system": system, "code": code, "detail": detail})


def resolve_alarms(connection: Connection, system: int, codes: Sequence[str]) -> None:
    connection.execute(query("resolve_alarms"), {"system": system, "codes": list(codes)})


def poll_at_once(connection: Connection, system: int) -> None:
    """Nobody was told of what changed while the webhooks were wrong."""
    connection.execute(query("poll_at_once"), {"system": system})
