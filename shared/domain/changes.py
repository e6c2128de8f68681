"""What changed in an order since its document was made, in words for its owner; no customer's data among them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import orjson

from shared.domain.decide import TRASH
from shared.domain.order import Financial, Fulfilment, Order

#: Field -> what the owner calls it. Both values are said.
SAID = {"status": "state", "total": "total", "currency": "currency", "payment_method": "payment method"}
#: Field -> what the owner calls it. Only that it changed is said.
NAMED = {
    "billing": "billing address",
    "shipping": "delivery address",
    "customer_note": "the customer's note",
    "refunds": "refunds",
    "coupons": "coupons",
}
#: Of a line.
OF_A_LINE = {"sku": "product number", "quantity": "quantity", "total": "net", "total_tax": "VAT"}


def as_told(order: Order) -> bytes:
    """The order as an attempt keeps it: JSON, amounts and times as texts, without the shop's own body, and without what
    no order says.
    """
    told = {one.name: getattr(order, one.name) for one in fields(order) if one.name != "customer_role"}
    return orjson.dumps(told | {"source": {}}, default=str)


def fingerprint(order: Order) -> str:
    """Of all that is said of an order, but for the states and moments that it passes on its way; cancelled is none."""
    still = replace(
        order,
        status=TRASH if order.status == TRASH else "",
        financial=Financial.PENDING,
        fulfilment=Fulfilment.UNFULFILLED,
        modified_at=order.created_at,
        paid_at=None,
        completed_at=None,
    )
    return hashlib.sha256(as_told(still)).hexdigest()


def changes(then: bytes, now: bytes) -> Sequence[str]:
    """Between two orders as told, the plainest first: "state processing to completed", "line 2 (Mug) added"."""
    before, after = orjson.loads(then), orjson.loads(now)
    return [*_said(before, after, SAID), *_lines(before, after), *_named(before, after)]


def _said(before: Mapping[str, Any], after: Mapping[str, Any], fields: Mapping[str, str]) -> Iterator[str]:
    for field, name in fields.items():
        old, new = before.get(field), after.get(field)
        if old != new:
            yield f"{name} {_or_nothing(old)} to {_or_nothing(new)}"


def _lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """A line is the same one as long as the shop gives it the same id."""
    old = {line["id"]: line for line in before.get("lines", ())}
    for at, line in enumerate(after.get("lines", ()), start=1):
        where = f"line {at} ({line['name']})"
        if line["id"] not in old:
            yield f"{where} added"
        elif said := ", ".join(_said(old.pop(line["id"]), line, OF_A_LINE)):
            yield f"{where}: {said}"
    for line in old.values():
        yield f"a line ({line['name']}) removed"


def _named(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for field, name in NAMED.items() if before.get(field) != after.get(field))


def _or_nothing(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)
