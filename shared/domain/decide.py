"""Whether an order goes into the books."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.order import Order
from shared.domain.reasons import REASONS
from shared.domain.settings import OrderSettings

#: What the bin is called in a shop that has one; never a state to transfer from.
TRASH = "trash"


@dataclass(frozen=True, slots=True)
class Skipped:
    reason: str
    sentence: str


def decide(order: Order, settings: OrderSettings) -> Skipped | None:
    """None: transfer it."""
    if order.status == TRASH:
        return _skipped("order_trashed")
    if order.status not in settings.allowed_states:
        return _skipped("state_not_allowed", state=order.status, allowed=", ".join(sorted(settings.allowed_states)))
    return None


def _skipped(code: str, **fields: object) -> Skipped:
    return Skipped(code, REASONS[code].says(**fields))
