"""The shops' side of a run: tells webhooks while there is room, and sees how many orders are still on their way."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import psycopg

from chaos.orders import Story, Word
from chaos.outside import Outside
from shared.store.database import Database, DatabaseDown
from tests.support.orders import tell
from tests.support.shop import Shop

#: Seconds between two looks at how many are on their way.
LOOK_EVERY = 0.05
#: Seconds without a webhook after which a strike that needs an order gets one.
IDLE = 0.3
OPEN = "select count(*) from shopledger.transfers where state in ('waiting', 'working')"
OPEN_WITH_WHY = """
    select format('SL%%s-%%s: %%s %%s, %%s tries failed, rung %%s, due in %%s, held for %%s', connection_id, source_id,
                  state, reason, failures, now() - rung_at, next_attempt_at - now(), lease_until - now())
    from shopledger.transfers where state not in ('done', 'skipped') order by id limit %s
"""
ENDS = "select connection_id, source_id, state::text from shopledger.transfers"
TRANSFERS = """
    select account_id, connection_id, id, source_number from shopledger.transfers
    order by md5(id::text || %s) limit %s
"""


class Till:
    """`crowd`: orders on their way at once, at most.

    Each strike has its share of the webhooks (`allow`), so that a storm never runs out of them early.
    """

    def __init__(
        self,
        database: Database,
        admin_url: str,
        outside: Outside,
        shops: Sequence[Shop],
        story: Story,
        *,
        crowd: int,
    ) -> None:
        self._database = database
        self._admin_url = admin_url
        self._outside = outside
        self._shops = shops
        self._crowd = crowd
        self._words = deque(story.words)
        self._looked = 0.0
        self._told = 0.0
        self._share = 0
        self._admin: psycopg.Connection | None = None
        for word in story.old:
            outside.shops[word.shop].put_raw_order(word.state, announce=False)
        for word in story.backlog:
            self._tell(word)

    @property
    def is_empty(self) -> bool:
        return not self._words

    @property
    def left(self) -> int:
        """Webhooks that are still to come."""
        return len(self._words)

    @property
    def share_is_told(self) -> bool:
        return self._share == 0 or self.is_empty

    def allow(self, share: int) -> None:
        """So many webhooks for the next strike."""
        self._share = share

    def serve(self, *, never_idle: bool) -> None:
        """Tells some more, if there is room and the door is open. Never idle: beyond the share where little is on its
        way (the rest may be in dead hands), for a strike that needs an order to strike at."""
        now = time.monotonic()
        if now < self._looked + LOOK_EVERY:
            return
        self._looked = now
        still_open = self.still_open()
        if still_open is None or self.is_empty:
            return
        many = min(self._crowd - still_open, self._crowd // 4 + 1, self._share)
        if many <= 0 and never_idle and still_open <= self._crowd // 4 and now > self._told + IDLE:
            many = 1
        for _ in range(many):
            if self.is_empty or not self._tell(self._words[0]):
                return
            self._words.popleft()
            self._share = max(0, self._share - 1)
            self._told = now

    def serve_rest(self) -> None:
        """All that is left, whether there is room or not."""
        while not self.is_empty:
            if self._tell(self._words[0]):
                self._words.popleft()

    def still_open(self) -> int | None:
        """Orders that have not come to their end; None while PostgreSQL is away."""
        rows = self.ask(OPEN)
        return int(rows[0][0]) if rows is not None else None

    def ends(self) -> Mapping[str, str]:
        """Reference -> how its transfer stands."""
        return {f"SL{connection}-{number}": state for connection, number, state in self.ask(ENDS) or []}

    def not_ended(self, most: int = 10) -> Sequence[str]:
        """A line about each of the first orders that are not as they should be in the end."""
        return [line for (line,) in self.ask(OPEN_WITH_WHY, most) or []]

    def some_transfers(self, most: int, salt: str) -> Sequence[tuple[int, int, int, str]]:
        """(account, connection, transfer, order number), wherever they stand."""
        return self.ask(TRANSFERS, salt, most) or []

    def close(self) -> None:
        if self._admin is not None:
            self._admin.close()

    def _tell(self, word: Word) -> bool:
        """The shop changes first; a webhook that finds the door shut comes again, as the same, but for lost ones."""
        self._outside.shops[word.shop].put_raw_order(word.state, announce=False)
        if word.is_lost:
            return True
        try:
            tell(self._shops[word.shop], word.body, delivery=word.delivery)
        except DatabaseDown:
            return False
        return True

    def ask(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]] | None:
        """As the administrator; None while PostgreSQL is away."""
        try:
            if self._admin is None or self._admin.closed:
                self._admin = psycopg.connect(self._admin_url, autocommit=True, connect_timeout=2)
            return self._admin.execute(query, values).fetchall()
        except psycopg.OperationalError:
            self._admin = None
            return None
