"""The import: orders that were there before their connection was, by day or by number, through the one door.

It can never make a second document: it raises transfers, as a webhook does, and whoever works on one looks first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.base import UnreadableOrder, Webshop, WebshopClient
from connectors.registry import webshop
from shared.domain.bulk import ImportFilter
from shared.domain.notice import Notice
from shared.domain.settings import OrderSettings
from shared.intake import Origin, Sender, take_in
from shared.store import known, run_work
from shared.store.run_work import Feeding
from workers.feeding import feed_order
from workers.numbered import numbered, portions
from workers.run_hand import RunHand
from workers.sightings import Body, Sightings, written
from workers.tools import Tools, checked, installed

#: What the shop's clock may be behind ours: so far before the run began changes are looked for.
SKEW = timedelta(minutes=10)

IMPORTED = Feeding(is_imported=True, unless_sent=True)


def import_orders(tools: Tools, hand: RunHand) -> None:
    """Raises fates, MakesRoom, Stopped, LeaseLost and DatabaseDown; what was fed by then goes on."""
    shop = installed(webshop, hand.run.source.kind)
    wanted = ImportFilter.model_validate(hand.run.filter)
    if not hand.cursor.get("is_listed"):
        with tools.clients.shop(shop, hand.run.source, hand) as client:
            importing = _Import(tools, hand, shop, client)
            if wanted.numbers:
                importing.by_number(wanted.numbers)
            else:
                importing.by_day(wanted)
        hand.keep({**hand.cursor, "is_listed": True})
    hand.settle()


class _Import:
    def __init__(self, tools: Tools, hand: RunHand, shop: Webshop, client: WebshopClient) -> None:
        self._database = tools.database
        self._hand = hand
        self._shop = shop
        self._client = client
        run = hand.run
        self._sightings = Sightings(tools.database, shop, run.account, run.source.id, Origin.IMPORT)

    def by_day(self, wanted: ImportFilter) -> None:
        """Oldest first; then what changed while it went on, since an order may have got behind the list meanwhile."""
        settings = checked(OrderSettings, self._hand.run.settings)
        if "began" not in self._hand.cursor:
            self._hand.keep({"began": (datetime.now(UTC) - SKEW).isoformat()})
        began = datetime.fromisoformat(self._hand.cursor["began"]) + SKEW
        after, before = wanted.moments(ZoneInfo(settings.time_zone), now=began)
        if "changed" not in self._hand.cursor:
            self._as_made(wanted, after, before)
        self._as_changed(wanted, after, before)

    def by_number(self, numbers: Sequence[str]) -> None:
        run, at = self._hand.run, self._hand.cursor.get("at", 0)
        for portion in portions(self._shop, numbers[at:]):
            with self._database.account(run.account) as c:
                known_by = run_work.sources_of(c, run.connection, portion)
            these = numbered(self._shop, self._client, portion, known_by)
            self._page(these.found)
            self._hand.note_not_found(these.missing)
            self._hand.note_untold(these.untold)
            at += len(portion)
            self._hand.keep_page({"at": at})

    def _as_made(self, wanted: ImportFilter, after: datetime, before: datetime) -> None:
        cursor = self._hand.cursor
        since = datetime.fromisoformat(cursor["since"]) if "since" in cursor else after
        states = wanted.states or None
        for page in self._client.list_orders_created(after=since, before=before, states=states):
            self._page(page.orders)
            self._hand.note_untold({glance.id: glance.number for glance in page.untold})
            # Behind the last page come orders that changed meanwhile, of any day.
            since = max(since, self._latest(page.orders, lambda notice: notice.created_at, before) or since)
            self._hand.keep_page({**cursor, "since": since.isoformat()})
        self._hand.keep({**self._hand.cursor, "changed": cursor["began"]})

    def _as_changed(self, wanted: ImportFilter, after: datetime, before: datetime) -> None:
        since = datetime.fromisoformat(self._hand.cursor["changed"])
        for page in self._client.list_orders(modified_after=since):
            self._page([order for order in page.orders if self._is_wanted(order, wanted, after, before)])
            made_then = [one for one in page.untold if one.created_at is not None and after <= one.created_at < before]
            self._hand.note_untold({glance.id: glance.number for glance in made_then})
            since = max(since, self._latest(page.orders, lambda notice: notice.modified_at, datetime.now(UTC)) or since)
            self._hand.keep_page({**self._hand.cursor, "changed": since.isoformat()})

    def _page(self, orders: Sequence[Body]) -> None:
        """Makes each of them an item of the run: what is news goes through the door, what is known is raised."""
        hand, run = self._hand, self._hand.run
        told = {notice.source_id: (notice, order) for order in orders if (notice := self._notice(order)).source_id}
        ids = [of for of in told if of is not None]
        before = known.orders(self._database, run.account, run.source.id, ids)
        with self._database.account(run.account) as c:
            there = run_work.there_are(c, run, ids)
            transfers = run_work.transfers_of(c, run.connection, ids)
        as_known: list[int] = []
        for of in ids:
            notice, order = told[of]
            if of in there:
                continue
            news = self._sightings.news(notice, order, before.get(of))
            if news is None and of in transfers:
                as_known.append(transfers[of])
            else:
                feed_order(hand, Origin.IMPORT, news or notice, order, IMPORTED)
        hand.feed(as_known, IMPORTED)

    def _notice(self, order: Body) -> Notice:
        """One without an id is kept as it came, and told of."""
        notice = self._shop.notice_of(order)
        if notice.source_id is None:
            body = written(order)
            sender = Sender(account_id=self._hand.run.account, system_id=self._hand.run.source.id)
            self._database.run(lambda c: take_in(c, sender, Origin.IMPORT, notice, body))
            called = f"no id, {hashlib.sha256(body).hexdigest()[:12]}"
            self._hand.note({called: "?"}, "failed", notice.reason)
        return notice

    def _is_wanted(self, order: Body, wanted: ImportFilter, after: datetime, before: datetime) -> bool:
        made = self._shop.notice_of(order).created_at
        if made is None or not after <= made < before:
            return False
        return not wanted.states or self._state(order) in wanted.states

    def _state(self, order: Mapping[str, Any]) -> str | None:
        try:
            return self._shop.read_order(order).status
        except UnreadableOrder:
            return None

    def _latest(
        self, orders: Sequence[Body], moment: Callable[[Notice], datetime | None], at_most: datetime
    ) -> datetime | None:
        moments = [found for order in orders if (found := moment(self._shop.notice_of(order))) is not None]
        return min(max(moments), at_most) if moments else None
