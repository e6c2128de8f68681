"""How somebody who uses the sandbox describes an order: what was bought, not what it comes to."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Via(StrEnum):
    """How an order came about; it decides which webhooks are sent, and in which order."""

    REST = "rest"
    CLASSIC = "classic"
    BLOCK = "block"
    ADMIN = "admin"


#: Where customers buy by themselves.
CHECKOUTS = frozenset({Via.CLASSIC, Via.BLOCK})


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LineSpec(_Spec):
    """`price` is for one, as the shop types its prices: with the tax of its own country, or without."""

    name: str
    price: Decimal
    quantity: int = 1
    sku: str | None = ""
    product_id: int = 0
    variation_id: int = 0
    tax_class: str = ""
    taxable: bool = True
    #: Net, for all of them; for a line whose price was set by hand. `total` is after discount.
    subtotal: Decimal | None = None
    total: Decimal | None = None


class ShippingSpec(_Spec):
    """`total` is net."""

    title: str = "GLS PakkeShop"
    total: Decimal
    method_id: str = "flat_rate"
    instance_id: str = ""


class FeeSpec(_Spec):
    """`total` is net; below zero it is a discount, whose tax is spread over the order's tax classes."""

    name: str
    total: Decimal
    tax_class: str = ""
    taxable: bool = True


class CouponSpec(_Spec):
    """`amount` is a percentage, or money off the cart in the shop's way of typing prices."""

    code: str
    amount: Decimal
    discount_type: Literal["percent", "fixed_cart"] = "percent"


class OrderSpec(_Spec):
    """Taxes are those of `country` and `state`; left out, of the shop's own country."""

    status: str = "processing"
    via: Via = Via.REST
    currency: str | None = None
    prices_include_tax: bool | None = None
    country: str | None = None
    state: str = ""
    customer_id: int = 0
    customer_note: str = ""
    billing: dict[str, str] = {}
    shipping: dict[str, str] = {}
    payment_method: str = "bacs"
    payment_method_title: str = "Bankoverførsel"
    transaction_id: str = ""
    lines: list[LineSpec] = []
    shipping_lines: list[ShippingSpec] = []
    fees: list[FeeSpec] = []
    coupons: list[CouponSpec] = []
    meta: dict[str, Any] = {}
    #: What people see when a plugin numbers orders its own way.
    number: str | None = None


class RefundLineSpec(_Spec):
    """One line of an order, in part or whole: amounts net and positive, taxes per rate id."""

    id: int
    quantity: int = 0
    refund_total: Decimal = Decimal(0)
    refund_tax: list[dict[str, Any]] = []


class RefundSpec(_Spec):
    """`amount` is gross and positive. Without lines it is a refund by amount."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    amount: Decimal | None = None
    reason: str = ""
    api_refund: bool = True
    line_items: list[RefundLineSpec] = Field(default_factory=list)
