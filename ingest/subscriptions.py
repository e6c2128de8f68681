"""Which system a webhook address belongs to, kept in memory for a while so that a webhook costs one SQL call."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass

from shared.intake import Sender
from shared.sealing import Keyring
from shared.store.database import Database
from shared.store.sql import query

#: What an address can look like; anything else exists nowhere and is not even looked up.
ADDRESS = re.compile(r"[A-Za-z0-9_-]{20,64}")
#: A subscription that was deleted is still taken for so long; a changed secret is seen within a second (see `doubt`).
FRESH_FOR = 30.0
#: Forged webhooks cost one look-up in this time, however many come.
DOUBT_EVERY = 1.0
#: Above this many the oldest entries go.
MOST = 50_000


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address as ingest needs it: whose it is, who speaks there about what, and what proves it."""

    sender: Sender
    kind: str
    topic: str
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    read_at: float
    subscription: Subscription
    #: When a failed proof made us read it last.
    doubted_at: float = float("-inf")


class Subscriptions:
    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def find(self, public_id: str) -> Subscription | None:
        """None where there is no such address. Raises DatabaseDown where that cannot be known."""
        if not ADDRESS.fullmatch(public_id):
            return None
        now = time.monotonic()
        kept = self._kept.get(public_id)
        if kept is not None and now - kept.read_at < FRESH_FOR:
            return kept.subscription
        return self._read_and_keep(public_id, now)

    def doubt(self, public_id: str) -> Subscription | None:
        """The same after a failed proof: read again, since the secret may just have changed; at most once a second."""
        now = time.monotonic()
        kept = self._kept.get(public_id)
        if kept is not None and now - kept.doubted_at < DOUBT_EVERY:
            return kept.subscription
        return self._read_and_keep(public_id, now, doubted_at=now)

    def _read_and_keep(self, public_id: str, now: float, doubted_at: float = float("-inf")) -> Subscription | None:
        """Only addresses that exist are kept: strangers can invent any number of others."""
        found = self._read(public_id)
        with self._lock:
            self._kept.pop(public_id, None)
            if found is not None:
                self._kept[public_id] = _Kept(now, found, doubted_at)
            if len(self._kept) > MOST:
                self._kept.pop(next(iter(self._kept)))
        return found

    def _read(self, public_id: str) -> Subscription | None:
        row = self._database.run(lambda c: c.execute(query("find_subscription"), [public_id]).fetchone())
        if row is None:
            return None
        account, system, subscription, kind, topic, sealed = row
        secrets = tuple(self._keyring.open(s, bound_to=f"subscriptions:{public_id}") for s in sealed)
        sender = Sender(account_id=account, system_id=system, subscription_id=subscription)
        return Subscription(sender, kind, topic, secrets)
