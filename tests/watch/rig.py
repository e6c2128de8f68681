"""A shop with its webhooks, and what a worker does when it is time to look at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from connectors.woocommerce import WooCommerce
from connectors.woocommerce.sandbox import WooCommerceSandbox
from connectors.woocommerce.sandbox.state import Permissions, Webhook
from shared.sandbox.journal import EntryKind
from shared.sealing import Keyring
from shared.store import inventory
from shared.store.database import Database
from tests.jobs.rig import Jobs, jobs_of
from tests.support.shop import KEYRING, Shop
from workers.tools import WayIn

#: Where nobody listens: the shop's ping fails, and the webhook is made all the same.
INGEST = "http://127.0.0.1:9"
TOPICS = sorted(WooCommerce.order_topics)


@dataclass
class Watched:
    jobs: Jobs

    @property
    def shop(self) -> Shop:
        return self.jobs.line.shop

    @property
    def woo(self) -> WooCommerceSandbox:
        assert self.jobs.line.woo is not None
        return self.jobs.line.woo

    def look(self, public_url: str | None = INGEST, *, keyring: Keyring = KEYRING) -> None:
        """As when the hourly message comes."""
        line = self.jobs.line
        line.tools = replace(line.tools, way_in=WayIn(public_url, keyring))
        self.jobs.run("webhooks")

    def at_shop(self, topic: str) -> Webhook:
        """The only one of ours."""
        (found,) = [one for one in self.ours() if one.topic == topic]
        return found

    def ours(self) -> list[Webhook]:
        return [one for one in self.woo.shop.webhooks.values() if "/webhooks/" in one.delivery_url]

    def is_in_order(self) -> bool:
        """One active webhook for each topic at its row's address and id, which signs with a secret of that row."""
        with self.shop.database.account(self.shop.account) as c:
            rows = inventory.inventory(c).subscriptions
        secrets = {
            (row.topic, f"{INGEST}/webhooks/{row.public_id}", row.external_id): [
                KEYRING.open(sealed, bound_to=f"subscriptions:{row.public_id}") for sealed in row.secrets
            ]
            for row in rows
        }
        ours = self.ours()
        return sorted(one.topic for one in ours) == TOPICS and all(
            one.status == "active" and one.secret in secrets.get((one.topic, one.delivery_url, str(one.id)), ())
            for one in ours
        )

    def works(self) -> bool:
        return bool(self.shop.rows("select webhooks_work from systems where id = %s", self.shop.webshop)[0][0])

    def alarms(self) -> dict[str, str]:
        """The open ones of the shop itself, with what they say."""
        return dict(
            self.shop.rows("select code, detail from alarms where resolved_at is null and subscription_id is null")
        )

    def report(self) -> Mapping[str, Any]:
        report: Mapping[str, Any] = self.jobs.schedule("webhooks")["report"]
        return report

    def problem(self) -> str:
        return str(self.jobs.schedule("webhooks")["problem"])

    def writes(self) -> list[str]:
        """What was asked of the shop that is more than reading, since the journal was cleared."""
        entries = [entry for entry in self.woo.journal.entries(EntryKind.REQUEST) if entry.method != "GET"]
        return [f"{entry.method} {entry.path}" for entry in entries]

    def allow(self, permissions: Permissions) -> None:
        """What the key may do from now on."""
        keys = self.woo.shop.keys
        keys[self.woo.consumer_key] = replace(keys[self.woo.consumer_key], permissions=permissions)


@contextmanager
def watched_shop(store: Database) -> Iterator[Watched]:
    """With a webhook for each topic, which the first look made."""
    with jobs_of(store) as jobs:
        watched = Watched(jobs)
        for topic in TOPICS:
            watched.shop.add_webhook(topic, "never used")
        watched.look()
        watched.look()
        watched.woo.journal.clear()
        yield watched


def disabled(watched: Watched) -> None:
    watched.at_shop("order.updated").status = "disabled"


def gone(watched: Watched) -> None:
    watched.woo.desk.webhooks.delete(watched.at_shop("order.updated").id)
