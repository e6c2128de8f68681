"""Whether an order goes into the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from shared.domain.choices import chosen
from shared.domain.condition import why_not
from shared.domain.document_settings import DOCUMENT
from shared.domain.lines import gross_of
from shared.domain.order import Order
from shared.domain.reasons import Skipped, skipped
from shared.domain.settings import Handling, OrderSettings
from shared.domain.trigger import unmet
from shared.domain.view import View

#: What the bin is called in a shop that has one; never a state to transfer from.
TRASH = "trash"


def decide(
    newest: Order,
    settings: OrderSettings,
    *,
    since: datetime | None,
    earlier: Callable[[], Iterable[Order]],
    is_waived: bool = False,
) -> Skipped | Handling:
    """What is to become of it in the books, as it is now; or why nothing.

    `since`: when its connection was first switched on (aware), None where nobody knows. `earlier`: the order as the
    shop told of it before, newest first, since then; asked only where the newest state alone does not do. One of them
    having satisfied the owner's choice is enough, however the order has moved on. `is_waived`: the owner said that this
    one goes, whatever the rules say; only what the shop has thrown away stays.
    """
    if newest.status == TRASH:
        return skipped("order_trashed")
    if is_waived:
        return _highest(newest, settings, earlier)
    kept = _kept_out(newest, settings, since)
    if kept is not None:
        return kept
    missing = unmet(newest, settings)
    if missing is not None and all(unmet(order, settings) for order in earlier()):
        return missing
    # A state or a filter that the owner named himself is stronger than what we think of it.
    is_named = missing is None and settings.trigger in (None, "updated")
    if newest.is_cancelled and not settings.cancelled and not is_named:
        return skipped("order_cancelled")
    return _highest(newest, settings, earlier)


def _highest(newest: Order, settings: OrderSettings, earlier: Callable[[], Iterable[Order]]) -> Handling:
    """What the furthest of all states that the order was seen in asks for; the least of all where none was named."""
    rows = settings.choices.get(DOCUMENT)
    document = chosen(rows, View(newest, settings)) if rows is not None and settings.by_state is None else None
    if document is not None:
        return Handling.model_validate({"document": document, "book": settings.book and document == "invoice"})
    handlings = sorted(settings.handlings, key=lambda one: one.rung)
    now = settings.handling(newest.status)
    if now is not None and now.rung == handlings[-1].rung:
        return now
    reached = filter(None, (settings.handling(order.status) for order in (newest, *earlier())))
    return max(reached, key=lambda one: one.rung, default=handlings[0])


def _kept_out(order: Order, settings: OrderSettings, since: datetime | None) -> Skipped | None:
    """What keeps it out whatever it was before."""
    # A shop's dates have whole seconds.
    if since is not None and order.created_at < since.replace(microsecond=0):
        return skipped("before_start_date", created=f"{order.created_at:%Y-%m-%d}", since=f"{since:%Y-%m-%d}")
    if order.is_test and not settings.test_orders:
        return skipped("test_order")
    if gross_of(order, settings) == 0 and not settings.zero_totals:
        return skipped("zero_total")
    if settings.only is not None and (question := why_not(settings.only, View(order, settings))):
        return skipped("condition_not_met", question=question)
    return None
