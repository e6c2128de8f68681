"""Documents as e-conomic shows them: every answer is the whole entity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.economic.sandbox.drafts import Draft, Line
from connectors.economic.sandbox.ids import encode_id
from connectors.economic.sandbox.totals import to_cents
from shared.domain.document import DocumentKind, Place

#: Where each place is in the API.
COLLECTIONS = {
    (DocumentKind.ORDER, Place.DRAFT): "orders/drafts",
    (DocumentKind.ORDER, Place.SENT): "orders/sent",
    (DocumentKind.ORDER, Place.ARCHIVED): "orders/archived",
    (DocumentKind.INVOICE, Place.DRAFT): "invoices/drafts",
    (DocumentKind.INVOICE, Place.BOOKED): "invoices/booked",
}
NO_AMOUNT = Decimal("0.00")


def number_field(kind: DocumentKind, place: Place) -> str:
    if kind is DocumentKind.ORDER:
        return "orderNumber"
    return "bookedInvoiceNumber" if place is Place.BOOKED else "draftInvoiceNumber"


def document_json(
    url: str, kind: DocumentKind, place: Place, number: int, handle: int, draft: Draft, changed: str
) -> dict[str, Any]:
    """`handle`: the number that the old SOAP API knows the document by. `changed`: when, as e-conomic writes it."""
    link = f"{url}/{COLLECTIONS[kind, place]}/{number}"
    body: dict[str, Any] = {number_field(kind, place): number}
    if place is not Place.BOOKED:
        body |= _draft_links(kind, link, handle)
    body["lines"] = [_line_json(url, draft, line, is_booked=place is Place.BOOKED) for line in draft.lines]
    body |= _header(url, draft)
    if place is Place.BOOKED:
        body |= {
            "remainder": draft.totals.gross,
            "remainderInBaseCurrency": _in_base(draft, draft.totals.gross),
            "sent": f"{url}/invoices/sent/{number}",
        }
    else:
        body |= {**_margin(draft, draft.totals.net, _cost(draft)), "costPriceInBaseCurrency": _cost(draft)}
        body["lastUpdated"] = changed
    return body | {"pdf": {"download": f"{link}/pdf"}, "self": link}


def without_lines(entity: dict[str, Any]) -> dict[str, Any]:
    """As lists show it."""
    return {name: value for name, value in entity.items() if name != "lines"}


def _draft_links(kind: DocumentKind, link: str, handle: int) -> dict[str, Any]:
    is_order = kind is DocumentKind.ORDER
    next_step = "upgradeInstructions" if is_order else "bookingInstructions"
    path = "upgrade-instructions" if is_order else "booking-instructions"
    return {
        "soap": {"orderHandle" if is_order else "currentInvoiceHandle": {"id": handle}},
        "templates": {next_step: f"{link}/templates/{path}", "self": f"{link}/templates"},
        "attachment": f"{link}/attachment",
    }


def _header(url: str, draft: Draft) -> dict[str, Any]:
    totals = draft.totals
    return {
        "date": draft.day.isoformat(),
        "currency": draft.currency,
        "exchangeRate": draft.exchange_rate,
        "netAmount": totals.net,
        "netAmountInBaseCurrency": _in_base(draft, totals.net),
        "grossAmount": totals.gross,
        "grossAmountInBaseCurrency": _in_base(draft, totals.gross),
        "vatAmount": totals.vat,
        "roundingAmount": NO_AMOUNT,
        "dueDate": draft.due.isoformat(),
        "paymentTerms": draft.terms.as_json(url),
        "customer": {"customerNumber": draft.customer, "self": f"{url}/customers/{draft.customer}"},
        "layout": {"layoutNumber": draft.layout.number, "self": f"{url}/layouts/{draft.layout.number}"},
        **draft.texts,
        "recipient": {**draft.texts["recipient"], "vatZone": draft.zone.as_json(url)},
    }


def _line_json(url: str, draft: Draft, line: Line, *, is_booked: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"lineNumber": line.number, "sortKey": line.sort_key, "description": line.description}
    if line.product is None:
        return body
    if line.unit is not None:
        body["unit"] = line.unit.as_json(url)
    body |= {
        "product": {"productNumber": line.product, "self": f"{url}/products/{encode_id(line.product)}"},
        "quantity": line.quantity,
        "unitNetPrice": line.unit_price,
        "discountPercentage": line.discount,
        "unitCostPrice": line.unit_cost,
        "totalNetAmount": line.net,
    }
    if is_booked:
        return body | {"vatRate": line.rate, "vatAmount": line.vat}
    return body | _margin(draft, line.net, to_cents(line.quantity * line.unit_cost))


def _margin(draft: Draft, net: Decimal, cost: Decimal) -> dict[str, Decimal]:
    """`cost` in the base currency."""
    margin = _in_base(draft, net) - cost
    share = to_cents(100 * margin / _in_base(draft, net)) if _in_base(draft, net) else NO_AMOUNT
    return {"marginInBaseCurrency": margin, "marginPercentage": share}


def _cost(draft: Draft) -> Decimal:
    return sum((to_cents(line.quantity * line.unit_cost) for line in draft.lines), NO_AMOUNT)


def _in_base(draft: Draft, amount: Decimal) -> Decimal:
    return to_cents(amount * draft.exchange_rate / 100)
