"""What several cases judge by."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from connectors.base import WebshopClient
from shared.domain.order import Order
from shared.errors import Fate
from tests.connectors.conformance.rig import Placed, ShopRig, SystemCases, SystemRig

#: A quiet noon to stop the clock at.
NOON = datetime(2026, 3, 2, 11, 0, 0, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
#: A moment that does not say where.
NAIVE = NOON.replace(tzinfo=None)
#: Where nothing has to listen.
NOWHERE = "http://127.0.0.1:9/in"
#: A secret that create_webhook is given, and that no log may hold.
WEBHOOK_SECRET = "whsec-planted-0815"

#: How a case may end that does not pass.
RED = (AssertionError, pytest.fail.Exception, Fate)

Call = Callable[[ShopRig, WebshopClient], object]

READS: Mapping[str, Call] = {
    "get_order": lambda shop, client: client.get_order(shop.some_order_id),
    "list_orders": lambda shop, client: list(client.list_orders(modified_after=LONG_AGO)),
    "list_orders_created": lambda shop, client: list(client.list_orders_created(after=LONG_AGO)),
    "list_orders_by_id": lambda shop, client: list(client.list_orders_by_id([shop.some_order_id])),
    "list_order_ids": lambda shop, client: list(client.list_order_ids(after=LONG_AGO)),
    "count_orders": lambda shop, client: client.count_orders(after=LONG_AGO, before=NOON),
    "order_states": lambda shop, client: client.order_states(),
    "list_webhooks": lambda shop, client: client.list_webhooks(),
}
#: Writes that begin with a look.
LOOKS_FIRST: Mapping[str, Call] = {
    "write_note": lambda shop, client: client.write_note(shop.some_order_id, "invoice 4711"),
    "write_field": lambda shop, client: client.write_field(shop.some_order_id, "invoice 4711"),
}


def create_webhook(shop: ShopRig, client: WebshopClient, *, delivery_url: str = NOWHERE) -> object:
    return client.create_webhook(topic=shop.topic_created, delivery_url=delivery_url, secret=WEBHOOK_SECRET)


WRITES: Mapping[str, Call] = {
    "create_webhook": create_webhook,
    "delete_webhook": lambda shop, client: client.delete_webhook(shop.some_webhook_id),
}
CALLS: Mapping[str, Call] = {**READS, **LOOKS_FIRST, **WRITES}


def fate_of(call: Callable[..., object], *given: object) -> Fate:
    """The fate that a call ends with; anything else it may end with is a failure of the case."""
    try:
        result = call(*given)
    except Fate as fate:
        return fate
    except Exception as error:
        raise AssertionError(f"a bare {type(error).__name__} came out of the client: {error}") from error
    raise AssertionError(f"nothing was raised; the answer was {str(result)[:200]}")


def told_by(error: BaseException) -> str:
    """Everything that a log could make of an exception."""
    inside = (error.__context__, error.__cause__, error.args, vars(error))
    return "".join(traceback.format_exception(error)) + repr(error) + repr(inside)


def run_case(suite: type[SystemCases], rig: type[SystemRig], case: str, *given: object) -> None:
    """Runs one case of a suite against a rig, as pytest would."""
    method = getattr(type("Suite", (suite,), {"rig": rig})(), case)
    if not {"shop", "books"} & set(inspect.signature(method).parameters):
        method(*given)
        return
    with rig() as system:
        method(system, *given)


def stated(order: Order) -> Placed:
    """A normalised order as the shop would state it."""
    return Placed(
        id=order.id,
        number=order.number,
        status=order.status,
        currency=order.currency,
        total=order.total,
        total_tax=order.total_tax,
        discount_total=order.discount_total,
        shipping_total=order.shipping_total,
        lines=tuple(sorted((line.total, line.total_tax) for line in order.lines)),
        modified_at=order.modified_at,
    )


def listed(shop: ShopRig, client: WebshopClient, since: datetime = LONG_AGO) -> list[Order]:
    """Everything that the list hands out, read, in its order."""
    pages = client.list_orders(modified_after=since)
    return [shop.connector.read_order(order) for page in pages for order in page.orders]
