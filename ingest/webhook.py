"""What happens to one webhook, from its bytes to its named end. No Flask here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from connectors.base import WebhookRequest, WebhookSender
from ingest.subscriptions import Subscription, Subscriptions
from shared.domain.notice import Notice, NoticeKind
from shared.intake import Origin, take_in
from shared.store.database import Database
from shared.store.sql import query

#: From so many forged ones in a row on there is an alarm (`count_forged`). The log tells the first, this one, and then
#: every thousandth: whoever can send them could fill it.
ALARM_AT = 3

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
    def __init__(
        self, database: Database, subscriptions: Subscriptions, sender: Callable[[str], WebhookSender]
    ) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._sender = sender

    def find(self, public_id: str) -> Subscription | None:
        """Whose address this is; None for nobody's. Raises DatabaseDown, and SealError where the ring lacks a key."""
        return self._subscriptions.find(public_id)

    def receive(self, public_id: str, subscription: Subscription, request: WebhookRequest) -> End:
        """Answers only after the commit. Raises DatabaseDown, and SealError or UnknownConnector for a wrong set-up."""
        connector = self._sender(subscription.kind)
        if connector.is_ping(request):
            return PING
        proven = self._proven(connector, public_id, subscription, request)
        return self._take(connector, proven, request) if proven else self.refuse(subscription)

    def _proven(
        self, connector: WebhookSender, public_id: str, subscription: Subscription, request: WebhookRequest
    ) -> Subscription | None:
        """The subscription as it was known or is now, whichever proves the request."""
        if connector.verify(request, subscription.secrets):
            return subscription
        now = self._subscriptions.doubt(public_id)
        if now is not None and now.secrets != subscription.secrets and connector.verify(request, now.secrets):
            return now
        return None

    def refuse(self, subscription: Subscription) -> End:
        """Counts a webhook that proves nothing; one that was deleted meanwhile is nobody's. Raises DatabaseDown."""
        sender = subscription.sender
        row = self._database.run(
            lambda c: c.execute(query("count_forged"), [sender.account_id, sender.subscription_id]).fetchone()
        )
        in_a_row = row[0] if row else None
        if in_a_row is None:
            return UNKNOWN_ADDRESS
        if in_a_row in (1, ALARM_AT) or in_a_row % 1000 == 0:
            log.warning(
                "webhook_forged", system=sender.system_id, subscription=sender.subscription_id, in_a_row=in_a_row
            )
        return FORGED

    def _take(self, connector: WebhookSender, subscription: Subscription, request: WebhookRequest) -> End:
        notice = about_its_topic(connector.read_notice(request), subscription)
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


def about_its_topic(notice: Notice, subscription: Subscription) -> Notice:
    """The headers are not signed: what a webhook says under another topic than its own is stored, and nothing more."""
    if notice.topic == subscription.topic:
        return notice
    return replace(
        notice, kind=NoticeKind.UNKNOWN, reason="other_topic", source_type=None, source_id=None, source_number=None
    )
