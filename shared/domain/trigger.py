"""Whether the moment of an order has come, by the way that its owner chose."""

from __future__ import annotations

from shared.domain.order import Financial, Fulfilment, Order
from shared.domain.reasons import Skipped, skipped
from shared.domain.settings import OrderSettings

#: What an order that was paid can have come to since.
WAS_PAID = frozenset({Financial.PAID, Financial.PARTIALLY_REFUNDED, Financial.REFUNDED})


def unmet(order: Order, settings: OrderSettings) -> Skipped | None:
    """What is missing in this state of the order; None where it satisfies the choice."""
    match settings.trigger:
        case None:
            return _by_state(order, settings.states or frozenset())
        case "paid":
            return None if _was_paid(order) else skipped("trigger_not_matched", trigger="paid", is_now="it is not")
        case "fulfilled":
            is_now = f"it is {_words(order.fulfilment)}"
            is_sent = order.fulfilment is Fulfilment.FULFILLED
            return None if is_sent else skipped("trigger_not_matched", trigger="fulfilled", is_now=is_now)
        case "updated":
            return _by_filters(order, settings)


def _by_state(order: Order, allowed: frozenset[str]) -> Skipped | None:
    if order.status in allowed:
        return None
    return skipped("state_not_allowed", state=order.status, allowed=", ".join(sorted(allowed)) or "none")


def _was_paid(order: Order) -> bool:
    return order.paid_at is not None or order.financial in WAS_PAID


def _by_filters(order: Order, settings: OrderSettings) -> Skipped | None:
    """Any of a group will do; each group that was chosen must match."""
    for group, chosen, value in (
        ("financial", settings.financial, order.financial),
        ("fulfilment", settings.fulfilment, order.fulfilment),
    ):
        if chosen and value not in chosen:
            wanted = " or ".join(sorted(map(_words, chosen)))
            return skipped("status_filters_not_matched", group=group, value=_words(value), wanted=wanted)
    return None


def _words(status: str) -> str:
    return status.replace("_", " ")
