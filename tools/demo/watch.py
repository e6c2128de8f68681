"""What became of each order so far, read from the store as `shopledger transfers` reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection

from shared.domain.build import reference
from shared.store import look, watched
from shared.store.database import Database
from shared.store.inventory import inventory
from shared.store.look import Filter, Transfer
from tools.demo.verdict import Claim

#: More orders than a demo has.
ALL = 100_000
#: A change is seen when it is committed, and dated when its transaction began: so far back is looked again.
LOOK_BACK = timedelta(seconds=5)
#: Neither is an end.
UNDER_WAY = ("waiting", "working")


@dataclass(frozen=True, slots=True)
class News:
    transfer: Transfer
    #: For the shop's owner; empty for what was transferred.
    sentence: str


class Watch:
    def __init__(self, database: Database, account: int) -> None:
        self._database = database
        self._account = account
        self._since: datetime | None = None
        self._told: dict[int, tuple[str, str, str | None]] = {}

    def news(self) -> list[News]:
        """Every order that came to an end, or to another one, since the last time. Raises DatabaseDown."""
        since = self._since and self._since - LOOK_BACK
        with self._database.account(self._account) as connection:
            changed, _ = look.transfers(connection, Filter(since=since), most=ALL)
            return list(self._read(connection, changed))

    def ask_for_poll(self) -> None:
        """The shop is asked what changed as soon as the scheduler looks. Raises DatabaseDown."""
        with self._database.account(self._account) as connection:
            (through,) = inventory(connection).connections
            watched.poll_at_once(connection, through.source)

    def claims(self) -> dict[str, Claim]:
        """What is said of each order, by the shop's id of it. Raises DatabaseDown."""
        with self._database.account(self._account) as connection:
            (through,) = inventory(connection).connections
            transfers, _ = look.transfers(connection, Filter(), most=ALL)
        return {
            one.source_id: Claim(one.state, one.reason, reference(through.id, one.source_id, 1)) for one in transfers
        }

    def _read(self, connection: Connection, changed: list[Transfer]) -> Iterator[News]:
        for transfer in reversed(changed):
            self._since = max(self._since or transfer.updated_at, transfer.updated_at)
            end = (transfer.state, transfer.reason, transfer.document_number)
            if transfer.state not in UNDER_WAY and self._told.get(transfer.id) != end:
                self._told[transfer.id] = end
                yield News(transfer, self._sentence(connection, transfer) if transfer.reason else "")

    def _sentence(self, connection: Connection, transfer: Transfer) -> str:
        tries = look.attempts(connection, transfer.id, bodies=False)
        told = [stage.body for one in tries for stage in one.stages if stage.stage == "ended" and stage.body]
        return told[-1].decode() if told else ""
