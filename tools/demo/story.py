"""What happens in the demo's shop: who orders what, which order is paid late, which one is changed afterwards."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connectors.woocommerce.sandbox import OrderSpec, WooCommerceSandbox
from tools.demo.outside import BARRED_WARE, BOOK, CENT_TRAP, WARES, Ware

FIRST_NUMBER = 1001
#: An order that is paid late is paid after so many further ones.
PAID_AFTER = 3
CUSTOMERS = (
    ("Mette", "Holm", "Vesterbrogade 12", "1620", "København V", "DK"),
    ("Jens", "Krogh", "Algade 3", "4000", "Roskilde", "DK"),
    ("Sofie", "Lund", "Strandvejen 88", "2900", "Hellerup", "DK"),
    ("Anders", "Bech", "Nørregade 41", "8000", "Aarhus C", "DK"),
    ("Ida", "Thomsen", "Skolevej 7", "5000", "Odense C", "DK"),
    ("Rasmus", "Vestergaard", "Havnen 1", "9990", "Skagen", "DK"),
)
SWEDE = ("Elin", "Sjöberg", "Storgatan 5", "211 34", "Malmö", "SE")


class Kind(StrEnum):
    """What is special about an order, in the words that the demo says beside it."""

    ORDINARY = ""
    TWO_RATES = "two VAT rates"
    PAID_LATER = "not paid yet"
    BARRED = "a barred product"
    EDITED = "changed afterwards"
    CENT_TRAP = "a price that no net price comes to"
    UNPAID = "never paid"


#: Which order of the story is which; all others are ordinary.
SPECIAL: Mapping[int, Kind] = {
    3: Kind.TWO_RATES,
    5: Kind.PAID_LATER,
    7: Kind.BARRED,
    9: Kind.EDITED,
    11: Kind.CENT_TRAP,
    13: Kind.UNPAID,
}


@dataclass(frozen=True, slots=True)
class Placed:
    """`id` is the shop's own, `number` what people see."""

    id: int
    number: str
    kind: Kind
    customer: str
    lines: int
    total: str
    currency: str


class Story:
    """The same for the same seed."""

    def __init__(self, shop: WooCommerceSandbox, seed: int = 1) -> None:
        self._shop = shop
        self._chance = random.Random(f"demo {seed}")  # noqa: S311
        self.placed: list[Placed] = []
        self._unpaid: list[tuple[int, Placed]] = []
        self._to_edit: list[Placed] = []

    def place(self) -> Placed:
        """The next order; and what is due by then with earlier ones."""
        at = len(self.placed) + 1
        kind = SPECIAL.get(at, Kind.ORDINARY)
        body = self._shop.put_order(self._spec(kind, str(FIRST_NUMBER + at - 1)))
        who = body["billing"]
        placed = Placed(
            id=body["id"],
            number=str(body["number"]),
            kind=kind,
            customer=f"{who['first_name']} {who['last_name']}",
            lines=len(body["line_items"]),
            total=body["total"],
            currency=body["currency"],
        )
        self.placed.append(placed)
        if kind is Kind.PAID_LATER:
            self._unpaid.append((at + PAID_AFTER, placed))
        elif kind is Kind.EDITED:
            self._to_edit.append(placed)
        self._pay([order for due, order in self._unpaid if due <= at])
        return placed

    def transferred(self, number: str) -> None:
        """The books have it: now is when somebody changes it."""
        for order in [order for order in self._to_edit if order.number == number]:
            self._to_edit.remove(order)
            self._shop.change_order(order.id, **with_one_more(self._shop.order(order.id)))

    def finish(self) -> None:
        """What is still to be paid is paid now."""
        self._pay([order for _, order in self._unpaid])

    @property
    def is_over(self) -> bool:
        return not self._unpaid and not self._to_edit

    def _pay(self, orders: Sequence[Placed]) -> None:
        for order in orders:
            self._shop.change_order(order.id, status="processing")
        self._unpaid = [(due, order) for due, order in self._unpaid if order not in orders]

    def _spec(self, kind: Kind, number: str) -> OrderSpec:
        chance = self._chance
        first, last, street, postcode, city, country = SWEDE if kind is Kind.TWO_RATES else chance.choice(CUSTOMERS)
        wares = self._wares(kind)
        described: dict[str, Any] = {
            "number": number,
            "status": {Kind.PAID_LATER: "on-hold", Kind.UNPAID: "pending"}.get(kind, "processing"),
            "via": chance.choice(("classic", "block")),
            "country": country,
            "billing": {
                "first_name": first,
                "last_name": last,
                "address_1": street,
                "postcode": postcode,
                "city": city,
                "country": country,
                "email": f"{first}.{last}@example.com".lower().replace("ö", "o"),
            },
            "lines": [
                {
                    "name": ware.name,
                    "sku": ware.number,
                    "price": ware.price,
                    "tax_class": ware.tax_class,
                    "quantity": 1 if kind is Kind.CENT_TRAP else chance.randrange(1, 4),
                }
                for ware in wares
            ],
        }
        if kind is Kind.TWO_RATES:
            described["prices_include_tax"] = False
        elif kind is not Kind.CENT_TRAP and chance.random() < 0.6:
            described["shipping_lines"] = [{"title": "GLS PakkeShop", "total": Decimal("39.20")}]
        return OrderSpec.model_validate(described)

    def _wares(self, kind: Kind) -> Sequence[Ware]:
        ordinary = self._chance.sample(WARES, self._chance.randrange(1, 4))
        return {
            Kind.TWO_RATES: [Ware("LAMP-0107", "Bordlampe Fjord, messing", Decimal("600.00")), BOOK],
            Kind.BARRED: [BARRED_WARE, ordinary[0]],
            Kind.CENT_TRAP: [CENT_TRAP],
        }.get(kind, ordinary)


def with_one_more(order: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that change when the customer takes one more of the first line."""
    line, *others = order["line_items"]
    net, tax = (Decimal(line[name]) / line["quantity"] for name in ("total", "total_tax"))
    bigger = {
        **line,
        "quantity": line["quantity"] + 1,
        **{name: str(Decimal(line[name]) + net) for name in ("subtotal", "total")},
        **{name: str(Decimal(line[name]) + tax) for name in ("subtotal_tax", "total_tax")},
        "taxes": [{**one, "total": str(Decimal(one["total"]) + tax)} for one in line["taxes"]],
    }
    return {
        "line_items": [bigger, *others],
        "cart_tax": str(Decimal(order["cart_tax"]) + tax),
        "total_tax": str(Decimal(order["total_tax"]) + tax),
        "total": str(Decimal(order["total"]) + net + tax),
    }
