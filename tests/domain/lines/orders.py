"""WooCommerce orders by their lines; totals and tax lines follow from these, where a test says no other ones."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.woocommerce.read import decode_order, read_order
from shared.domain.build import price_lines
from shared.domain.document import DocumentKind
from shared.domain.money import CENT, Rounding
from shared.domain.order import Order
from shared.domain.pricing import PricedLine
from shared.domain.settings import OrderSettings
from shared.domain.totals import Closed
from tests.domain.money.witness import books_come_to
from tests.support.orders import woo_order

#: Rate id -> tax.
Taxes = Mapping[int, str]
#: A product for every kind of line.
PRODUCTS: dict[str, Any] = {
    "shipping_product": "FREIGHT",
    "fee_product": "FEE",
    "discount_product": "LESS",
    "gift_card_product": "CARD",
    "closing_product": "ROUND",
    "products_by_rate": {"closing": {rate: f"ROUND{rate}" for rate in ("25", "24", "21", "20", "19", "12", "9", "5")}},
}


@dataclass(frozen=True)
class Line:
    of: str
    body: Mapping[str, Any]

    def sum(self, key: str) -> Decimal:
        return Decimal(self.body.get(key, "0"))


def product(net: str, taxes: Taxes | None = None, *, before: str | None = None, **more: Any) -> Line:
    """`net` of all pieces; `before`: discounts. Taxed with 25 % where no taxes are said."""
    amounts = _amounts(net, taxes)
    extra = {
        "quantity": 1,
        "subtotal": before or net,
        "subtotal_tax": amounts["total_tax"],
        "sku": "MUG",
        "product_id": 11,
        "variation_id": 0,
    }
    return Line("line_items", {"name": "Mug", **extra, **amounts, **more})


def freight(net: str, taxes: Taxes | None = None, *, method: str = "flat_rate", **more: Any) -> Line:
    return Line("shipping_lines", {"method_title": "Parcel", "method_id": method, **_amounts(net, taxes), **more})


def fee(net: str, taxes: Taxes | None = None, *, name: str = "Fee", **more: Any) -> Line:
    return Line("fee_lines", {"name": name, "tax_status": "taxable", **_amounts(net, taxes), **more})


def _amounts(net: str, taxes: Taxes | None) -> dict[str, Any]:
    found = _taxes(net, taxes)
    return {
        "id": 1,
        "total": net,
        "total_tax": str(_cents(_sum(found))),
        "tax_class": "",
        "taxes": [{"id": rate, "total": amount, "subtotal": amount} for rate, amount in found.items()],
    }


def _taxes(net: str, taxes: Taxes | None) -> Taxes:
    return {1: str(_cents(Decimal(net) / 4))} if taxes is None else taxes


def _sum(taxes: Taxes) -> Decimal:
    return sum((Decimal(tax or 0) for tax in taxes.values()), Decimal("0.00"))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def order(
    *lines: Line, rates: Mapping[int, str | None] | None = None, compound: Collection[int] = (), **more: Any
) -> Order:
    """`rates`: percent of each rate, None where the shop does not say it; 1 is 25 % where none are said."""
    said = {1: "25"} if rates is None else rates
    taxes = [_tax_line(rate, percent, lines, rate in compound) for rate, percent in said.items()]
    tax = sum((_cents(Decimal(of["tax_total"]) + Decimal(of["shipping_tax_total"])) for of in taxes), Decimal("0.00"))
    freights = [line for line in lines if line.of == "shipping_lines"]
    body = woo_order(
        7,
        **{
            **{
                of: [line.body for line in lines if line.of == of]
                for of in ("line_items", "shipping_lines", "fee_lines")
            },
            "tax_lines": taxes,
            "shipping_total": str(sum((line.sum("total") for line in freights), Decimal("0.00"))),
            "shipping_tax": str(sum((line.sum("total_tax") for line in freights), Decimal("0.00"))),
            "total_tax": str(tax),
            "total": str(sum((line.sum("total") for line in lines), tax)),
            **more,
        },
    )
    return read_order(decode_order(json.dumps(body).encode()))


def _tax_line(rate: int, percent: str | None, lines: Collection[Line], is_compound: bool) -> dict[str, Any]:
    def taxed(is_freight: bool) -> str:
        of = [line for line in lines if (line.of == "shipping_lines") == is_freight]
        return str(_sum({at: tax["total"] for at, tax in enumerate(_of_rate(rate, of))}))

    return {
        "rate_id": rate,
        "rate_code": f"DK-{rate}",
        "label": "VAT",
        "compound": is_compound,
        "tax_total": taxed(False),
        "shipping_tax_total": taxed(True),
        "rate_percent": percent,
    }


def _of_rate(rate: int, lines: Collection[Line]) -> list[Mapping[str, str]]:
    return [tax for line in lines for tax in line.body["taxes"] if tax["id"] == rate and tax["total"]]


def priced(
    of: Order, *, kind: DocumentKind = DocumentKind.INVOICE, rounding: Rounding | None = None, **settings: Any
) -> Closed:
    """In books that round once per document, where nothing else is said."""
    return price_lines(of, OrderSettings(**{**PRODUCTS, **settings}), kind, rounding or Rounding())


def shown(found: Closed) -> list[str]:
    """Each line as "3 x 26.67 MUG Mug, 25 %"."""
    return [_shown(line) for line in found.lines]


def _shown(line: PricedLine) -> str:
    price = f"{line.unit_price:.2f}" + (f" less {_plain(line.discount)} %" if line.discount else "")
    return f"{_plain(line.quantity)} x {price} {line.product} {line.text}, {_plain(line.percent)} %"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def comes_to(found: Closed, rounding: Rounding | None = None) -> str:
    """As "80.00 + 20.00 = 100.00": net, VAT and gross as the books add them up."""
    sums = books_come_to(found, rounding or Rounding())
    return f"{float(sums.net):.2f} + {float(sums.vat):.2f} = {float(sums.gross):.2f}"
