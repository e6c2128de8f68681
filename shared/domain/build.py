"""From the shop's order to the document that is to stand in the books."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from shared.domain.addresses import Wording, delivery, recipient
from shared.domain.document import DocumentKind, DocumentLine, DocumentPlan, FieldValue
from shared.domain.lines import bill, product_of
from shared.domain.money import UNIT, Rounding
from shared.domain.order import Order
from shared.domain.pricing import PricedLine, Role
from shared.domain.reasons import REASONS, needs_user
from shared.domain.settings import OrderSettings
from shared.domain.totals import Closed, Refused, Rules, Strictness, Sums, close


def reference(connection: int, source_id: str, generation: int) -> str:
    """By which the document is found again: two shops in one agreement may have the same order numbers."""
    again = "" if generation == 1 else f"/{generation}"
    return f"SL{connection}-{quote(source_id, safe='')}{again}"


def own_token(text: str) -> str:
    """Of what stands in the books as a reference: ours is its first word, the owner's words follow."""
    return text.partition(" ")[0]


def is_reference(text: str) -> bool:
    """Whether it begins with one that we gave, of whichever order."""
    return re.match(r"SL[0-9]+-[^ ]", text) is not None


def price_lines(order: Order, settings: OrderSettings, kind: DocumentKind, rounding: Rounding) -> Closed:
    """The document's lines, with what brings it to the order's totals in books that round so.

    Raises NeedsUser where a line has no product or no VAT rate, and with all sums where the totals cannot be met.
    """
    billed = bill(order, settings)
    # A shop that rounds to whole units does so with net and VAT of each line, half a unit at most.
    rounded = UNIT * len(order.lines) if order.is_in_whole_units else 0
    rules = Rules(
        limit=settings.closing_limit + rounded,
        strictness=settings.closing,
        split=settings.split_lines,
        with_vat=frozenset(settings.products_by_rate.get(Role.CLOSING, {})) - {Decimal(0)},
        is_order=kind is DocumentKind.ORDER,
    )
    closed = close(billed.lines, billed.target, rounding, rules)
    if isinstance(closed, Refused):
        is_vat_only = settings.closing is Strictness.EXACT and closed.needed <= rules.limit
        raise needs_user(
            "vat_not_met" if is_vat_only else "totals_not_closed",
            books=_told(closed.sums),
            order=_told(billed.target.sums),
            needed=closed.needed,
            currency=order.currency,
            limit=rules.limit,
        )
    return replace(closed, lines=tuple(_named(line, settings) for line in closed.lines))


def said(closed: Closed, order: Order, settings: OrderSettings) -> str:
    """What the owner is to know of a document that comes to its totals; empty for nothing."""
    found = []
    if not settings.shipping and order.shipping_total:
        found.append(REASONS["shipping_left_out"].says(amount=order.shipping_total + order.shipping_tax))
    if closed.closings:
        found.append(REASONS["closed"].says(lines=" and ".join(map(_closing, closed.closings))))
    if closed.is_gross_only:
        found.append(REASONS["gross_only"].says(books=_told(closed.sums), order=_told(closed.target)))
    return " ".join(found)


def _closing(line: PricedLine) -> str:
    """As "-0.01 with 25 % VAT"."""
    vat = f"with {line.percent.normalize():f} % VAT" if line.percent else "without VAT"
    return f"{line.quantity * line.unit_price:+.2f} {vat}"


def build_document(
    order: Order,
    lines: Iterable[PricedLine],
    *,
    kind: DocumentKind,
    day: date,
    customer: str,
    reference: str,
    total: Decimal,
    products: Mapping[str, str],
    fields: Mapping[str, FieldValue],
    wording: Wording,
    vat_zone: str | None = None,
    exchange_rate: Decimal | None = None,
) -> DocumentPlan:
    """`day`: of the document, in the books. `products`: a line's product number -> as the books spell it. `fields`: see
    `DocumentPlan`."""
    return DocumentPlan(
        kind=kind,
        reference=reference,
        date=day,
        currency=order.currency,
        customer=customer,
        recipient=recipient(order.billing, fallback=f"Order {order.number}", wording=wording),
        delivery=delivery(order, wording),
        fields=fields,
        lines=tuple(
            DocumentLine(
                product=products.get(line.product, line.product) if line.product is not None else None,
                text=line.text,
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
            )
            for line in lines
        ),
        total=total,
        vat_zone=vat_zone,
        exchange_rate=exchange_rate,
    )


def document_date(order: Order, settings: OrderSettings, now: datetime) -> date:
    """The day that the owner chose, on his own calendar; the order's where it has no such day yet."""
    moment = {
        "order": order.created_at,
        "paid": order.paid_at,
        "fulfilled": order.completed_at,
        "today": now,
    }[settings.document_date]
    return (moment or order.created_at).astimezone(ZoneInfo(settings.time_zone)).date()


def product_numbers(lines: Iterable[PricedLine]) -> dict[str, str]:
    """Every product number that the document will name -> a text for it."""
    return {line.product: line.text for line in lines if line.product is not None}


def _named(line: PricedLine, settings: OrderSettings) -> PricedLine:
    """A closing line with the owner's product and text. Raises NeedsUser where he named none."""
    if line.role is not Role.CLOSING:
        return line
    return replace(line, product=product_of(Role.CLOSING, line.percent, settings), text=settings.closing_text)


def _told(sums: Sums) -> str:
    return f"{sums.gross:.2f} ({sums.net:.2f} net and {sums.vat:.2f} VAT)"
