"""What happens in the demo's shop: who orders what, which order is paid late, which one is changed afterwards."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.woocommerce.sandbox import OrderSpec
from tools.demo.outside import BARRED_WARE, BOOK, CENT_TRAP, WARES, Outside, Ware
from tools.demo.placed import Kind, Placed, placed_of

FIRST_NUMBER = 1001
#: An order that is paid late is paid after so many further ones.
PAID_AFTER = 3
#: The state in which it waits for that.
UNPAID_YET = "on-hold"
#: What must be as it was placed if an order is to be changed afterwards.
TOUCHED = ("status", "line_items", "cart_tax", "total_tax", "total")
CUSTOMERS = (
    ("Mette", "Holm", "Vesterbrogade 12", "1620", "København V", "DK"),
    ("Jens", "Krogh", "Algade 3", "4000", "Roskilde", "DK"),
    ("Sofie", "Lund", "Strandvejen 88", "2900", "Hellerup", "DK"),
    ("Anders", "Bech", "Nørregade 41", "8000", "Aarhus C", "DK"),
    ("Ida", "Thomsen", "Skolevej 7", "5000", "Odense C", "DK"),
    ("Rasmus", "Vestergaard", "Havnen 1", "9990", "Skagen", "DK"),
)
SWEDE = ("Elin", "Sjöberg", "Storgatan 5", "211 34", "Malmö", "SE")

#: Which order of the story is which; all others are ordinary.
SPECIAL: Mapping[int, Kind] = {
    3: Kind.TWO_RATES,
    5: Kind.PAID_LATER,
    7: Kind.BARRED,
    9: Kind.EDITED,
    11: Kind.CENT_TRAP,
    12: Kind.UNHEARD,
    13: Kind.UNPAID,
}


class Story:
    """The same for the same seed. An order that somebody has changed by hand meanwhile is left as it is."""

    def __init__(self, outside: Outside, seed: int = 1) -> None:
        self._outside = outside
        self._shop = outside.shop
        self._chance = random.Random(f"demo {seed}")  # noqa: S311
        self.placed: list[Placed] = []
        #: With the number of orders after which each is paid.
        self._unpaid: list[tuple[int, Placed]] = []
        #: By the shop's id, as they were placed.
        self._to_edit: dict[str, Mapping[str, Any]] = {}

    def place(self) -> Placed:
        """The next order; and what is due by then with earlier ones."""
        at = len(self.placed) + 1
        kind = SPECIAL.get(at, Kind.ORDINARY)
        spec = self._spec(kind, str(FIRST_NUMBER + at - 1))
        with self._outside.losing_webhooks() if kind is Kind.UNHEARD else contextlib.nullcontext():
            body = self._shop.put_order(spec)
        placed = placed_of(body, kind)
        self.placed.append(placed)
        if kind is Kind.PAID_LATER:
            self._unpaid.append((at + PAID_AFTER, placed))
        elif kind is Kind.EDITED:
            self._to_edit[placed.id] = body
        self._pay([order for due, order in self._unpaid if due <= at])
        return placed

    def transferred(self, order: str) -> None:
        """The books have the order of that id: now is when somebody changes it."""
        placed = self._to_edit.pop(order, None)
        if placed is None:
            return
        with self._shop.shop.lock:
            now = self._outside.order(order)
            if now is not None and all(now.get(field) == placed[field] for field in TOUCHED):
                self._shop.change_order(int(order), **with_one_more(now))

    def finish(self) -> None:
        """What is still to be paid is paid now."""
        self._pay([order for _, order in self._unpaid])

    def goes_on_with(self, done: Collection[str]) -> bool:
        """Whether something is still due in the shop, now that the orders of those ids are in the books."""
        return bool(self._unpaid) or not self._to_edit.keys().isdisjoint(done)

    def _pay(self, orders: Sequence[Placed]) -> None:
        for order in orders:
            with self._shop.shop.lock:
                now = self._outside.order(order.id)
                if now is not None and now.get("status") == UNPAID_YET:
                    self._shop.change_order(int(order.id), status="processing")
        self._unpaid = [(due, order) for due, order in self._unpaid if order not in orders]

    def _spec(self, kind: Kind, number: str) -> OrderSpec:
        chance = self._chance
        first, last, street, postcode, city, country = SWEDE if kind is Kind.TWO_RATES else chance.choice(CUSTOMERS)
        wares = self._wares(kind)
        described: dict[str, Any] = {
            "number": number,
            "status": {Kind.PAID_LATER: UNPAID_YET, Kind.UNPAID: "pending"}.get(kind, "processing"),
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
