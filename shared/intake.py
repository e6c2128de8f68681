"""The one door in: what a shop told us becomes an event and its transfers in one call and one commit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from psycopg import Connection

from shared.domain.notice import Notice
from shared.store.sql import query


class Origin(StrEnum):
    WEBHOOK = "webhook"
    POLL = "poll"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The system that an event comes from, and its webhook if one brought it."""

    account_id: int
    system_id: int
    subscription_id: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """`event_id` is the first one's where this was a repeat. `transfers` were raised or made to look again."""

    event_id: int
    is_new: bool
    transfers: int


def take_in(connection: Connection, sender: Sender, origin: Origin, notice: Notice, body: bytes) -> Taken:
    """Commits the event and its transfers (one statement; `connection` is in autocommit) and may be repeated."""
    body_hash = hashlib.sha256(body).digest()
    row = connection.execute(
        query("take_in"),
        {
            "account": sender.account_id,
            "system": sender.system_id,
            "subscription": sender.subscription_id,
            "origin": origin.value,
            "key": event_key(sender, origin, notice, body_hash),
            "kind": notice.kind.value,
            "topic": notice.topic,
            "delivery_id": notice.delivery_id,
            "source_type": notice.source_type and notice.source_type.value,
            "source_id": notice.source_id,
            "source_number": notice.source_number,
            "modified_at": notice.modified_at,
            "created_at": notice.created_at,
            "reason": notice.reason,
            "body": body,
            "body_hash": body_hash,
        },
    ).fetchone()
    assert row is not None
    return Taken(*row)


def event_key(sender: Sender, origin: Origin, notice: Notice, body_hash: bytes) -> bytes:
    """Tells a repeat from news: webhook, topic, delivery id and body together, since none of them is unique alone.

    WooCommerce's delivery id is the same for all orders of a second, and two deliveries can have the same body.
    """
    parts = (sender.subscription_id, origin.value, notice.topic, notice.delivery_id)
    return hashlib.sha256(repr(parts).encode() + body_hash).digest()
