"""What happens to one webhook, from its bytes to its named end. No Flask here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from connectors.base import Connector, WebhookRequest
from ingest.subscriptions import Subscription, Subscriptions
from shared.intake import Origin, take_in
from shared.store.database import Database
from shared.store.sql import query

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class End:
    """How a webhook ended: the HTTP status it gets, a word for the metrics, a sentence for whoever tries by hand."""

    status: int
    name: str
    says: str


PING = End(200, "ping", "pong")
REPEAT = End(200, "repeat", "taken before")
UNKNOWN_ADDRESS = End(404, "unknown_address", "no webhook has this address")
FORGED = End(401, "forged", "the signature does not prove this request")
DATABASE_DOWN = End(503, "database_down", "cannot store anything right now")
WRONG_SETUP = End(503, "wrong_setup", "this service is not set up for this webhook; its log says why")
NOT_STORED = End(503, "not_stored", "the store refused this webhook; the log says why")


class Receiver:
    def __init__(self, database: Database, subscriptions: Subscriptions, connector: Callable[[str], Connector]) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._connector = connector

    def receive(self, public_id: str, request: WebhookRequest) -> End:
        """Answers only after the commit. Raises DatabaseDown, and SealError or UnknownConnector for a wrong set-up."""
        subscription = self._subscriptions.find(public_id)
        if subscription is None:
            return UNKNOWN_ADDRESS
        connector = self._connector(subscription.kind)
        if connector.is_ping(request):
            return PING
        if not self._proves(connector, public_id, subscription, request):
            return self._count_forged(subscription)
        return self._take(connector, subscription, request)

    def cut_short(self, public_id: str) -> End:
        """A body that ended before its announced length proves nothing."""
        subscription = self._subscriptions.find(public_id)
        return UNKNOWN_ADDRESS if subscription is None else self._count_forged(subscription)

    def _proves(
        self, connector: Connector, public_id: str, subscription: Subscription, request: WebhookRequest
    ) -> bool:
        if connector.verify(request, subscription.secrets):
            return True
        now = self._subscriptions.doubt(public_id)
        return now is not None and now.secrets != subscription.secrets and connector.verify(request, now.secrets)

    def _count_forged(self, subscription: Subscription) -> End:
        sender = subscription.sender
        row = self._database.run(
            lambda c: c.execute(query("count_forged"), [sender.account_id, sender.subscription_id]).fetchone()
        )
        log.warning(
            "webhook_forged",
            system=sender.system_id,
            subscription=sender.subscription_id,
            in_a_row=row[0] if row else None,
        )
        return FORGED

    def _take(self, connector: Connector, subscription: Subscription, request: WebhookRequest) -> End:
        notice = connector.read_notice(request)
        taken = self._database.run(lambda c: take_in(c, subscription.sender, Origin.WEBHOOK, notice, request.body))
        log.debug(
            "webhook_taken",
            system=subscription.sender.system_id,
            kind=notice.kind,
            topic=notice.topic,
            event_id=taken.event_id,
            is_new=taken.is_new,
            transfers=taken.transfers,
        )
        return End(200, notice.kind, "taken") if taken.is_new else REPEAT
