"""Orders that a job saw in a shop: what is news goes through the one door, what is known in the same words does not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from connectors.base import OrderGlance, UnreadableOrder, Webshop
from shared.domain.notice import Notice, NoticeKind, SourceType
from shared.intake import Origin, Sender, take_in
from shared.store import known
from shared.store.database import Database, DatabaseDown
from shared.store.known import KnownOrder
from shared.store.schedules import Counts
from shared.store.sql import query
from workers.mistakes import told_safely

Body = Mapping[str, Any]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sightings:
    database: Database
    shop: Webshop
    account: int
    system: int
    origin: Origin = Origin.POLL
    #: What is found goes behind live orders, as a bulk run's: it may be a month's.
    is_behind_live: bool = False

    def take(self, orders: Sequence[Body]) -> Counts:
        """Takes in what is news, each in a commit of its own. Raises DatabaseDown; no order stops the others.

        `failed`: orders that name no id, which are kept as they came, and those at which we failed ourselves.
        """
        told = [(self.shop.notice_of(order), order) for order in orders]
        ids = [notice.source_id for notice, _ in told if notice.source_id is not None]
        before = known.orders(self.database, self.account, self.system, ids)
        counts = Counts(found=len(told))
        for notice, order in told:
            try:
                counts += self._take(notice, order, before.get(notice.source_id or ""))
            except DatabaseDown:
                raise
            except Exception as error:
                log.error("order_not_taken_in", order=notice.source_id, where=told_safely(error))
                counts += Counts(failed=1)
        return counts

    def take_untold(self, glances: Sequence[OrderGlance]) -> Counts:
        """Orders that the shop lists and cannot tell of. Who is new is asked for alone, and waits with the reason."""
        if not glances:
            return Counts()
        before = known.orders(self.database, self.account, self.system, [glance.id for glance in glances])
        for glance in glances:
            log.warning("order_untold", order=glance.id)
            if glance.id not in before:
                self._take_in(_to_be_fetched(glance), b"{}")
        return Counts(found=len(glances), failed=len(glances))

    def _take(self, notice: Notice, order: Body, before: KnownOrder | None) -> Counts:
        news = self.news(notice, order, before)
        if news is None:
            return Counts(skipped=1)
        self._take_in(news, written(order))
        return Counts(failed=1) if news.kind is NoticeKind.REFUSED else Counts(sent=1)

    def news(self, notice: Notice, order: Body, before: KnownOrder | None) -> Notice | None:
        """What is to be taken in of it; None where it is known in the same words."""
        if before is None or not self._says(before, order):
            return notice
        return replace(notice, kind=NoticeKind.FETCH) if before.is_believed_gone else None

    def gone(self, source_id: str) -> None:
        """The shop had no such order when it was asked for it: whoever handles it next asks once more."""
        missing = Notice(
            kind=NoticeKind.GONE,
            topic="order.missing",
            delivery_id=source_id,
            source_type=SourceType.ORDER,
            source_id=source_id,
            reason="order_gone",
        )
        self._take_in(missing, b"{}")

    def _take_in(self, notice: Notice, body: bytes) -> None:
        sender = Sender(account_id=self.account, system_id=self.system)
        if not self.is_behind_live:
            self.database.run(lambda c: take_in(c, sender, self.origin, notice, body))
            return
        with self.database.account(self.account) as c:
            take_in(c, sender, self.origin, notice, body)
            c.execute(query("put_behind_live"), {"system": self.system, "source_id": notice.source_id})

    def _says(self, before: KnownOrder, order: Body) -> bool:
        """Whether the newest word that is stored of it is the same."""
        if before.body is None:
            return False
        try:
            stored = self.shop.decode_order(before.body)
        except UnreadableOrder:
            return False
        return written(self.shop.content(stored)) == written(self.shop.content(order))


def _to_be_fetched(glance: OrderGlance) -> Notice:
    return Notice(
        kind=NoticeKind.FETCH,
        topic="order.untold",
        delivery_id=glance.id,
        source_type=SourceType.ORDER,
        source_id=glance.id,
        source_number=glance.number,
        created_at=glance.created_at,
    )


def written(order: Body) -> bytes:
    """As it is stored, and compared: numbers keep their digits."""
    return json.dumps(order, default=str, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
