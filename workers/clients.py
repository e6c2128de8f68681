"""Clients of outside systems, kept open between orders: a connection costs more than most calls."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.accounting import Accounting, AccountingClient
from connectors.base import Connector, Webshop, WebshopClient
from connectors.pace import Pace
from shared.domain.reasons import REASONS
from shared.errors import ConnectionBroken, Fate, Retry
from shared.sealing import Keyring, SealError
from shared.store.claims import System
from shared.store.database import Database
from workers.hand import InHand
from workers.lanes import Lanes
from workers.pace import Allowance, WorkPace

#: Idle clients that a process keeps; the one that was used longest ago goes first. They hold what was looked up, and no
#: line of their own where a connector lets those of one host share them.
MOST_IDLE = 400

Client = TypeVar("Client", AccountingClient, WebshopClient)


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Client]):
    client: Client
    pace: WorkPace
    origin: str


class Clients:
    """Any number of threads may borrow; a client is in one thread's hand at a time."""

    def __init__(self, database: Database, keyring: Keyring, lanes: Lanes) -> None:
        self._database = database
        self._keyring = keyring
        self._lanes = lanes
        self._lock = threading.Lock()
        #: (system, its sealed credentials) -> idle clients; changed credentials find none. Oldest use first.
        self._idle: dict[tuple[int, bytes], list[_Kept[Any]]] = {}
        self._allowances: dict[int, Allowance] = {}

    def books(
        self, connector: Accounting, system: System, hand: InHand
    ) -> contextlib.AbstractContextManager[AccountingClient]:
        return self._borrowed(connector, system, hand, connector.connect)

    def shop(
        self, connector: Webshop, system: System, hand: InHand
    ) -> contextlib.AbstractContextManager[WebshopClient]:
        return self._borrowed(connector, system, hand, connector.connect)

    def origin(self, connector: Connector, system: System) -> str:
        """Where its requests go. Raises as borrowing a client of it does."""
        return connector.origin(self._credentials(connector, system))

    def close(self) -> None:
        """Closes every client that nobody has in hand."""
        with self._lock:
            kept = [one for idle in self._idle.values() for one in idle]
            self._idle.clear()
        for one in kept:
            one.client.close()

    @contextlib.contextmanager
    def _borrowed(
        self, connector: Connector, system: System, hand: InHand, connect: Callable[[BaseModel, Pace], Client]
    ) -> Iterator[Client]:
        """Raises PutBack when the system's lane is full, ConnectionBroken without usable credentials, Retry without the
        key that sealed them.
        """
        key = (system.id, system.credentials or b"")
        kept: _Kept[Client] = self._take(key) or self._open(connector, system, hand, connect)
        try:
            with self._lanes.on(kept.origin, system.id):
                kept.pace.hand = hand
                yield kept.client
        except Fate:
            self._give_back(key, kept)
            raise
        except BaseException:
            kept.client.close()
            raise
        self._give_back(key, kept)

    def _take(self, key: tuple[int, bytes]) -> _Kept[Any] | None:
        with self._lock:
            idle = self._idle.get(key)
            return idle.pop() if idle else None

    def _give_back(self, key: tuple[int, bytes], kept: _Kept[Any]) -> None:
        kept.pace.hand = None
        with self._lock:
            self._idle[key] = [*self._idle.pop(key, []), kept]
            surplus = sum(map(len, self._idle.values())) - MOST_IDLE
            oldest = next(iter(self._idle))
            dropped = self._idle.pop(oldest) if surplus > 0 and oldest != key else []
        for old in dropped:
            old.client.close()

    def _open(
        self, connector: Connector, system: System, hand: InHand, connect: Callable[[BaseModel, Pace], Client]
    ) -> _Kept[Client]:
        credentials = self._credentials(connector, system)
        with self._lock:
            allowance = self._allowances.setdefault(
                system.id, Allowance(self._database, hand.account, system.id, connector.budget)
            )
        pace = WorkPace(system.id, allowance)
        return _Kept(connect(credentials, pace), pace, connector.origin(credentials))

    def _opened(self, connector: Connector, system: int, sealed: bytes) -> object:
        try:
            return json.loads(self._keyring.open(sealed, bound_to=f"systems:{system}"))
        except SealError:
            what = f"{connector.title}: SHOPLEDGER_SECRET_KEYS lacks a key"
            raise Retry("wrong_setup", REASONS["wrong_setup"].says(what=what)) from None

    def _credentials(self, connector: Connector, system: System) -> BaseModel:
        with contextlib.suppress(ValidationError):  # its message would repeat what was entered
            if system.credentials is not None:
                return connector.Credentials.model_validate(self._opened(connector, system.id, system.credentials))
        raise ConnectionBroken("no_credentials", REASONS["no_credentials"].says(system=connector.title))
