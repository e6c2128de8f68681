"""What an order is asked by the owner's conditions and mappings: the shop's own body by a path, and facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator

from shared.domain.expression import find
from shared.domain.order import Financial, LineKind, Order
from shared.domain.values import Value
from shared.domain.vat_numbers import Flaw
from shared.domain.zone_settings import ZoneSettings
from shared.domain.zones import Sale, sale_of
from shared.errors import NeedsUser

_NEVER_PAID = frozenset({Financial.PENDING, Financial.VOIDED})


@dataclass(frozen=True)
class View:
    """One order; what it takes to answer is worked out when it is asked for."""

    order: Order
    settings: ZoneSettings

    def path(self, path: str) -> Value:
        """What stands there in the shop's own body; raises as `expression.find` does."""
        return find(path, self.order.source)

    def fact(self, name: str) -> Value:
        """One of FACTS; None where the order does not say it. Never raises for one of those."""
        value = FACTS[name].of(self)
        return None if value == "" or value == [] else value

    @cached_property
    def sale(self) -> Sale | None:
        """None where the order has no country, or none that is known."""
        try:
            return sale_of(self.order, self.settings)
        except NeedsUser:
            return None

    @property
    def buyer(self) -> str | None:
        if self.sale is None:
            return None
        return "business" if self.sale.buyer.is_business else "private"

    @property
    def vat_number(self) -> str | None:
        if self.sale is None:
            return None
        number = self.sale.number
        return "none" if number is None else "invalid" if isinstance(number, Flaw) else "valid"


@dataclass(frozen=True, slots=True)
class Fact:
    description: str
    of: Callable[[View], Value]
    kind: Literal["text", "number", "yes or no"] = "text"
    #: May be told in reasons and logs.
    is_public: bool = False


#: By name; they mean the same in every shop.
FACTS: Mapping[str, Fact] = {
    "number": Fact("the order's number, as people see it", lambda view: view.order.number),
    "currency": Fact("its currency: DKK", lambda view: view.order.currency, is_public=True),
    "total": Fact(
        "what the customer owes, with VAT, in that currency", lambda view: view.order.total, "number", is_public=True
    ),
    "country": Fact(
        "the billing address's country by its two letters",
        lambda view: _code(view.order.billing.country),
        is_public=True,
    ),
    "delivery_country": Fact(
        "the delivery address's; the billing address's where it has none",
        lambda view: _code(view.order.shipping.country) or _code(view.order.billing.country),
        is_public=True,
    ),
    "buyer": Fact(
        "business (a company or a valid VAT number is given) or private", lambda view: view.buyer, is_public=True
    ),
    "company": Fact("the billing address's company", lambda view: view.order.billing.company.strip()),
    "vat_number": Fact(
        "valid, invalid or none: the form and check digits of the customer's VAT number, whatever it does to this sale",
        lambda view: view.vat_number,
    ),
    "payment_method": Fact("the shop's code of it", lambda view: view.order.payment_method, is_public=True),
    "payment_title": Fact("what customers read of it", lambda view: view.order.payment_title, is_public=True),
    "is_paid": Fact(
        "yes once it was paid, also where some of it was paid back since",
        lambda view: view.order.paid_at is not None or view.order.financial not in _NEVER_PAID,
        "yes or no",
        is_public=True,
    ),
    "is_guest": Fact(
        "yes for a customer without an account",
        lambda view: view.order.customer_id is None,
        "yes or no",
        is_public=True,
    ),
    "status": Fact("its state in the shop's own word", lambda view: view.order.status, is_public=True),
    "customer_note": Fact("what the customer wrote", lambda view: view.order.customer_note.strip()),
    "email": Fact("the billing address's e-mail", lambda view: view.order.billing.email.strip()),
    "phone": Fact("the billing address's telephone", lambda view: view.order.billing.phone.strip()),
    "customer_id": Fact("the customer's number in the shop", lambda view: view.order.customer_id),
    "customer_role": Fact(
        "the customer's role in the shop, by the shop's own word (wholesale_customer); guests have none",
        lambda view: view.order.customer_role,
        is_public=True,
    ),
    "coupons": Fact(
        "the codes of the coupons that were used", lambda view: [one.code for one in view.order.coupons], is_public=True
    ),
    "products": Fact(
        "the numbers (SKUs) of what was bought",
        lambda view: [one.sku for one in view.order.lines if one.kind is LineKind.PRODUCT and one.sku],
        is_public=True,
    ),
    "shipping_methods": Fact(
        "the shop's codes of the ways it is sent",
        lambda view: [one.code for one in view.order.lines if one.kind is LineKind.SHIPPING and one.code],
        is_public=True,
    ),
}


def _code(country: str) -> str:
    return country.strip().upper()


def _known(name: str) -> str:
    if name not in FACTS:
        raise ValueError(f"there is no fact {name!r}{nearest(name, FACTS)}; there are {', '.join(FACTS)}")
    return name


#: In settings.
FactName = Annotated[str, AfterValidator(_known)]


def nearest(name: str, names: Iterable[str]) -> str:
    """ ", did you mean ...?" for one that was mistyped, else nothing."""
    close = get_close_matches(name.casefold(), names, n=1)
    return f", did you mean {close[0]}?" if close else ""
