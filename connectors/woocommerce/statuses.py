"""WooCommerce's one word for an order -> what was paid and what was sent, which it does not tell apart.

| its words | financial |
|---|---|
| `refunded`, or refunds that come to the total | refunded |
| any refund | partially refunded |
| a paid date | paid |
| `cancelled`, `failed` without a paid date | voided |
| anything else (`pending`, `on-hold`, a plugin's own) | pending |

| its words | fulfilment |
|---|---|
| `completed`; `refunded` after it was completed | fulfilled |
| anything else | unfulfilled |

A paid date is set when an order becomes `processing` or `completed`, also by hand; it stays when the state changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from shared.domain.order import Financial, Fulfilment, RefundSummary

CANCELLED, COMPLETED, FAILED, REFUNDED = "cancelled", "completed", "failed", "refunded"


def financial(status: str, total: Decimal, refunds: Sequence[RefundSummary], *, is_paid: bool) -> Financial:
    """`total` gross, refunds gross and negative, in the order's currency."""
    paid_back = -sum((refund.total for refund in refunds), Decimal(0))
    if status == REFUNDED or (refunds and paid_back >= total):
        return Financial.REFUNDED
    if refunds:
        return Financial.PARTIALLY_REFUNDED
    if is_paid:
        return Financial.PAID
    return Financial.VOIDED if status in (CANCELLED, FAILED) else Financial.PENDING


def fulfilment(status: str, *, was_completed: bool) -> Fulfilment:
    is_sent = status == COMPLETED or (status == REFUNDED and was_completed)
    return Fulfilment.FULFILLED if is_sent else Fulfilment.UNFULFILLED
