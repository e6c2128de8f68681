"""Makes the webhooks of a webshop as planned. Their rows are stored by then; each id is, as soon as it is known."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from connectors.base import Webshop, WebshopClient
from shared.domain.findings import Finding, Level
from shared.errors import Fate, NeedsUser, OutcomeUnknown
from shared.store import setup
from shared.store.inventory import StoredSubscription, newest_secret
from tools.apply.live import told
from tools.apply.plan import SystemStep, WebhookStep
from tools.cli.place import Place
from workers.webhooks import address, made


def register(
    place: Place, account: int, shop: SystemStep, steps: Sequence[tuple[WebhookStep, StoredSubscription]]
) -> tuple[list[WebhookStep], Finding | None]:
    """Each step with its row. Returns those that were done, and the refusal that ended the work, if one did."""
    done: list[WebhookStep] = []
    connector = shop.wished.connector
    assert isinstance(connector, Webshop)
    with contextlib.closing(connector.connect(shop.wished.credentials)) as client:
        for step, row in steps:
            try:
                _settle(place, account, client, step, row)
            except Fate as fate:
                return done, _told(fate)
            done.append(step)
    return done, None


def _settle(place: Place, account: int, client: WebshopClient, step: WebhookStep, row: StoredSubscription) -> None:
    """The new one before the old ones go: in between an order would be told to nobody."""
    assert place.public_url is not None
    url = address(place.public_url, row.public_id)
    webhook = step.good or made(client, step.topic, url, newest_secret(place.keyring, row))
    if row.external_id != webhook.id:
        with place.database.account(account) as connection:
            setup.note_webhook(connection, row.id, webhook.id)
    for stale in step.stale:
        client.delete_webhook(stale.id)


def _told(fate: Fate) -> Finding:
    """What the owner has to allow first is a warning: orders can be read without webhooks."""
    if isinstance(fate, NeedsUser):
        says = f"Not all webhooks could be made. {fate.message}"
        return Finding(Level.WARNING, "webhooks", says, "Apply the file again when that is mended.")
    if isinstance(fate, OutcomeUnknown):
        says = "The shop did not say whether it made, or deleted, a webhook."
        return Finding(Level.FAILING, "webhooks", says, "Apply the file again: it looks first, and makes none twice.")
    return told("webhooks", fate)
