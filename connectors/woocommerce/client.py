"""WooCommerce's REST API v3: the few things we ask of a shop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.base import OrderGlance, OrderPage, OrderState, WebhookSubscription
from connectors.pace import UNHURRIED, Pace
from connectors.woocommerce.check import check
from connectors.woocommerce.customer_role import read_role
from connectors.woocommerce.listing import (
    GLANCE,
    count_created,
    glances,
    is_last_page,
    list_by_id,
    list_created,
    list_modified,
)
from connectors.woocommerce.rest import Answer, Rest
from connectors.woocommerce.smaller import Untold
from connectors.woocommerce.states import read_states
from connectors.woocommerce.values import ID, is_id
from connectors.woocommerce.walk import PER_PAGE, Row
from connectors.woocommerce.write_back import write_field, write_note
from shared.domain.findings import Finding
from shared.errors import ConnectionBroken, NeedsUser, OutcomeUnknown, Retry, Skip

#: More webhooks than this has no shop; it only bounds a shop that repeats itself.
MAX_WEBHOOK_PAGES = 100
#: Asks for the decimals that WooCommerce keeps, whatever the shop shows.
EXACT = {"dp": "6"}


class WooCommerceClient:
    """Talks to one shop; keep it for one piece of work, not for several threads. Raises fates only, `check` none."""

    def __init__(self, url: str, key: str, secret: str, pace: Pace = UNHURRIED) -> None:
        self._rest = Rest(url, key, secret, pace)

    def __enter__(self) -> WooCommerceClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._rest.close()

    def get_order(self, order_id: str, *, exact: bool = False) -> Mapping[str, Any]:
        """The newest body of one order; a trashed one has status "trash". Raises Skip("order_gone").

        `exact`: with the six decimals that the shop keeps. It keeps the `total_tax` of a line rounded to its own
        decimals, so that the VAT of a line is exact in `taxes` alone.
        """
        body = self._rest.get(f"orders/{_known(order_id)}", EXACT if exact else None).value
        if not isinstance(body, dict) or str(body.get("id")) != order_id:
            raise Retry("unexpected_answer", "The shop answered with something other than the order.")
        return body

    def list_orders(self, *, modified_after: datetime) -> Iterator[OrderPage]:
        """All orders modified at or after that moment (aware, whole seconds), oldest change first: see `listing.py`."""
        return map(_page, list_modified(self._rest, modified_after))

    def list_orders_created(
        self, *, after: datetime, before: datetime | None = None, states: Sequence[str] | None = None
    ) -> Iterator[OrderPage]:
        """All orders made in [after, before), oldest first, then those that changed meanwhile: see `listing.py`."""
        return map(_page, list_created(self._rest, after, before, states))

    def list_orders_by_id(self, ids: Sequence[str]) -> Iterator[OrderPage]:
        """A hundred a request; those that it lacks are looked for in the trash by one more."""
        for rows in list_by_id(self._rest, ids):
            yield OrderPage(rows)

    def list_order_ids(self, *, after: datetime, before: datetime | None = None) -> Iterator[Sequence[OrderGlance]]:
        """As `list_orders_created`, with a few fields of each order alone."""
        for rows in list_created(self._rest, after, before, None, GLANCE):
            yield glances(rows)

    def count_orders(self, *, after: datetime, before: datetime) -> int | None:
        """One request; None where something before the shop takes out the header that says it."""
        return count_created(self._rest, after, before)

    def customer_role(self, customer_id: str) -> str | None:
        """The customer's role, by `GET /customers/<id>`: see `customer_role.py`."""
        return read_role(self._rest, customer_id) if re.fullmatch(ID, customer_id) else None

    def order_states(self) -> Sequence[OrderState]:
        """Every registered state but the trash, abandoned drafts ("checkout-draft") too, in the shop's own order.

        Raises NeedsUser("states_hidden") where the key reads orders and its user may not see reports.
        """
        try:
            return read_states(self._rest.get("reports/orders/totals").rows())
        except ConnectionBroken:
            # The shop refuses a revoked key in the same words: then reading orders is refused, too.
            self._rest.get("orders", {"per_page": "1", "_fields": "id"})
        raise NeedsUser(
            "states_hidden",
            "The shop does not show the API key its reports, which list the states of orders: the key's user must be an"
            " administrator or shop manager, and no plugin may switch reports off.",
        )

    def write_note(self, order_id: str, text: str) -> None:
        """A private note, unless the newest of ours says that already: see `write_back.py`."""
        write_note(self._rest, _known(order_id), text)

    def write_field(self, order_id: str, text: str) -> None:
        """The order's custom field `_shopledger_document`, unless it holds that already. Raises Skip for the bin."""
        write_field(self._rest, _known(order_id), text)

    def list_webhooks(self) -> Sequence[WebhookSubscription]:
        """All webhooks of the shop, other services' too, by id. Their secrets cannot be read."""
        found: dict[str, WebhookSubscription] = {}
        for page in range(1, MAX_WEBHOOK_PAGES + 1):
            answer = self._rest.get(
                "webhooks", {"orderby": "id", "order": "asc", "per_page": str(PER_PAGE), "page": str(page)}
            )
            rows = answer.rows()
            for row in rows:
                if (webhook := _subscription(row)) is not None:
                    found[webhook.id] = webhook
            if is_last_page(answer, page, len(rows)):
                break
        return list(found.values())

    def create_webhook(self, *, topic: str, delivery_url: str, secret: str) -> WebhookSubscription:
        """Makes an active webhook; the shop pings its address at once. Doing it twice makes two.

        Raises OutcomeUnknown when the shop may have made it: look it up by topic and address before trying again.
        """
        if not secret:
            raise NeedsUser("empty_secret", "A webhook needs a secret: the shop would invent one nobody can read.")
        body = {
            "name": f"{topic} for shopledger",
            "topic": topic,
            "delivery_url": delivery_url,
            "secret": secret,
            "status": "active",
        }
        answer = self._write(lambda: self._rest.post("webhooks", body))
        webhook = _subscription(answer.value)
        if webhook is None:
            raise OutcomeUnknown("write_unproven", "The shop's answer does not say whether it made the webhook.")
        return webhook

    def delete_webhook(self, webhook_id: str) -> None:
        """Deletes one webhook for good; succeeds when it is gone already, or never was.

        Raises OutcomeUnknown when the shop may have deleted it: simply delete it again.
        """
        if not re.fullmatch(ID, webhook_id):
            return
        try:
            answer = self._write(lambda: self._rest.delete(f"webhooks/{webhook_id}", {"force": "true"}))
        except Skip as gone:
            if gone.code != "source_gone":
                raise
            return
        deleted = _subscription(answer.value)
        if deleted is None or deleted.id != webhook_id:
            raise OutcomeUnknown("write_unproven", "The shop's answer does not say whether it deleted the webhook.")

    def check(self) -> Sequence[Finding]:
        """Whether the key opens the shop and may do what is needed there: see `check.py`. Raises nothing."""
        return check(self._rest)

    def _write(self, send: Callable[[], Answer]) -> Answer:
        try:
            return send()
        except NeedsUser as refusal:
            # Over http the shop refuses a revoked key in the same words: then reading is refused, too.
            if refusal.code == "key_may_not_write":
                self._rest.get("webhooks", {"per_page": "1"})
            raise


def _page(rows: Sequence[Row]) -> OrderPage:
    told = [row for row in rows if not isinstance(row, Untold)]
    return OrderPage(told, glances([row for row in rows if isinstance(row, Untold)]))


def _known(order_id: str) -> str:
    if not re.fullmatch(ID, order_id):
        raise Skip("order_gone", "The shop has no such order: its order ids are whole numbers.")
    return order_id


def _subscription(row: object) -> WebhookSubscription | None:
    if not isinstance(row, dict) or not is_id(row.get("id")):
        return None
    return WebhookSubscription(
        id=str(row["id"]),
        topic=str(row.get("topic", "")),
        delivery_url=str(row.get("delivery_url", "")),
        status=str(row.get("status", "")),
    )
