"""The products that a document names: found in the books, made there once, or another one in their place."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from connectors.accounting import Accounting, AccountingClient
from shared.domain.document import NewProduct, Product
from shared.domain.reason import listed
from shared.domain.reasons import needs_user
from shared.domain.settings import OrderSettings
from shared.errors import Skip
from workers.customers import Make

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


@dataclass(frozen=True, slots=True)
class Spelt:
    """Product number of the shop -> number in the books."""

    there: Mapping[str, str]
    #: For these another one stands.
    replaced: Mapping[str, str] = field(default_factory=dict)
    #: Of `there`, those that the books did not have before.
    made: frozenset[str] = frozenset()

    @property
    def numbers(self) -> dict[str, str]:
        return {**self.there, **self.replaced}


class Products:
    """`books`: what the owner chose for these books, filled in."""

    def __init__(
        self, connector: Accounting, client: AccountingClient, settings: OrderSettings, books: BaseModel, make: Make
    ) -> None:
        self._connector = connector
        self._client = client
        self._settings = settings
        self._books = books
        self._make = make

    def spelt(self, wanted: Mapping[str, str]) -> Spelt:
        """`wanted`: the shop's product number -> a text. Makes missing ones, or takes `fallback_product` for them.

        Raises NeedsUser for one that is barred, or missing and not to be made, where nothing stands in for it.
        """
        fallback = self._settings.fallback_product
        found = self._found([*wanted, *([fallback] if fallback is not None else [])])
        barred = [number for number in wanted if (product := found.get(number)) is not None and product.barred]
        missing = [number for number in wanted if number not in found]
        if fallback is not None:
            to_replace = barred if self._settings.create_products else [*barred, *missing]
            replaced = dict.fromkeys(to_replace, self._in_place(fallback, found)) if to_replace else {}
        else:
            replaced = {}
            if barred:
                raise needs_user("product_barred", numbers=listed(barred))
            if missing and not self._settings.create_products:
                raise needs_user("unknown_product", numbers=listed(missing))
        made = {number: self._made(number, wanted[number]) for number in missing if number not in replaced}
        there = {number: found[number].number for number in wanted if number in found and number not in replaced}
        return Spelt(there | made, replaced, frozenset(made))

    def _found(self, numbers: Iterable[str]) -> dict[str, Product]:
        """Number as asked for -> the product of the books, spelt alike but for case where none is spelt so."""
        asked = list(dict.fromkeys(numbers))
        found = self._client.find_products(asked)
        exact = {product.number: product for product in found}
        alike = {product.number.casefold(): product for product in found}
        spelt = {number: exact.get(number) or alike.get(number.casefold()) for number in asked}
        return {number: product for number, product in spelt.items() if product is not None}

    def _in_place(self, fallback: str, found: Mapping[str, Product]) -> str:
        product, named = found.get(fallback), f"{fallback} (fallback_product)"
        if product is None:
            raise needs_user("unknown_product", numbers=named)
        if product.barred:
            raise needs_user("product_barred", numbers=named)
        return product.number

    def _made(self, number: str, text: str) -> str:
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
