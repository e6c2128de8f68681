"""The nightly recheck: open, sent and settled orders, and those that we never heard of, as their shop has them now.

Its cursor says which of the four it is at and how far it has come there: whoever takes the run up goes on with that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from connectors.base import Webshop, WebshopClient
from connectors.registry import webshop
from shared.domain.lines import gross_of
from shared.domain.order import Order
from shared.domain.recheck import (
    LISTED_BACK,
    MANY,
    Money,
    Way,
    advice,
    states_to_list,
    way_for,
    window_to_compare,
)
from shared.domain.settings import OrderSettings
from shared.store import open_orders
from shared.store.open_orders import StoredOrder
from workers.job_hand import JobHand
from workers.rechecking_look import CountingHand, Look, Looked
from workers.rechecking_progress import Phase, Progress, came_to
from workers.rechecking_unseen import Comparison
from workers.sightings import Sightings
from workers.tools import Tools, checked, installed

#: Orders that are asked for one by one before it is written down how far that is.
SINGLY_AT_A_TIME = 20
#: All of them, where they are listed and not asked for.
ALL = 2**31
NOTHING = Decimal(0)


def recheck(tools: Tools, hand: JobHand) -> bool:
    """Whether there is more to do. Raises fates, LeaseLost and DatabaseDown; what was taken in by then stays so."""
    shop = installed(webshop, hand.run.source.kind)
    progress = came_to(hand.run.cursor, datetime.now(UTC))
    with tools.clients.shop(shop, hand.run.source, CountingHand(hand, progress)) as client:
        return Recheck(tools, hand, shop, client, progress).go_on()


class Recheck:
    def __init__(self, tools: Tools, hand: JobHand, shop: Webshop, client: WebshopClient, progress: Progress) -> None:
        run = hand.run
        assert run.connection is not None
        self._database = tools.database
        self._hand = hand
        self._shop = shop
        self._connection = run.connection
        self._progress = progress
        self._settings = checked(OrderSettings, run.settings or {})
        jobs = self._settings.jobs
        if progress.days is None:
            progress.days = jobs.recheck_days_with_webhooks if run.webhooks_work else jobs.recheck_days
        self._window = window_to_compare(progress.began, progress.days, run.active_since)
        sightings = Sightings(tools.database, shop, run.account, run.source.id, is_behind_live=True)
        self._look = Look(client, shop, sightings)

    def go_on(self) -> bool:
        """Whether it had to make room before it was done."""
        for phase, step in (
            (Phase.OPEN, self._look_at_open),
            (Phase.SENT, self._look_at_sent),
            (Phase.SETTLED, self._look_for_settled),
            (Phase.UNSEEN, self._look_for_unseen),
        ):
            while self._progress.phase is phase:
                step()
                if self._hand.is_to_make_room and self._progress.phase is not Phase.DONE:
                    return True
        self._tell()
        return False

    def _look_at_open(self) -> None:
        if self._progress.way is None:
            self._progress.open_orders = len(self._open(MANY + 1))
            self._choose_way(self._progress.open_orders)
        self._look_on(self._open(self._many_at_once), LISTED_BACK, states_to_list(self._settings), then=Phase.SENT)

    def _look_at_sent(self) -> None:
        days = self._settings.jobs.recheck_sent_days
        if self._progress.way is None:
            self._choose_way(len(self._sent(MANY)))
        self._look_on(self._sent(self._many_at_once), timedelta(days=days), None, then=Phase.SETTLED)

    def _look_for_settled(self) -> None:
        """One that is gone unknown to us would hide one that was never seen: in numbers they make up for each other."""
        progress, most = self._progress, self._shop.most_by_id
        orders = self._settled(most) if most is not None else []
        if not orders:
            progress.enter(Phase.UNSEEN)
            self._hand.keep(progress.kept())
            return
        looked = self._look.at(orders, by_id=True, only_gone=True)
        progress.note(looked)
        progress.after = orders[-1].id
        self._hand.keep(progress.kept(), looked.counts)

    def _look_for_unseen(self) -> None:
        progress = self._progress
        comparison = Comparison(self._database, self._hand.account, self._connection, self._look, progress)
        if progress.windows is None:
            comparison.begin(self._window)
        counts = comparison.step(by_id=self._shop.most_by_id is not None)
        if not progress.windows:
            progress.enter(Phase.DONE)
        self._hand.keep(progress.kept(), counts)

    def _look_on(
        self, orders: Sequence[StoredOrder], back: timedelta, states: Sequence[str] | None, *, then: Phase
    ) -> None:
        """At the next ones; `back`, `states`: what is listed where the shop lists none by id."""
        progress = self._progress
        if orders and progress.way is Way.BEST_EFFORT:
            self._list(orders, back, states, then=then)
        elif orders:
            looked = self._look.at(orders, by_id=progress.way is Way.BY_ID)
            self._note(looked, orders)
            progress.after = orders[-1].id
            self._hand.keep(progress.kept(), looked.counts)
        else:
            progress.enter(then)
            self._hand.keep(progress.kept())

    def _list(
        self, orders: Sequence[StoredOrder], back: timedelta, states: Sequence[str] | None, *, then: Phase
    ) -> None:
        """Lists what may be among them, as far as there is time; those that were not listed were not looked at."""
        progress, wanted = self._progress, {order.source_id for order in orders}
        since = progress.listed_to or progress.began - back
        for page in self._look.client.list_orders_created(after=since, states=states):
            looked = self._look.take(page.orders)
            self._note(looked, orders)
            matched = wanted.intersection(filter(None, map(self._look.id_of, page.orders)))
            progress.matched = sorted(matched.union(progress.matched))
            made = [at for order in page.orders if (at := self._shop.notice_of(order).created_at) is not None]
            progress.listed_to = max([progress.listed_to or since, *made])
            self._hand.keep(progress.kept(), looked.counts)
            if self._hand.is_to_make_room:
                return
        progress.left = progress.left.plus([one.number for one in orders if one.source_id not in progress.matched])
        progress.enter(then)
        self._hand.keep(progress.kept())

    def _note(self, looked: Looked, orders: Sequence[StoredOrder]) -> None:
        self._progress.note(looked)
        if self._progress.phase is Phase.SENT:
            self._progress.changed += looked.news
            for order in orders:
                if order.source_id in looked.orders:
                    self._weigh(order, looked.orders[order.source_id])

    def _weigh(self, sent: StoredOrder, order: Order) -> None:
        """What the books answered with against what the shop says; nothing where one of them does not say."""
        if sent.total is None or sent.currency is None:
            return
        for currency in {sent.currency, order.currency}:
            money = self._progress.money.get(currency, Money())
            self._progress.money[currency] = money.plus(
                sent.number,
                shop=_comes_to(order, self._settings) if currency == order.currency else NOTHING,
                books=sent.total if currency == sent.currency else NOTHING,
            )

    def _tell(self) -> None:
        just = {"just_gone": self._progress.just_gone, "just_back": self._progress.just_back}
        with self._database.account(self._hand.account) as c:
            ours = open_orders.made(c, self._connection, self._window, **just)
            ends = open_orders.by_end(c, self._connection, list(ours))
        says = advice(open_orders=self._progress.open_orders, webhooks_work=self._hand.run.webhooks_work)
        self._hand.report = self._progress.report(self._window, ends, says).model_dump(mode="json")
        self._hand.cursor = {}

    def _choose_way(self, orders: int) -> None:
        self._progress.way = way_for(orders, self._shop.most_by_id)
        self._progress.is_best_effort |= self._progress.way is Way.BEST_EFFORT

    @property
    def _many_at_once(self) -> int:
        match self._progress.way:
            case Way.BY_ID:
                return self._shop.most_by_id or SINGLY_AT_A_TIME
            case Way.BEST_EFFORT:
                return ALL
            case _:
                return SINGLY_AT_A_TIME

    def _open(self, most: int) -> list[StoredOrder]:
        """The next ones."""
        progress = self._progress
        with self._database.account(self._hand.account) as c:
            return open_orders.to_recheck(
                c,
                self._connection,
                since=progress.began - timedelta(days=progress.days or 0),
                until=progress.began,
                start=self._hand.run.active_since,
                after=progress.after,
                most=most,
            )

    def _sent(self, most: int) -> list[StoredOrder]:
        progress = self._progress
        since = progress.began - timedelta(days=self._settings.jobs.recheck_sent_days)
        with self._database.account(self._hand.account) as c:
            return open_orders.sent(
                c, self._connection, since=since, until=progress.began, after=progress.after, most=most
            )

    def _settled(self, most: int) -> list[StoredOrder]:
        progress = self._progress
        with self._database.account(self._hand.account) as c:
            return open_orders.settled(
                c,
                self._connection,
                self._window,
                sent_since=progress.began - timedelta(days=self._settings.jobs.recheck_sent_days),
                share=progress.began.toordinal(),
                after=progress.after,
                most=most,
            )


def _comes_to(order: Order, settings: OrderSettings) -> Decimal:
    """What its document should, as the shop has it now."""
    if order.is_cancelled:
        return NOTHING
    return gross_of(order, settings) + sum((refund.total for refund in order.refunds), NOTHING)
