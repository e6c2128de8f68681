"""Histories of one order: what its shop told of it, what its owner chose, and what becomes of it.

The example workflows of a shop's owner ("B2C invoice when paid", "ship when fulfilled", "when the status changes") and
"completed only" are in test_trigger.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import pytest

from shared.domain.decide import decide
from shared.domain.order import Order
from shared.domain.reasons import Skipped
from shared.domain.settings import Handling, OrderSettings
from tests.domain.test_build import order

ORDER, INVOICE, BOOKED = (
    Handling(document="order"),
    Handling(document="invoice"),
    Handling(document="invoice", book=True),
)
#: The connection's start, and the day on which orders are placed as long as nothing else is said.
ON_SINCE = datetime(2026, 3, 1, tzinfo=UTC)
PLACED = ON_SINCE + timedelta(days=1)
NOTHING = Decimal("0.00")

NOT_ALLOWED = "state_not_allowed"
PROCESSING_ONLY = {"allowed_states": ["processing"]}
PAID = {"trigger": "paid"}
FULFILLED = {"trigger": "fulfilled"}
PAID_AND_SENT = {"trigger": "updated", "financial": ["paid"], "fulfilment": ["fulfilled"]}
REFUNDED = {"trigger": "updated", "financial": ["refunded"]}
#: An order when it is paid, a booked invoice when it is sent.
CLIMBS = {"by_state": {"processing": {"document": "order"}, "completed": {"document": "invoice", "book": True}}}
#: The same with a step between.
CLIMBS_SLOWLY = {
    "by_state": {
        "on-hold": {"document": "order"},
        "processing": {"document": "invoice"},
        "completed": {"document": "invoice", "book": True},
    }
}
ON_CANCEL, ON_CANCEL_TOO = (
    {"by_state": {"cancelled": {"document": "order"}}},
    {"by_state": {"processing": {"document": "invoice"}, "cancelled": {"document": "order"}}},
)


@dataclass(frozen=True)
class Word:
    """A state in which the order was. Of one that nobody saw there is no event; the last one is fetched then."""

    by: Literal["webhook", "poll", "nobody"]
    order: Order


def _in_state(status: str, *, is_paid: bool | None = None, **more: Any) -> Order:
    """WooCommerce sets a paid date with `processing` and `completed`, and keeps it."""
    paid = status in ("processing", "completed", "refunded") if is_paid is None else is_paid
    dates = {"date_paid_gmt": "2026-03-02T11:00:00" if paid else None}
    if status == "completed":
        dates["date_completed_gmt"] = "2026-03-03T11:00:00"
    return replace(order(status=status, **dates), **{"created_at": PLACED, **more})


def webhook(status: str, **more: Any) -> Word:
    return Word("webhook", _in_state(status, **more))


def poll(status: str, **more: Any) -> Word:
    return Word("poll", _in_state(status, **more))


def unseen(status: str, **more: Any) -> Word:
    return Word("nobody", _in_state(status, **more))


pending, on_hold, processing, completed = map(webhook, ("pending", "on-hold", "processing", "completed"))
refunded, cancelled, binned = map(webhook, ("refunded", "cancelled", "trash"))
#: Cancelled after it was paid: the paid date stays.
called_off = webhook("cancelled", is_paid=True)

HISTORIES: dict[str, tuple[list[Word], dict[str, Any], str | Handling]] = {
    # Allowed states, and the moment that latches
    "a committed event showed processing, the order is completed when we come to it: it goes": (
        [processing, completed],
        PROCESSING_ONLY,
        INVOICE,
    ),
    "a poll found it processing, it is completed when we come to it: it goes": (
        [poll("processing"), completed],
        PROCESSING_ONLY,
        INVOICE,
    ),
    "a webhook showed processing, and what it is now nobody told: it goes": (
        [processing, unseen("completed")],
        PROCESSING_ONLY,
        INVOICE,
    ),
    "no event or poll ever showed it: order state not allowed": (
        [pending, unseen("processing"), poll("completed")],
        PROCESSING_ONLY,
        NOT_ALLOWED,
    ),
    "only a poll came by, and it was completed by then: order state not allowed": (
        [poll("completed")],
        PROCESSING_ONLY,
        NOT_ALLOWED,
    ),
    "it was fetched in its moment: it goes": ([pending, unseen("processing")], PROCESSING_ONLY, INVOICE),
    "back from completed to processing, and the owner waits for completed: it goes": (
        [completed, processing],
        {"allowed_states": ["completed"]},
        INVOICE,
    ),
    "told of twice: it goes as if told once": ([processing, poll("processing")], PROCESSING_ONLY, INVOICE),
    "in a state of a plugin's own, which the owner named: it goes": (
        [processing, webhook("packed")],
        {"allowed_states": ["packed"]},
        INVOICE,
    ),
    "on hold for its payment: order state not allowed": ([on_hold], {}, NOT_ALLOWED),
    "its payment failed: order state not allowed": ([pending, webhook("failed")], {}, NOT_ALLOWED),
    "its payment failed, and the second went well: it goes": ([webhook("failed"), processing], {}, INVOICE),
    # Cancelled, refunded, thrown away
    "cancelled before it was paid: order state not allowed": ([pending, cancelled], {}, NOT_ALLOWED),
    "cancelled after processing, before we came to it: it does not go": (
        [processing, called_off],
        {},
        "order_cancelled",
    ),
    "cancelled after processing, and the owner wants such orders: it goes": (
        [processing, called_off],
        {"cancelled": True},
        INVOICE,
    ),
    "cancelled and taken up again: it goes": ([processing, called_off, processing], {}, INVOICE),
    "refunded before we came to it: its moment had come, it goes": ([processing, refunded], {}, INVOICE),
    "refunded named in a filter: it goes": ([processing, refunded], REFUNDED, INVOICE),
    "refunded named in a filter, and it is only paid: it does not go": (
        [processing],
        REFUNDED,
        "status_filters_not_matched",
    ),
    "in the bin, whatever it was before: it does not go": ([processing, binned], {}, "order_trashed"),
    "in the bin and taken out again: it goes": ([processing, binned, processing], {}, INVOICE),
    # Triggers
    "paid on hold, by hand: with the trigger paid it goes": (
        [pending, webhook("on-hold", is_paid=True)],
        PAID,
        INVOICE,
    ),
    "never paid, and completed nevertheless: with the trigger paid it does not go": (
        [webhook("completed", is_paid=False)],
        PAID,
        "trigger_not_matched",
    ),
    "paid and then cancelled: with the trigger paid it does not go": (
        [processing, called_off],
        PAID,
        "order_cancelled",
    ),
    "sent, and processing again: with the trigger fulfilled it goes": ([completed, processing], FULFILLED, INVOICE),
    "sent unseen, and processing again: with the trigger fulfilled it does not go": (
        [unseen("completed"), poll("processing")],
        FULFILLED,
        "trigger_not_matched",
    ),
    "paid at one time, sent at another, never both: it does not go": (
        [processing, webhook("completed", is_paid=False)],
        PAID_AND_SENT,
        "status_filters_not_matched",
    ),
    "paid and sent, and refunded since: it goes": ([completed, refunded], PAID_AND_SENT, INVOICE),
    # By state
    "by state, processing: an order": ([pending, processing], CLIMBS, ORDER),
    "by state, completed: a booked invoice": ([processing, completed], CLIMBS, BOOKED),
    "by state, completed at first sight: a booked invoice at once": ([poll("completed")], CLIMBS, BOOKED),
    "by state, back from completed to processing: it never steps down": ([completed, processing], CLIMBS, BOOKED),
    "by state, back from an unseen completed: what was seen counts": (
        [processing, unseen("completed"), poll("processing")],
        CLIMBS,
        ORDER,
    ),
    "by state, one step of several: as far as it came": ([on_hold, processing, on_hold], CLIMBS_SLOWLY, INVOICE),
    "by state, on to a state that is not listed: what it had reached": ([processing, webhook("packed")], CLIMBS, ORDER),
    "by state, in none that is listed: order state not allowed": ([pending, on_hold], CLIMBS, NOT_ALLOWED),
    "by state, cancelled after processing: it does not go": ([processing, called_off], CLIMBS, "order_cancelled"),
    "by state, refunded after completed: a booked invoice": ([completed, refunded], CLIMBS, BOOKED),
    "by state, cancelled is a state that the owner named: it goes": ([cancelled], ON_CANCEL, ORDER),
    "by state, cancelled is named, and it had come farther before: as far as it came": (
        [processing, called_off],
        ON_CANCEL_TOO,
        INVOICE,
    ),
    # What keeps an order out, whatever it was before
    "placed on the day before the connection was on: it does not go": (
        [webhook("processing", created_at=ON_SINCE - timedelta(days=1))],
        {},
        "before_start_date",
    ),
    "placed before the start, and completed since: it does not go": (
        [webhook("completed", created_at=ON_SINCE - timedelta(seconds=1))],
        CLIMBS,
        "before_start_date",
    ),
    "placed in the second in which the connection was switched on: it goes": (
        [poll("processing", created_at=ON_SINCE)],
        {},
        INVOICE,
    ),
    "a test order: it does not go": ([webhook("processing", is_test=True)], PAID, "test_order"),
    "a test order, and the owner wants them: it goes": (
        [webhook("processing", is_test=True)],
        {**PAID, "test_orders": True},
        INVOICE,
    ),
    "it comes to nothing: it goes": ([webhook("processing", total=NOTHING)], {}, INVOICE),
    "it comes to nothing, and the owner does not want those: it does not go": (
        [webhook("processing", total=NOTHING)],
        {"zero_totals": False},
        "zero_total",
    ),
    "it came to something once, and to nothing now: it does not go": (
        [processing, webhook("processing", total=NOTHING)],
        {"zero_totals": False},
        "zero_total",
    ),
    # The owner's choice of the document
    "an order is chosen: an order": ([processing], {"document": "order"}, ORDER),
    "booked is chosen: a booked invoice": ([processing], {"book": True}, BOOKED),
    "booked is chosen, and its moment had come: a booked invoice": (
        [processing, completed],
        {"book": True, **PROCESSING_ONLY},
        BOOKED,
    ),
}

#: The owner says that this one goes, whatever the rules say.
WAIVED: dict[str, tuple[list[Word], dict[str, Any], str | Handling]] = {
    "on hold": ([on_hold], {}, INVOICE),
    "cancelled": ([processing, called_off], {}, INVOICE),
    "from before the start": ([webhook("processing", created_at=ON_SINCE - timedelta(days=9))], {}, INVOICE),
    "a test of nothing": ([webhook("processing", is_test=True, total=NOTHING)], {"zero_totals": False}, INVOICE),
    "never paid, with the trigger paid": ([pending], {**PAID, "book": True}, BOOKED),
    "by state, in none that is listed: the lowest that is": ([on_hold], CLIMBS, ORDER),
    "by state, completed: what that state asks for": ([completed], CLIMBS, BOOKED),
    "in the bin: it stays": ([processing, binned], {}, "order_trashed"),
}


def end(words: list[Word], chosen: dict[str, Any], *, is_waived: bool = False) -> str | Handling:
    """When somebody comes to it after the last of the words."""
    *before, newest = words
    earlier = [word.order for word in reversed(before) if word.by != "nobody"]
    settings = OrderSettings.model_validate(chosen)
    decided = decide(newest.order, settings, since=ON_SINCE, earlier=lambda: earlier, is_waived=is_waived)
    return decided.reason if isinstance(decided, Skipped) else decided


@pytest.mark.parametrize("history", HISTORIES)
def test_what_became_of_an_order(history: str) -> None:
    # Given what the shop told, oldest first, and the owner's choice, when somebody comes to it, then that becomes of it
    words, chosen, expected = HISTORIES[history]
    assert end(words, chosen) == expected


@pytest.mark.parametrize("history", WAIVED)
def test_what_the_owner_lets_go_by_hand_goes(history: str) -> None:
    # Given an order that the owner lets go by hand, when somebody comes to it, then only the bin keeps it
    words, chosen, expected = WAIVED[history]
    assert end(words, chosen, is_waived=True) == expected
