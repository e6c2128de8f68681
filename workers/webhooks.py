"""The webhooks of a webshop beside our rows: one for each topic, known by its address, which holds the row's public id.

So whatever became of an earlier try is found at the shop, and nothing is made twice.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.base import WebhookSubscription, WebshopClient
from shared.errors import OutcomeUnknown
from shared.sealing import Keyring, SealError
from shared.store.inventory import StoredSubscription, newest_secret

#: The shop's word for a webhook that it delivers.
ACTIVE = "active"
#: Its word for one that a person switched off there; what fails too often it disables.
PAUSED = "paused"
#: Random bytes of a webhook's secret.
SECRET_BYTES = 32
#: Before each change that needs a new webhook.
ANEW = "made anew: "
#: A row's public id, which nobody else's addresses end with.
PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True, slots=True)
class TopicState:
    """Of one topic, what is there; `changes` are empty where that is right, or where there never was a webhook."""

    topic: str
    #: None where there is none yet, or none whose secret can be opened.
    row: StoredSubscription | None
    #: The webhook at the shop that is as it should be.
    good: WebhookSubscription | None
    #: Ours at the shop that are not.
    stale: Sequence[WebhookSubscription]
    changes: Sequence[str]

    @property
    def is_right(self) -> bool:
        return self.good is not None and not self.changes

    @property
    def is_paused(self) -> bool:
        """A person wants it so, or has forgotten it."""
        return self.good is None and any(webhook.status == PAUSED for webhook in self.stale)

    @property
    def why(self) -> str:
        """What is so, for people; "" where it is right."""
        if self.changes:
            return self.changes[0].removeprefix(ANEW)
        return "" if self.good is not None else "the shop has none"


def compared(
    topics: Iterable[str],
    public_url: str,
    rows: Sequence[StoredSubscription],
    at_shop: Sequence[WebhookSubscription],
    keyring: Keyring,
) -> list[TopicState]:
    """`rows`: those of this webshop."""
    return [
        _compared(topic, public_url, [row for row in rows if row.topic == topic], at_shop, keyring) for topic in topics
    ]


def _compared(
    topic: str,
    public_url: str,
    rows: Sequence[StoredSubscription],
    at_shop: Sequence[WebhookSubscription],
    keyring: Keyring,
) -> TopicState:
    ours = [webhook for webhook in at_shop if any(webhook.delivery_url.endswith(f"/{row.public_id}") for row in rows)]
    usable = [row for row in rows if _can_be_opened(keyring, row)]
    good = [(row, webhook) for row in usable for webhook in ours if _is_good(webhook, topic, public_url, row)]
    row, kept = good[0] if good else (usable[0] if usable else None, None)
    stale = [webhook for webhook in ours if webhook is not kept]
    changes = []
    if kept is None and stale:
        changes.append(ANEW + _why(stale[0], usable, public_url))
    elif kept is None and row is not None and row.external_id is not None:
        changes.append(f"{ANEW}the shop does not have it any more")
    elif kept is not None and row is not None and row.external_id != kept.id:
        changes.append("made earlier, and its id was not noted")
    if kept is not None and stale:
        changes.append(f"{len(stale)} more of it at the shop deleted")
    return TopicState(topic, row, kept, stale, changes)


def made(
    client: WebshopClient, topic: str, url: str, secret: str, *, besides: Collection[str] = ()
) -> WebhookSubscription:
    """A new webhook; one that was made although its answer was lost is found. `besides`: ids of those that are no such.

    Raises fates.
    """
    try:
        return client.create_webhook(topic=topic, delivery_url=url, secret=secret)
    except OutcomeUnknown:
        for webhook in client.list_webhooks():
            if webhook.id not in besides and (webhook.topic, webhook.delivery_url, webhook.status) == (
                topic,
                url,
                ACTIVE,
            ):
                return webhook
        raise


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def address(public_url: str, public_id: str) -> str:
    return f"{public_url}/webhooks/{public_id}"


def public_id_of(public_url: str, delivery_url: str) -> str | None:
    """What `address` made that address of; None for what is none of ours."""
    before = address(public_url, "")
    public_id = delivery_url.removeprefix(before)
    return public_id if delivery_url.startswith(before) and PUBLIC_ID.fullmatch(public_id) else None


def no_way_in(public_url: str | None, shop: str) -> str:
    """Why a shop of that origin surely cannot deliver a webhook; "" where it may."""
    if public_url is None:
        return "nobody said under which address shops reach ingest"
    if _is_loopback(public_url) and not _is_loopback(shop):
        return f"{public_url} is an address of this machine only, which the shop cannot reach"
    return ""


def _is_good(webhook: WebhookSubscription, topic: str, public_url: str, row: StoredSubscription) -> bool:
    return (webhook.topic, webhook.delivery_url, webhook.status) == (topic, address(public_url, row.public_id), ACTIVE)


def _why(stale: WebhookSubscription, usable: Sequence[StoredSubscription], public_url: str) -> str:
    mine = next((row for row in usable if stale.delivery_url.endswith(f"/{row.public_id}")), None)
    if mine is None:
        return "its secret cannot be opened with these SHOPLEDGER_SECRET_KEYS"
    if stale.delivery_url != address(public_url, mine.public_id):
        return "it delivered to another address"
    return f"the shop has it as {stale.status}" if stale.status != ACTIVE else "the shop has it for another topic"


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
