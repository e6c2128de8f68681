"""What an order's document must come to, by the settings of its connection as they are now."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Self

from psycopg import Connection
from pydantic import TypeAdapter, ValidationError

from connectors.base import UnreadableOrder
from connectors.registry import UnknownConnector, webshop
from shared.domain.document import FoundDocument
from shared.domain.lines import gross_of
from shared.domain.order import Order
from shared.domain.settings import OrderSettings
from shared.store import ownership
from shared.store.ownership import NewestWords
from shared.store.sql import query
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless, money


@dataclass(frozen=True, slots=True)
class Worth:
    """Gross. `in_shop` is the order's total there, which gift cards and shipping may set apart from its document's."""

    total: Decimal
    currency: str
    in_shop: Decimal

    @classmethod
    def of(cls, order: Order, settings: OrderSettings) -> Self:
        return cls(gross_of(order, settings), order.currency, order.total)

    def __str__(self) -> str:
        shop = f" ({money(self.in_shop, self.currency)} in the shop)" if self.in_shop != self.total else ""
        return f"{money(self.total, self.currency)}{shop}"

    def agrees(self, found: FoundDocument) -> bool:
        return (self.total, self.currency) == (found.total, found.currency)


def worth(connection: Connection, transfer: int, shop: str) -> Worth | None:
    """Of the order as it is now, as far as that was told; `shop` is the kind of its webshop. Runs inside an account.

    Raises Problem where nobody can work with the settings.
    """
    order = _order(ownership.newest_words(connection, transfer), shop)
    return Worth.of(order, _settings(connection, transfer)) if order is not None else None


def _order(words: NewestWords, shop: str) -> Order | None:
    if words.body is None or words.is_newer:
        return _read_before(words.normalised)
    with contextlib.suppress(UnknownConnector, UnreadableOrder):
        reader = webshop(shop)
        return reader.read_order(reader.decode_order(words.body))
    return None


def _read_before(normalised: bytes | None) -> Order | None:
    """As a try told it; None for what an older version wrote in another shape."""
    with contextlib.suppress(ValidationError):
        return _orders().validate_json(normalised or b"")
    return None


@cache
def _orders() -> TypeAdapter[Order]:
    return TypeAdapter(Order)


def _settings(connection: Connection, transfer: int) -> OrderSettings:
    row = connection.execute(query("settings_of_order"), {"transfer": transfer}).fetchone()
    assert row is not None, "an order has a connection"
    try:
        return OrderSettings.model_validate(row[0])
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, problem["loc"])) or "as a whole"
        wrong = f"{where}: {problem['msg'].removeprefix('Value error, ')}"
        says = (
            f"the connection's settings are wrong ({wrong}), and nobody knows what a document must come to: name the"
            " right ones in your file, `shopledger apply FILE`, and say it again"
        )
        raise Problem(harmless(says), Exit.FOUND_TROUBLE) from None
