"""The normalised order: one shape for what every webshop sells.

Amounts are `Decimal` in `Order.currency`, exactly as the shop states them, never rounded here. Line amounts are net
(without tax) with their tax beside them, whatever way the shop typed its prices. Times are aware and in UTC. Texts are
decoded (no HTML entities). The shop's own body stays beside it in `Order.source`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Financial(StrEnum):
    """What has been paid, in words that all webshops' own come to."""

    PENDING = "pending"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"


class Fulfilment(StrEnum):
    """What has been sent."""

    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"


class LineKind(StrEnum):
    PRODUCT = "product"
    SHIPPING = "shipping"
    FEE = "fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """A custom field of an order or a line; the value is any JSON."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTax:
    """One tax on one line. The amount may have more decimals than the currency."""

    rate_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """One tax of the order, summed over its lines. `percent` is None where the shop does not say it."""

    rate_id: str
    code: str
    label: str
    percent: Decimal | None
    compound: bool
    amount: Decimal
    shipping_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A product, shipping or fee line. `subtotal` is before, `total` after discounts; both net."""

    kind: LineKind
    id: str
    name: str
    quantity: Decimal
    subtotal: Decimal
    subtotal_tax: Decimal
    total: Decimal
    total_tax: Decimal
    taxes: tuple[LineTax, ...]
    tax_class: str = ""
    taxable: bool = True
    #: The product's own number in the shop; None when it has none or was deleted.
    sku: str | None = None
    product_id: str | None = None
    variation_id: str | None = None
    #: The shop's code of a shipping method ("flat_rate"); empty on other lines.
    code: str = ""
    #: A gift card that is sold.
    is_gift_card: bool = False
    #: The line of the bundle that this one is a part of.
    bundle_id: str | None = None
    meta: tuple[Meta, ...] = ()

    @property
    def gross(self) -> Decimal:
        return self.total + self.total_tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """Informational: its discount is already inside the lines."""

    code: str
    discount: Decimal
    discount_tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCard:
    """One that was used: the order's total is less by its amount, its lines and their tax are not."""

    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSummary:
    """What an order says of a refund made on it. `total` is gross and negative."""

    id: str
    reason: str
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    #: ISO 3166-1 alpha-2; empty when the shop does not know it.
    country: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`id` is the shop's key and never changes; `number` is what people see, and plugins change it."""

    id: str
    number: str
    #: The shop's own word, custom states too; never translated.
    status: str
    financial: Financial
    fulfilment: Fulfilment
    #: Called off before it was carried out.
    is_cancelled: bool
    #: Made to try the shop, not to buy.
    is_test: bool
    #: ISO 4217
    currency: str
    created_at: datetime
    modified_at: datetime
    paid_at: datetime | None
    completed_at: datetime | None
    #: Only how the shop typed its prices; line amounts are net in any case.
    prices_include_tax: bool
    #: Gross: what the customer owes.
    total: Decimal
    total_tax: Decimal
    discount_total: Decimal
    discount_tax: Decimal
    shipping_total: Decimal
    shipping_tax: Decimal
    lines: tuple[Line, ...]
    taxes: tuple[TaxRate, ...]
    coupons: tuple[Coupon, ...]
    refunds: tuple[RefundSummary, ...]
    gift_cards: tuple[GiftCard, ...] = ()
    #: The shop rounds every amount that it says to whole units of the currency; what it keeps of a line may be exacter.
    is_in_whole_units: bool = False
    #: None for a guest.
    customer_id: str | None
    #: The shop's own word. No order says it: whoever needs it asks for the customer. None for who has none.
    customer_role: str | None = None
    customer_note: str
    billing: Address
    shipping: Address
    payment_method: str
    payment_title: str
    transaction_id: str
    meta: tuple[Meta, ...]
    source: Mapping[str, Any] = field(repr=False)

    @property
    def lines_gross(self) -> Decimal:
        """Sum of all lines with tax. Differs from `total` by a cent where the shop rounds at the subtotal."""
        return sum((line.gross for line in self.lines), Decimal(0))
