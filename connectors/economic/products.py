"""Products by their numbers, and the group of each, which decides on its VAT."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from connectors.economic import filters, read
from connectors.economic.errors import unexpected
from connectors.economic.ids import encode_id
from connectors.economic.lookups import KEPT_SHORTLY, rows
from connectors.economic.rest import Rest
from connectors.economic.write import is_product_number
from shared.domain.document import Product
from shared.errors import Skip

#: Numbers whose group is kept; when there are more, all are forgotten. A process has hundreds of clients.
MOST_KEPT = 2_000


class Products:
    """Those of one agreement; keep it as long as its client."""

    def __init__(self, rest: Rest, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest = rest
        self._clock = clock
        #: Number, as it was asked for and as the books spell it -> until when it is kept, and its group.
        self._kept: dict[str, tuple[float, int]] = {}

    def find(self, numbers: Collection[str]) -> Sequence[Product]:
        """In lists, as far as a list can hold the number. What cannot be a product's number is not asked for."""
        return [_product(row) for row in self._find(numbers)]

    def get(self, number: str) -> Product | None:
        row = self._get(number)
        return None if row is None else _product(row)

    def groups(self, numbers: Collection[str]) -> Mapping[str, int]:
        """Number as asked for -> its group, which is kept for a minute; those that the books have.

        Raises Retry for a product that does not say its group.
        """
        now = self._clock()
        known = {number: kept[1] for number in numbers if (kept := self._kept.get(number)) and kept[0] > now}
        missing = {number for number in numbers if number not in known}
        if not missing:
            return known
        found = self._find(missing)
        if any(read.group_of(row) is None for row in found):
            raise unexpected(write=False)
        return known | _by_number(missing, found)

    def forget(self) -> None:
        self._kept.clear()

    def _find(self, numbers: Collection[str]) -> Sequence[Mapping[str, Any]]:
        wanted = sorted({number for number in numbers if is_product_number(number)})
        found = {_product(row).number: row for row in self._ask(wanted)}
        known = {number.casefold() for number in wanted}
        asked_for = [row for number, row in found.items() if number.casefold() in known]
        self._keep({*wanted, *found}, asked_for)
        return asked_for

    def _ask(self, numbers: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        for batch in filters.batches(number for number in numbers if filters.fits_a_list(number)):
            yield from rows(self._rest, "products", {"filter": filters.any_of("productNumber", batch)})
        for number in numbers:
            if not filters.fits_a_list(number) and (alone := self._get(number)) is not None:
                yield alone

    def _get(self, number: str) -> Mapping[str, Any] | None:
        try:
            row = self._rest.get(f"products/{encode_id(number)}").value
        except Skip:
            return None
        if not isinstance(row, dict):
            raise unexpected(write=False)
        return row

    def _keep(self, numbers: Collection[str], found: Sequence[Mapping[str, Any]]) -> None:
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        until = self._clock() + KEPT_SHORTLY
        self._kept.update({number: (until, group) for number, group in _by_number(numbers, found).items()})


def _by_number(numbers: Collection[str], found: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Number as it is written there -> its group: that of the product with exactly this number, else case aside."""
    exact = {row["productNumber"]: group for row in found if (group := read.group_of(row)) is not None}
    alike = {number.casefold(): group for number, group in exact.items()}
    groups = {number: exact.get(number) or alike.get(number.casefold()) for number in numbers}
    return {number: group for number, group in groups.items() if group is not None}


def _product(row: Mapping[str, Any]) -> Product:
    product = read.product(row)
    if product is None:
        raise unexpected(write=False)
    return product
