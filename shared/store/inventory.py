"""What is set up: accounts, and inside of one its systems, connections and webhook subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import Connection

from shared.sealing import Keyring
from shared.store.database import Database
from shared.store.sql import query


@dataclass(frozen=True, slots=True)
class StoredAccount:
    id: int
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class StoredSystem:
    id: int
    kind: str
    #: "webshop" or "accounting".
    role: str
    name: str
    #: The code of what broke it, and since when (UTC) nothing is asked of it; None where it works.
    broken_reason: str | None = None
    broken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredConnection:
    id: int
    kind: str
    name: str
    #: Ids of systems.
    source: int
    target: int
    active: bool
    #: The newest ones, as they were saved.
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredSubscription:
    id: int
    system: int
    #: Goes into the webhook's address: `/webhooks/<public_id>`.
    public_id: str
    topic: str
    #: The webhook's id at the shop; None until it is known to be made.
    external_id: str | None
    #: Sealed, newest first.
    secrets: Sequence[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inventory:
    """Of one account, each kind in the order in which it was made."""

    systems: Sequence[StoredSystem] = ()
    connections: Sequence[StoredConnection] = ()
    subscriptions: Sequence[StoredSubscription] = ()


def accounts(database: Database) -> list[StoredAccount]:
    """All of them, oldest first. Raises DatabaseDown."""
    rows = database.run(lambda c: c.execute(query("accounts_there_are")).fetchall())
    return [StoredAccount(*row) for row in rows]


def inventory(connection: Connection) -> Inventory:
    """Runs inside an account."""

    def rows(name: str) -> list[tuple[Any, ...]]:
        return connection.execute(query(name)).fetchall()

    return Inventory(
        systems=[StoredSystem(*row) for row in rows("systems_of_account")],
        connections=[StoredConnection(*row) for row in rows("connections_of_account")],
        subscriptions=[StoredSubscription(*row) for row in rows("subscriptions_of_account")],
    )


def log_days(connection: Connection) -> int:
    """So many days of what is in the books the account sees. Runs inside of it."""
    row = connection.execute(query("log_days")).fetchone()
    assert row is not None
    return int(row[0])


def newest_secret(keyring: Keyring, subscription: StoredSubscription) -> str:
    """What its webhook is to sign with. Raises SealError."""
    return keyring.open(subscription.secrets[0], bound_to=f"subscriptions:{subscription.public_id}")
