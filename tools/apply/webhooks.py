"""The webhooks of a webshop: one for each topic, each with a row of ours that was stored first.

A webhook is known by its address, which holds the row's public id. So whatever became of an earlier run is found at the
shop, and nothing is made twice.
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from connectors.base import WebhookSubscription, Webshop
from shared.domain.findings import Finding, Level
from shared.sealing import Keyring, SealError
from shared.store.inventory import StoredSubscription, newest_secret
from tools.apply.plan import AccountPlan, Act, SystemStep, WebhookStep

#: The shop's word for a webhook that it delivers.
ACTIVE = "active"


def webshops(account: AccountPlan) -> Iterator[SystemStep]:
    """The sources of orders connections that will be on, each once."""
    sources = {
        one.wished.source: None for one in account.connections.values() if one.on and one.wished.kind == "orders"
    }
    for name in sources:
        yield account.systems[name]


def no_way_in(public_url: str | None, step: SystemStep) -> Finding | None:
    """Why the shop could not deliver a webhook, if that is certain."""
    why = ""
    if public_url is None:
        why = "nobody said under which address shops reach ingest"
    elif _is_loopback(public_url) and not _is_loopback(step.wished.connector.origin(step.wished.credentials)):
        why = f"{public_url} is an address of this machine only, which the shop cannot reach"
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
    return [
        _compared(step.wished.name, topic, public_url, [row for row in rows if row.topic == topic], at_shop, keyring)
        for topic in shop.order_topics
    ]


def _compared(
    system: str,
    topic: str,
    public_url: str,
    rows: Sequence[StoredSubscription],
    at_shop: Iterable[WebhookSubscription],
    keyring: Keyring,
) -> WebhookStep:
    ours = [webhook for webhook in at_shop if any(webhook.delivery_url.endswith(f"/{row.public_id}") for row in rows)]
    usable = [row for row in rows if _can_be_opened(keyring, row)]
    good = [(row, webhook) for row in usable for webhook in ours if _is_good(webhook, topic, public_url, row)]
    row, kept = good[0] if good else (usable[0] if usable else None, None)
    stale = [webhook for webhook in ours if webhook is not kept]
    changes = []
    if kept is None and stale:
        changes.append("made anew: " + _why(stale[0], usable, public_url))
    elif kept is None and row is not None and row.external_id is not None:
        changes.append("made anew: the shop does not have it any more")
    elif kept is not None and row is not None and row.external_id != kept.id:
        changes.append("made earlier, and its id was not noted")
    if kept is not None and stale:
        changes.append(f"{len(stale)} more of it at the shop deleted")
    act = Act.CHANGE if changes else Act.CREATE if kept is None else Act.NOTHING
    return WebhookStep(act, system, topic, row, kept, stale, changes)


def _is_good(webhook: WebhookSubscription, topic: str, public_url: str, row: StoredSubscription) -> bool:
    return (webhook.topic, webhook.delivery_url, webhook.status) == (topic, address(public_url, row.public_id), ACTIVE)


def _why(stale: WebhookSubscription, usable: Sequence[StoredSubscription], public_url: str) -> str:
    mine = next((row for row in usable if stale.delivery_url.endswith(f"/{row.public_id}")), None)
    if mine is None:
        return "its secret cannot be opened with these SHOPLEDGER_SECRET_KEYS"
    if stale.delivery_url != address(public_url, mine.public_id):
        return "it delivered to another address"
    return f"the shop has it as {stale.status}" if stale.status != ACTIVE else "the shop has it for another topic"


def address(public_url: str, public_id: str) -> str:
    return f"{public_url}/webhooks/{public_id}"


def _can_be_opened(keyring: Keyring, row: StoredSubscription) -> bool:
    try:
        newest_secret(keyring, row)
    except SealError:
        return False
    return True


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
