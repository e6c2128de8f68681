"""Makes the webhooks of a webshop as planned. Their rows are stored by then; each id is, as soon as it is known."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from connectors.base import WebhookSubscription, Webshop, WebshopClient
from shared.domain.findings import Finding, Level
from shared.errors import Fate, NeedsUser, OutcomeUnknown
from shared.store import setup
from shared.store.inventory import StoredSubscription, newest_secret
from tools.apply.live import told
from tools.apply.plan import SystemStep, WebhookStep
from tools.apply.webhooks import ACTIVE, address
from tools.cli.place import Place


class Registrar:
    """Of one webshop. A refusal ends its work, and is told in `finding`; what was done by then counts."""

    def __init__(self, place: Place, account: int, step: SystemStep) -> None:
        self._place = place
        self._account = account
        self._step = step
        self.done: list[WebhookStep] = []
        self.finding: Finding | None = None

    def run(self, steps: Sequence[tuple[WebhookStep, StoredSubscription]]) -> None:
        """Each with its row."""
        shop = self._step.wished.connector
        assert isinstance(shop, Webshop)
        with contextlib.closing(shop.connect(self._step.wished.credentials)) as client:
            for step, row in steps:
                try:
                    self._settle(client, step, row)
                except Fate as fate:
                    self.finding = _told(fate)
                    return
                self.done.append(step)

    def _settle(self, client: WebshopClient, step: WebhookStep, row: StoredSubscription) -> None:
        """The new one before the old ones go: in between an order would be told to nobody."""
        webhook = step.good or self._made(client, step.topic, row)
        if row.external_id != webhook.id:
            with self._place.database.account(self._account) as connection:
                setup.note_webhook(connection, row.id, webhook.id)
        for stale in step.stale:
            client.delete_webhook(stale.id)

    def _made(self, client: WebshopClient, topic: str, row: StoredSubscription) -> WebhookSubscription:
        assert self._place.public_url is not None
        url = address(self._place.public_url, row.public_id)
        try:
            return client.create_webhook(topic=topic, delivery_url=url, secret=newest_secret(self._place.keyring, row))
        except OutcomeUnknown:
            for webhook in client.list_webhooks():
                if (webhook.topic, webhook.delivery_url, webhook.status) == (topic, url, ACTIVE):
                    return webhook
            raise


def _told(fate: Fate) -> Finding:
    """What the owner has to allow first is a warning: orders can be read without webhooks."""
    if isinstance(fate, NeedsUser):
        says = f"Not all webhooks could be made. {fate.message}"
        return Finding(Level.WARNING, "webhooks", says, "Apply the file again when that is mended.")
    if isinstance(fate, OutcomeUnknown):
        says = "The shop did not say whether it made, or deleted, a webhook."
        return Finding(Level.FAILING, "webhooks", says, "Apply the file again: it looks first, and makes none twice.")
    return told("webhooks", fate)
