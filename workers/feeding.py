"""Orders as a shop tells them, made items of a bulk run: through the one door, and fed in the same commit."""

from __future__ import annotations

from psycopg import Connection

from shared.domain.notice import Notice
from shared.intake import Origin, Sender, take_in
from shared.store import run_work
from shared.store.run_work import Feeding
from workers.run_hand import RunHand
from workers.sightings import Body, written


def feed_order(hand: RunHand, origin: Origin, notice: Notice, order: Body, how: Feeding) -> None:
    """One that no transfer came of has failed. Raises as `RunHand.feed`."""
    run, of = hand.run, notice.source_id or notice.source_number or "?"

    def take(connection: Connection) -> int | None:
        take_in(connection, Sender(account_id=run.account, system_id=run.source.id), origin, notice, written(order))
        return run_work.transfers_of(connection, run.connection, [of]).get(of)

    if not hand.feed_new(take, how):
        hand.note({of: notice.source_number or of}, "failed", notice.reason or "unreadable_order")
