"""Which system a webhook address belongs to, kept in memory for a while so that a webhook costs one SQL call."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from shared.intake import Sender
from shared.sealing import Keyring
from shared.store.database import Database
from shared.store.sql import query

#: A subscription that was deleted is still taken for so long; a changed secret is seen at once (see `doubt`).
FRESH_FOR = 30.0
#: An address that does not exist is looked up again after this, so that a new webhook's first words are not refused.
UNKNOWN_FOR = 1.0
#: Forged webhooks cost one look-up in this time, however many come.
DOUBT_EVERY = 1.0
#: Above this many the oldest entries go.
MOST = 50_000


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address as ingest needs it: whose it is, who speaks there, and what proves it."""

    sender: Sender
    kind: str
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    read_at: float
    subscription: Subscription | None
    #: When a failed proof made us read it last.
    doubted_at: float = float("-inf")

    def is_fresh(self, now: float) -> bool:
        return now - self.read_at < (FRESH_FOR if self.subscription else UNKNOWN_FOR)


class Subscriptions:
    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def find(self, public_id: str) -> Subscription | None:
        """None where there is no such address. Raises DatabaseDown where that cannot be known."""
        now = time.monotonic()
        kept = self._kept.get(public_id)
        if kept is None or not kept.is_fresh(now):
            kept = self._keep(public_id, _Kept(now, self._read(public_id)))
        return kept.subscription

    def doubt(self, public_id: str) -> Subscription | None:
        """The same after a failed proof: read again, since the secret may just have changed; at most once a second."""
        now = time.monotonic()
        kept = self._kept.get(public_id)
        if kept is None or now - kept.doubted_at >= DOUBT_EVERY:
            kept = self._keep(public_id, _Kept(now, self._read(public_id), doubted_at=now))
        return kept.subscription

    def _keep(self, public_id: str, kept: _Kept) -> _Kept:
        with self._lock:
            self._kept.pop(public_id, None)
            self._kept[public_id] = kept
            if len(self._kept) > MOST:
                self._kept.pop(next(iter(self._kept)))
        return kept

    def _read(self, public_id: str) -> Subscription | None:
        row = self._database.run(lambda c: c.execute(query("find_subscription"), [public_id]).fetchone())
        if row is None:
            return None
        account, system, subscription, kind, sealed = row
        secrets = tuple(self._keyring.open(s, bound_to=f"subscriptions:{public_id}") for s in sealed)
        return Subscription(Sender(account_id=account, system_id=system, subscription_id=subscription), kind, secrets)
