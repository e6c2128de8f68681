"""Strict readers of one field each. Every refusal names its path: "line_items[2].total: ...".

An amount that is no amount is an error, never 0. What PHP and plugins are known to bend is accepted: null for an empty
text, `[]` for an empty object, numbers where texts are expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NoReturn

from connectors.base import UnreadableOrder
from connectors.woocommerce.values import is_id, parse_gmt, storable, without_entities

#: Below a million billions and above a millionth of a millionth: beyond, a plugin's arithmetic has gone wrong.
MAX_MAGNITUDE = 15
MAX_DECIMALS = 20

_AMOUNT = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,20})?")


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of an order's body, and where it is. Decode with `parse_float=Decimal`."""

    values: Mapping[str, Any]
    path: str = ""

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, key: str, problem: str) -> NoReturn:
        raise UnreadableOrder(self._at(key), problem)

    def amount(self, key: str) -> Decimal:
        """A sum in the order's currency: a text ("39.20", "40") or a JSON number. Never empty, never a float."""
        value = self.values.get(key)
        if isinstance(value, str):
            if not _AMOUNT.fullmatch(value):
                self.refuse(key, "is not an amount")
            return Decimal(value)
        if type(value) is int:
            value = Decimal(value)
        if not isinstance(value, Decimal) or not value.is_finite():
            self.refuse(key, "is not an amount" if key in self.values else "is missing")
        exponent = value.as_tuple().exponent
        if value.adjusted() > MAX_MAGNITUDE or (isinstance(exponent, int) and exponent < -MAX_DECIMALS):
            self.refuse(key, "is beyond any amount")
        return value

    def amount_or_none(self, key: str) -> Decimal | None:
        return None if self.values.get(key) in (None, "") else self.amount(key)

    def text(self, key: str) -> str:
        """As the shop keeps it; null and absent are empty, a number is its digits."""
        value = self.values.get(key)
        if value is None:
            return ""
        if isinstance(value, str):
            return storable(value)
        is_number = type(value) is int or isinstance(value, Decimal)
        return str(value) if is_number else self.refuse(key, "is not a text")

    def readable(self, key: str) -> str:
        """A text that people read, without HTML entities."""
        return without_entities(self.text(key))

    def word(self, key: str) -> str:
        """A text that must not be empty."""
        return self.text(key) or self.refuse(key, "is empty" if key in self.values else "is missing")

    def key(self, key: str) -> str:
        """The id of the order itself: a positive whole number."""
        value = self.values.get(key)
        return str(value) if is_id(value) else self.refuse(key, "is not an id")

    def reference(self, key: str) -> str | None:
        """An id of something else; 0, "" and null mean that there is nothing."""
        value = self.text(key)
        return None if value in ("", "0") else value

    def flag(self, key: str, *, absent: bool) -> bool:
        value = self.values.get(key, absent)
        return value if isinstance(value, bool) else self.refuse(key, "is neither true nor false")

    def moment(self, key: str) -> datetime:
        return parse_gmt(self.values.get(key)) or self.refuse(key, "is not a UTC date")

    def moment_or_none(self, key: str) -> datetime | None:
        return None if self.values.get(key) in (None, "") else self.moment(key)

    def object(self, key: str) -> Fields:
        value = self.values.get(key)
        if value is None or value == []:
            value = {}
        return Fields(value, self._at(key)) if isinstance(value, Mapping) else self.refuse(key, "is not an object")

    def objects(self, key: str, *, required: bool = True) -> Iterator[Fields]:
        """The objects of a list. A required list may be empty, but not absent: its absence would hide lines."""
        value = self.values.get(key)
        if value is None and not required:
            return
        if not isinstance(value, (list, tuple)):
            self.refuse(key, "is not a list" if key in self.values else "is missing")
        for index, item in enumerate(value):
            path = f"{self._at(key)}[{index}]"
            if not isinstance(item, Mapping):
                raise UnreadableOrder(path, "is not an object")
            yield Fields(item, path)
