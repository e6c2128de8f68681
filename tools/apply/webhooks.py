"""The webhooks of a webshop as `apply` plans them: one for each topic, each with a row of ours that is stored first."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from connectors.base import WebhookSubscription, Webshop
from shared.domain.findings import Finding, Level
from shared.sealing import Keyring
from shared.store.inventory import StoredSubscription
from tools.apply.plan import AccountPlan, Act, SystemStep, WebhookStep
from workers import webhooks
from workers.webhooks import TopicState


def webshops(account: AccountPlan) -> Iterator[SystemStep]:
    """The sources of orders connections that will be on, each once."""
    sources = {
        one.wished.source: None for one in account.connections.values() if one.on and one.wished.kind == "orders"
    }
    for name in sources:
        yield account.systems[name]


def no_way_in(public_url: str | None, step: SystemStep) -> Finding | None:
    """Why the shop could not deliver a webhook, if that is certain."""
    why = webhooks.no_way_in(public_url, step.wished.connector.origin(step.wished.credentials))
    if not why:
        return None
    remedy = "Set SHOPLEDGER_PUBLIC_URL to the address under which the shop reaches ingest, and apply the file again."
    return Finding(Level.WARNING, "webhooks", f"No webhooks are made: {why}.", remedy)


def compare(
    step: SystemStep, public_url: str, rows: Sequence[StoredSubscription], keyring: Keyring
) -> list[WebhookStep]:
    """`rows`: those of this webshop. Raises a fate where the shop cannot be asked."""
    shop = step.wished.connector
    assert isinstance(shop, Webshop)
    at_shop: Sequence[WebhookSubscription] = ()
    if rows:
        with contextlib.closing(shop.connect(step.wished.credentials)) as client:
            at_shop = client.list_webhooks()
    found = webhooks.compared(shop.order_topics, public_url, rows, at_shop, keyring)
    return [_step(step.wished.name, one) for one in found]


def _step(system: str, found: TopicState) -> WebhookStep:
    act = Act.CHANGE if found.changes else Act.CREATE if found.good is None else Act.NOTHING
    return WebhookStep(act, system, found.topic, found.row, found.good, found.stale, found.changes)
