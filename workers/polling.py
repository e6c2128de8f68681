"""The poll: all orders that changed since the last one, through the same door as webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import OrderPage
from connectors.registry import webshop
from workers.job_hand import JobHand
from workers.sightings import Sightings
from workers.tools import Tools, installed

#: A shop writes an order's change some time after the moment that it puts on it, and its clock may be set back by some
#: minutes: so far back a poll looks again.
OVERLAP = timedelta(minutes=15)
#: Older than any order.
EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Way:
    """How far polls have come, as the cursor keeps it: `at` and `began` only of one that is not at its end."""

    #: All changes up to then were seen by polls that came to their end.
    since: datetime
    #: How far this one has come, by the shop's clock, and when it began, by ours.
    at: datetime
    began: datetime

    @classmethod
    def of(cls, cursor: Mapping[str, Any], active_since: datetime | None) -> Way:
        """The first poll looks at what changed since the connection was first switched on."""
        kept = {name: datetime.fromisoformat(cursor[name]) for name in ("since", "at", "began") if name in cursor}
        since = kept.get("since", active_since or EVER)
        return cls(since, kept.get("at", since - OVERLAP), kept.get("began", datetime.now(UTC)))

    def underway(self, at: datetime) -> Mapping[str, str]:
        moments = {"since": self.since, "at": at, "began": self.began}
        return {name: moment.isoformat() for name, moment in moments.items()}

    def ended(self, at: datetime) -> Mapping[str, str]:
        """What was written behind the back of this poll is dated later than its beginning, less the overlap."""
        return {"since": max(self.since, min(at, self.began)).isoformat()}


def poll(tools: Tools, hand: JobHand) -> bool:
    """Whether there is more to do. Raises fates, LeaseLost and DatabaseDown; what was taken in by then stays so."""
    run = hand.run
    shop = installed(webshop, run.source.kind)
    sightings = Sightings(tools.database, shop, run.account, run.source.id)
    way = Way.of(run.cursor, run.active_since)
    at = way.at
    with tools.clients.shop(shop, run.source, hand) as client:
        for page in client.list_orders(modified_after=way.at):
            seen = sightings.take(page.orders) + sightings.take_untold(page.untold)
            at = max(at, last_change(page, sightings))
            hand.keep(way.underway(at), seen)
            # Within a second that many orders share it would begin at the same place again.
            if hand.is_to_make_room and at > way.at:
                return True
    hand.cursor = way.ended(at)
    return False


def last_change(page: OrderPage, sightings: Sightings) -> datetime:
    """Of its orders, by the shop's clock; one without a readable date leads nowhere."""
    moments = [sightings.shop.notice_of(order).modified_at for order in page.orders]
    moments += [glance.modified_at for glance in page.untold]
    return max(filter(None, moments), default=EVER)
