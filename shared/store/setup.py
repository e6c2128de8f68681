"""Makes accounts, systems, webhook subscriptions and connections. All but `open_account` run inside an account."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, Literal

from psycopg import Connection

from shared.sealing import Keyring
from shared.store.inventory import StoredSubscription
from shared.store.sql import query


def open_account(connection: Connection, name: str) -> int:
    return _id(connection, "open_account", {"name": name})


def choose_log_days(connection: Connection, days: int) -> None:
    """So many days of what is in the books the account sees, from 30 to 1830; the one that this runs inside of."""
    connection.execute(query("choose_log_days"), {"days": days})


def add_system(
    connection: Connection,
    keyring: Keyring,
    *,
    kind: str,
    role: Literal["webshop", "accounting"],
    name: str,
    credentials: Mapping[str, str],
) -> int:
    """Credentials are sealed and bound to the row, so they are written after it has its key."""
    system = _id(connection, "add_system", {"kind": kind, "role": role, "name": name})
    sealed = keyring.seal(json.dumps(dict(credentials)), bound_to=f"systems:{system}")
    connection.execute(query("set_credentials"), {"system": system, "credentials": sealed})
    return system


def change_credentials(connection: Connection, keyring: Keyring, system: int, credentials: Mapping[str, str]) -> None:
    """What waited because the former ones were refused goes on, and the alarm about it ends. Raises LookupError.

    The same ones again let in a system that takes them again.
    """
    sealed = keyring.seal(json.dumps(dict(credentials)), bound_to=f"systems:{system}")
    row = connection.execute(query("change_credentials"), {"system": system, "credentials": sealed}).fetchone()
    if row is None:
        raise LookupError(f"there is no system {system} here")


def read_credentials(connection: Connection, keyring: Keyring, system: int) -> dict[str, str]:
    row = connection.execute(query("read_credentials"), {"system": system}).fetchone()
    if row is None or row[0] is None:
        raise LookupError(f"system {system} has no credentials here")
    credentials: dict[str, str] = json.loads(keyring.open(row[0], bound_to=f"systems:{system}"))
    return credentials


def add_subscription(
    connection: Connection, keyring: Keyring, *, system: int, topic: str, secret: str, external_id: str | None = None
) -> StoredSubscription:
    public_id = secrets.token_urlsafe(24)
    sealed = keyring.seal(secret, bound_to=f"subscriptions:{public_id}")
    row = {"system": system, "public_id": public_id, "topic": topic, "external_id": external_id, "secrets": [sealed]}
    return StoredSubscription(_id(connection, "add_subscription", row), system, public_id, topic, external_id, [sealed])


def note_webhook(connection: Connection, subscription: int, external_id: str) -> None:
    """The shop has made it, under this id of its own."""
    connection.execute(query("note_webhook"), {"subscription": subscription, "external_id": external_id})


def change_secret(connection: Connection, keyring: Keyring, *, public_id: str, secret: str) -> None:
    """The former secret still proves webhooks that were on their way, until the next change."""
    sealed = keyring.seal(secret, bound_to=f"subscriptions:{public_id}")
    connection.execute(query("change_secret"), {"public_id": public_id, "secret": sealed})


def add_connection(
    connection: Connection, *, kind: str, name: str, source: int, target: int, settings: Mapping[str, Any], by: str
) -> int:
    """Switched off at first, with version 1 of its settings."""
    values = {"kind": kind, "name": name, "source": source, "target": target}
    added = _id(connection, "add_connection", values)
    save_settings(connection, added, settings, by=by)
    return added


def save_settings(connection: Connection, target: int, settings: Mapping[str, Any], *, by: str) -> int:
    """Returns the new version; former versions stay."""
    return _id(connection, "save_settings", {"connection": target, "settings": json.dumps(dict(settings)), "by": by})


def switch_connection(connection: Connection, target: int, *, on: bool) -> None:
    """The first time it is switched on becomes its start date. What waits is held, and stays so when it is on again."""
    _switch(connection, "switch_connection", {"connection": target, "on": on})


def switch_system(connection: Connection, system: int, *, on: bool) -> None:
    """What waits in its connections is held, and stays so when it is on again; other connections go on."""
    _switch(connection, "switch_system", {"system": system, "on": on})


def switch_account(connection: Connection, *, on: bool) -> None:
    """The one that this runs inside of. What waits is held, and stays so when it is on again."""
    _switch(connection, "switch_account", {"on": on})


def _switch(connection: Connection, name: str, values: Mapping[str, Any]) -> None:
    """Holds before, too: what came in the very moment of switching off may wait still, and would go when it is on."""
    connection.execute(query("hold_behind_switches"))
    connection.execute(query(name), values)
    connection.execute(query("hold_behind_switches"))


def _id(connection: Connection, name: str, values: Mapping[str, Any]) -> int:
    row = connection.execute(query(name), values).fetchone()
    assert row is not None
    return int(row[0])
