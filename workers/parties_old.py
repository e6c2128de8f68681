"""The customer and the products that a document names: found in the books, or made there once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from connectors.accounting import Accounting, AccountingClient
from shared.domain.build import new_customer
from shared.domain.document import Customer, NewProduct
from shared.domain.order import Order
from shared.domain.reasons import needs_user
from shared.domain.settings import OrderSettings
from shared.domain.zone_settings import Source
from shared.domain.zones import ChosenZone, zone
from shared.errors import Skip
from workers.make_once import MakeOnce

#: Seconds that a product that was found counts as there; the books refuse a document that names one that is gone.
KNOWN_FOR = 300.0
#: Products that a process remembers.
MOST_KNOWN = 50_000


class KnownProducts:
    """Product numbers that the books were seen to have, by system, as they spell them."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, str], tuple[str, float]] = {}
        self._lock = threading.Lock()

    def among(self, system: int, numbers: Iterable[str]) -> dict[str, str]:
        now = time.monotonic()
        with self._lock:
            found = {number: self._seen.get((system, number)) for number in numbers}
        return {number: seen[0] for number, seen in found.items() if seen is not None and seen[1] > now}

    def learn(self, system: int, spelt: Mapping[str, str]) -> None:
        until = time.monotonic() + KNOWN_FOR
        with self._lock:
            if len(self._seen) > MOST_KNOWN:
                self._seen.clear()
            self._seen.update({(system, number): (there, until) for number, there in spelt.items()})

    def forget(self, system: int) -> None:
        """The books refused a document: one of them may be gone."""
        with self._lock:
            for key in [key for key in self._seen if key[0] == system]:
                del self._seen[key]


class Parties:
    """`books`: what the owner chose for these books, filled in."""

    def __init__(
        self,
        connector: Accounting,
        client: AccountingClient,
        settings: OrderSettings,
        books: BaseModel,
        make: MakeOnce,
    ) -> None:
        self._connector = connector
        self._client = client
        self._settings = settings
        self._books = books
        self._make = make

    def customer(self, order: Order) -> str:
        """The customer's number in the books. Raises NeedsUser where there is not exactly one that may be used."""
        settings, email = self._settings, order.billing.email.strip()
        if settings.customers == "default" or not email:
            if not settings.default_customer:
                raise needs_user("no_email")
            return settings.default_customer
        found = self._client.find_customers(email)
        if len(found) > 1:
            numbers = ", ".join(sorted(customer.number for customer in found)[:10])
            raise needs_user("several_customers", count=len(found), numbers=numbers)
        if found:
            return _usable(found[0])
        if not settings.create_customers:
            raise needs_user("unknown_customer")
        chosen = zone(order, settings, customers_own=None)
        request = self._connector.write_customer(new_customer(order, chosen.zone), self._books)
        return self._make(
            "customer",
            email,
            request,
            still_there=lambda number: self._has(number, email),
            create=lambda frozen, key: self._client.create_customer(frozen, key=key).number,
        )

    def zone(self, order: Order, customer: str) -> ChosenZone:
        """The VAT zone of its document. Raises NeedsUser where none of the owner's sources knows one."""
        has_own = Source.CUSTOMER in self._settings.zone_sources
        try:
            own = self._client.get_customer(customer).vat_zone if has_own else None
        except Skip:
            raise needs_user("customer_missing", number=customer) from None
        return zone(order, self._settings, customers_own=own)

    def products(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """`wanted`: the shop's product number -> a text. Returns number -> as the books spell it; makes missing ones.

        Raises NeedsUser for one that is barred, or missing and not to be made.
        """
        found = self._client.find_products(list(wanted))
        exact = {product.number: product for product in found}
        alike = {product.number.casefold(): product for product in found}
        spelt = {number: exact.get(number) or alike.get(number.casefold()) for number in wanted}
        barred = [number for number, product in spelt.items() if product is not None and product.barred]
        if barred:
            raise needs_user("product_barred", numbers=", ".join(barred[:10]))
        missing = [number for number, product in spelt.items() if product is None]
        if missing and not self._settings.create_products:
            raise needs_user("unknown_product", numbers=", ".join(missing[:10]))
        made = {number: self._product(number, wanted[number]) for number in missing}
        return {number: product.number for number, product in spelt.items() if product is not None} | made

    def _product(self, number: str, text: str) -> str:
        def create(frozen: bytes, key: str) -> str:
            try:
                return self._client.create_product(frozen, key=key).number
            except Skip:  # its number is its natural key: whoever made it, it is there
                return number

        request = self._connector.write_product(NewProduct(number=number, name=text), self._books)
        return self._make(
            "product",
            number,
            request,
            still_there=lambda there: bool(self._client.find_products([there])),
            create=create,
        )

    def _has(self, number: str, email: str) -> bool:
        """Books may find a new customer by number before they find it by e-mail."""
        try:
            return self._client.get_customer(number).email.strip().casefold() == email.casefold()
        except Skip:
            return False


def _usable(customer: Customer) -> str:
    if customer.barred:
        raise needs_user("customer_barred", number=customer.number)
    return customer.number
