"""The replay of many orders: those that are known go once more, and those that only the shop knows come in.

It can never make a second document: it raises transfers, as a webhook does, and whoever works on one looks first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from connectors.base import Webshop, WebshopClient
from connectors.registry import webshop
from shared.domain.replays import ReplayFilter
from shared.intake import Origin
from shared.store import open_orders, replayed
from shared.store.database import Database
from shared.store.run_work import Feeding
from workers.feeding import feed_order
from workers.numbered import Numbered, numbered, portions
from workers.run_hand import RunHand
from workers.tools import Tools, installed

#: Transfers that are looked up at a time.
PAGE = 500

#: How the orders of each replay go. Only `retry_all` is the owner's word; the others go by the guards of every day.
FEEDING: Mapping[str, Feeding] = {
    "recover": Feeding(),
    "missing": Feeding(unless_sent=True),
    "bulk": Feeding(),
    "retry_all": Feeding(owner_asked=True),
}


def replay_orders(tools: Tools, hand: RunHand) -> None:
    """Raises fates, MakesRoom, Stopped, LeaseLost and DatabaseDown; what was fed by then goes on."""
    wanted = ReplayFilter.model_validate(hand.run.filter)
    if not hand.cursor.get("is_listed"):
        how = FEEDING[hand.run.what]
        _feed_known(tools.database, hand, wanted, how)
        if wanted.missing_since is not None:
            _feed_unseen(tools, hand, wanted.missing_since, how)
        hand.keep({**hand.cursor, "is_listed": True})
    hand.settle()


def unseen(
    database: Database, client: WebshopClient, account: int, connection: int, since: datetime
) -> Iterator[tuple[Sequence[str], datetime]]:
    """Ids of orders that the shop made since then, and of which the connection never heard; with each page, until when
    all were listed. Raises fates.
    """
    for glances in client.list_order_ids(after=since):
        ids = [glance.id for glance in glances]
        since = max([since, *(glance.created_at for glance in glances if glance.created_at is not None)])
        with database.account(account) as c:
            seen = open_orders.seen(c, connection, ids)
        yield [one for one in ids if one not in seen], since


def fetched(shop: Webshop, client: WebshopClient, ids: Sequence[str]) -> Iterator[Numbered]:
    """Those of them that are still there, some at a time. Raises fates."""
    for portion in portions(shop, ids):
        yield numbered(shop, client, portion, {one: {one} for one in portion})


def _feed_known(database: Database, hand: RunHand, wanted: ReplayFilter, how: Feeding) -> None:
    run = hand.run
    after = int(hand.cursor.get("after", 0))
    with database.account(run.account) as c:
        unknown = replayed.unknown_numbers(c, run.connection, wanted.numbers)
    hand.note_not_found(unknown)
    while True:
        with database.account(run.account) as c:
            page = replayed.orders(c, run.connection, wanted, after=after, most=PAGE)
        if not page:
            return
        hand.feed(page, how)
        after = page[-1]
        hand.keep_page({**hand.cursor, "after": after})


def _feed_unseen(tools: Tools, hand: RunHand, since: datetime, how: Feeding) -> None:
    run = hand.run
    shop = installed(webshop, run.source.kind)
    since = datetime.fromisoformat(hand.cursor.get("listed_until", since.isoformat()))
    with tools.clients.shop(shop, run.source, hand) as client:
        for ids, until in unseen(tools.database, client, run.account, run.connection, since):
            for these in fetched(shop, client, ids):
                for order in these.found:
                    feed_order(hand, Origin.POLL, shop.notice_of(order), order, how)
                hand.note_untold(these.untold)
            hand.keep_page({**hand.cursor, "listed_until": until.isoformat()})
