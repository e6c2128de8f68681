"""Which connection of its shop an order goes by, where the shop has several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.domain.condition import holds
from shared.domain.order import Order
from shared.domain.reasons import Skipped, skipped
from shared.domain.roles import asks_for_role
from shared.domain.settings import OrderSettings
from shared.domain.view import View
from shared.errors import NeedsUser


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A connection, and what it has to do with the order."""

    connection: int
    name: str
    #: Asked only of the connections that it comes down to. Raises NeedsUser where they cannot be read.
    settings: Callable[[], OrderSettings]
    is_active: bool = True
    #: In the books, or perhaps.
    has_document: bool = False
    #: The owner said that the order goes by this one.
    is_waived: bool = False


def route(order: Order, ways: Sequence[Way], *, with_role: Callable[[], Order]) -> Way | None:
    """The one of them, in the order in which they were made, that takes the order; None where none does.

    `with_role`: the order with its customer's role, asked only where it comes down to that; raises fates.

    A document keeps the order where it is, whatever becomes of either; then the owner's word counts, then the
    conditions (`only`) of those that are switched on. One that cannot be answered takes the order, too: its own
    connection is to say why, and no other one may go ahead meanwhile.
    """
    for way in ways:
        if way.has_document:
            return way
    active = [way for way in ways if way.is_active]
    for way in active:
        if way.is_waived:
            return way
    return next((way for way in active if _takes(way, order, with_role)), None)


def elsewhere(name: str) -> Skipped:
    """It goes by the connection of that name."""
    return skipped("routed_elsewhere", name=name)


def _takes(way: Way, order: Order, with_role: Callable[[], Order]) -> bool:
    try:
        settings = way.settings()
        if settings.only is None:
            return True
        asked = with_role() if asks_for_role(settings.only.model_dump()) else order
        return holds(settings.only, View(asked, settings))
    except NeedsUser:
        return True
