"""WooCommerce's order -> the normalised order.

Line amounts are net whatever `prices_include_tax` says. Only `_gmt` dates are read: the others are local, without zone.

Entities: WooCommerce encodes product names (`&amp;`), WordPress encodes "<" in whatever is typed at the checkout
(sanitize_text_field), and themes and plugins encode titles. So names, titles, labels, addresses, notes, coupon codes
and refund reasons are decoded once; ids, codes, SKUs, statuses, e-mails, transaction ids and meta stay as they are.

Of plugins it knows WooCommerce Gift Cards (`gift_cards`: those that were used, which lower `total` below the sum of the
lines), Product Bundles (`bundled_by`) and Composite Products (`composite_parent`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from connectors.base import UnreadableOrder
from connectors.woocommerce.fields import Fields
from connectors.woocommerce.statuses import CANCELLED, financial, fulfilment
from shared.domain.order import Address, Coupon, GiftCard, Line, LineKind, LineTax, Meta, Order, RefundSummary, TaxRate

#: The custom field in which the shop is told of the order's document: none of the order's own content.
OWN_FIELD = "_shopledger_document"

_CURRENCY = re.compile(r"[A-Z]{3}")
#: Custom fields of a line by which WooCommerce Gift Cards and PW Gift Cards say that a gift card is sold.
_GIFT_CARD_FIELDS = frozenset({"wc_gc_giftcard_amount", "pw_gift_card_amount", "pw_gift_card_to"})
_ADDRESS_TEXTS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
    "phone",
)


def decode_order(raw: bytes) -> Mapping[str, Any]:
    """A stored webhook body as `read_order` takes it: amounts as str, int or Decimal, never float.

    Raises UnreadableOrder with an empty path when it is no JSON object in UTF-8, or holds NaN or Infinity.
    """
    try:
        value = json.loads(raw.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise UnreadableOrder("", "the body is not UTF-8") from None
    except RecursionError:
        raise UnreadableOrder("", "the body nests too deep") from None
    except ValueError:
        raise UnreadableOrder("", "the body is not JSON") from None
    if not isinstance(value, dict):
        raise UnreadableOrder("", "the body is not an object")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def read_order(body: Mapping[str, Any]) -> Order:
    """The order with every amount exactly as the shop states it, in the order's currency.

    `discount_*` and `shipping_*` are the shop's own totals; a refund's total is gross and negative. Coupons are
    informational, their discount is inside the lines. Raises UnreadableOrder with the path of the field.
    """
    order = Fields(body)
    status, total = order.word("status"), order.amount("total")
    paid_at, completed_at = order.moment_or_none("date_paid_gmt"), order.moment_or_none("date_completed_gmt")
    refunds = tuple(_refund(refund) for refund in order.objects("refunds", required=False))
    return Order(
        id=order.key("id"),
        number=order.readable("number") or order.key("id"),
        status=status,
        financial=financial(status, total, refunds, is_paid=paid_at is not None),
        fulfilment=fulfilment(status, was_completed=completed_at is not None),
        is_cancelled=status == CANCELLED,
        is_test=False,
        currency=_currency(order),
        created_at=order.moment("date_created_gmt"),
        modified_at=order.moment("date_modified_gmt"),
        paid_at=paid_at,
        completed_at=completed_at,
        prices_include_tax=order.flag("prices_include_tax", absent=False),
        total=total,
        total_tax=order.amount("total_tax"),
        discount_total=order.amount("discount_total"),
        discount_tax=order.amount("discount_tax"),
        shipping_total=order.amount("shipping_total"),
        shipping_tax=order.amount("shipping_tax"),
        lines=tuple(_lines(order)),
        taxes=tuple(_tax_rate(tax) for tax in order.objects("tax_lines")),
        coupons=tuple(_coupon(coupon) for coupon in order.objects("coupon_lines", required=False)),
        refunds=refunds,
        gift_cards=tuple(_gift_card(card) for card in order.objects("gift_cards", required=False)),
        is_in_whole_units=_is_whole(total) and _is_whole(order.amount("total_tax")),
        customer_id=order.reference("customer_id"),
        customer_note=order.readable("customer_note"),
        billing=_address(order.object("billing")),
        shipping=_address(order.object("shipping")),
        payment_method=order.text("payment_method"),
        payment_title=order.readable("payment_method_title"),
        transaction_id=order.text("transaction_id"),
        meta=tuple(field for field in _meta(order) if field.key != OWN_FIELD),
        source=body,
    )


def _is_whole(amount: Decimal) -> bool:
    """As it is written: a shop of two decimals says "99.00"."""
    return amount.as_tuple().exponent == 0


def _currency(order: Fields) -> str:
    currency = order.text("currency")
    return currency if _CURRENCY.fullmatch(currency) else order.refuse("currency", "is not an ISO 4217 code")


def _lines(order: Fields) -> Iterator[Line]:
    return chain(
        map(_product_line, order.objects("line_items")),
        map(_shipping_line, order.objects("shipping_lines")),
        map(_fee_line, order.objects("fee_lines")),
    )


def _product_line(line: Fields) -> Line:
    """A deleted product leaves `sku` null, one without a number ""; a variation may report its parent's."""
    meta = _meta(line)
    return Line(
        kind=LineKind.PRODUCT,
        id=line.word("id"),
        name=line.readable("name"),
        quantity=line.amount("quantity"),
        subtotal=line.amount("subtotal"),
        subtotal_tax=line.amount("subtotal_tax"),
        total=line.amount("total"),
        total_tax=line.amount("total_tax"),
        taxes=_line_taxes(line),
        tax_class=line.text("tax_class"),
        sku=line.text("sku") or None,
        product_id=line.reference("product_id"),
        variation_id=line.reference("variation_id"),
        is_gift_card=any(field.key in _GIFT_CARD_FIELDS for field in meta),
        bundle_id=line.text("bundled_by") or line.text("composite_parent") or None,
        meta=meta,
    )


def _shipping_line(line: Fields) -> Line:
    return _undiscounted(line, LineKind.SHIPPING, name="method_title", code=line.text("method_id"))


def _fee_line(line: Fields) -> Line:
    """A fee may be negative: plugins take off discounts and gift cards this way."""
    return _undiscounted(line, LineKind.FEE, name="name", code="")


def _undiscounted(line: Fields, kind: LineKind, *, name: str, code: str) -> Line:
    """Shipping and fees have no amount before discount: it is the total."""
    total, total_tax = line.amount("total"), line.amount("total_tax")
    return Line(
        kind=kind,
        id=line.word("id"),
        name=line.readable(name),
        quantity=Decimal(1),
        subtotal=total,
        subtotal_tax=total_tax,
        total=total,
        total_tax=total_tax,
        taxes=_line_taxes(line),
        tax_class=line.text("tax_class"),
        taxable=line.text("tax_status") != "none",
        code=code,
        meta=_meta(line),
    )


def _line_taxes(line: Fields) -> tuple[LineTax, ...]:
    """The taxes after discount. A rate whose total is "" was not charged on this line; the unused `taxes[].subtotal`
    is "" on every shipping and fee line."""
    return tuple(
        LineTax(rate_id=tax.word("id"), amount=amount)
        for tax in line.objects("taxes", required=False)
        if (amount := tax.amount_or_none("total")) is not None
    )


def _tax_rate(tax: Fields) -> TaxRate:
    """`rate_percent` is undocumented and missing on old shops: None then. `amount` is without `shipping_amount`."""
    return TaxRate(
        rate_id=tax.word("rate_id"),
        code=tax.text("rate_code"),
        label=tax.readable("label"),
        percent=tax.amount_or_none("rate_percent"),
        compound=tax.flag("compound", absent=False),
        amount=tax.amount("tax_total"),
        shipping_amount=tax.amount("shipping_tax_total"),
    )


def _coupon(coupon: Fields) -> Coupon:
    return Coupon(
        code=coupon.readable("code"),
        discount=coupon.amount("discount"),
        discount_tax=coupon.amount("discount_tax"),
    )


def _gift_card(card: Fields) -> GiftCard:
    return GiftCard(code=card.readable("code"), amount=card.amount("amount"))


def _refund(refund: Fields) -> RefundSummary:
    return RefundSummary(id=refund.word("id"), reason=refund.readable("reason"), total=refund.amount("total"))


def _address(address: Fields) -> Address:
    """A guest may leave all of it empty; only a billing address has an e-mail."""
    texts = {name: address.readable(name) for name in _ADDRESS_TEXTS}
    return Address(**texts, email=address.text("email"))


def _meta(owner: Fields) -> tuple[Meta, ...]:
    return tuple(
        Meta(key=meta.text("key"), value=meta.values.get("value"))
        for meta in owner.objects("meta_data", required=False)
    )
