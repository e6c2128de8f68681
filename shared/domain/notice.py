"""What a shop tells us in one webhook, before anything is decided about it.

A connector reads a verified request into a `Notice`; `shared.intake` stores it. The kind is the named end of the
webhook: nothing a shop sends is without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    #: The body is the newest state of the source as the shop saw it when it sent: event and transfer.
    STATE = "state"
    #: Something happened to the source, but the body does not carry it: event and transfer, fetched later.
    FETCH = "fetch"
    #: The shop says the source was deleted. A fact about the shop, never a deletion here.
    DELETED = "deleted"
    #: The shop could not find the source any more when it came to tell us.
    GONE = "gone"
    #: The shop cannot tell us anything any more: an alarm on the system.
    ALARM = "alarm"
    #: A topic or a shape nobody here knows: stored and visible, no transfer.
    UNKNOWN = "unknown"
    #: Signed, but unreadable: stored with the reason, no transfer.
    REFUSED = "refused"


class SourceType(StrEnum):
    ORDER = "order"
    PRODUCT = "product"
    REFUND = "refund"
    CUSTOMER = "customer"
    COUPON = "coupon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One webhook, or one order that was asked for, read.

    Texts hold no NUL and no lone surrogates, so that any store can keep them.
    """

    kind: NoticeKind
    topic: str
    #: Not unique in every system: part of the dedupe key, never the whole of it.
    delivery_id: str = ""
    source_type: SourceType | None = None
    source_id: str | None = None
    #: The number people see; None where the body does not carry it.
    source_number: str | None = None
    #: Aware, UTC, as exact as the shop states it (often whole seconds).
    modified_at: datetime | None = None
    #: When an order was made; None where the body does not say it.
    created_at: datetime | None = None
    #: A code for ends that need one: "order_invalid_id", "cannot_view", "bad_json", "too_deep", ...
    reason: str = ""
