"""The actor of orders: claims the transfer that a message names, tries it, and records how it ended."""

from __future__ import annotations

import threading
import time
import traceback

import dramatiq
import structlog

from shared.domain.reasons import REASONS
from shared.errors import Fate
from shared.queue import Queue
from shared.store import line
from shared.store.database import DatabaseDown
from shared.store.line import Claim, Outcome, Verdict
from workers.endings import ending, tell_about_system
from workers.hand import LEASE, Hand, LeaseLost, Point, Watch
from workers.metrics import ENDED
from workers.order_steps import OrderTry, Tools

log = structlog.get_logger()


class Unexpected(Exception):
    """A mistake of ours. Names the kind and the place only: messages of errors may hold a customer's data."""


def add_orders(broker: dramatiq.Broker, tools: Tools, stopping: threading.Event, watch: Watch) -> None:
    @dramatiq.actor(broker=broker, queue_name=Queue.ORDERS, actor_name=Queue.ORDERS)
    def orders(account: int, transfer: int, **_words: object) -> None:
        """Connection, order number and reason are for whoever reads the message."""
        try_order(tools, account, transfer, stopping, watch)


def try_order(tools: Tools, account: int, transfer: int, stopping: threading.Event, watch: Watch) -> None:
    """Raises DatabaseDown, and Unexpected for what nobody foresaw: then the message comes again."""
    since = time.monotonic()
    claim = line.claim(tools.database, account, transfer, lease=LEASE)
    if isinstance(claim, Verdict):
        ENDED.labels(Queue.ORDERS, claim).inc()
        log.debug("not_claimed", verdict=claim)
        return
    hand = Hand(tools.database, claim, since=since, stopping=stopping, watch=watch)
    work = OrderTry(tools, hand)
    fate: Fate | None = None
    try:
        outcome = work.run()
    except Fate as met:
        fate = met
        outcome = ending(met, claim.failures)
    except (LeaseLost, DatabaseDown) as error:
        log.warning("let_go", because=type(error).__name__)
        ENDED.labels(Queue.ORDERS, "let_go").inc()
        return
    except Exception as error:
        where = _told_safely(error)
        _record(tools, claim, work, _unexpected(where, claim.failures))
        raise Unexpected(where) from None
    if _record(tools, claim, work, outcome):
        tell_about_system(tools.database, claim, work.talks_to, fate)
    hand.passed(Point.RECORDED)


def _record(tools: Tools, claim: Claim, work: OrderTry, outcome: Outcome) -> bool:
    if outcome.document is None and work.unsent and work.document is not None:
        outcome = outcome.about_unsent(work.document.id)
    is_recorded = line.record(tools.database, claim, outcome, work.stages)
    ENDED.labels(Queue.ORDERS, outcome.name if is_recorded else "let_go").inc()
    say = log.warning if outcome.state == "failed" else log.info
    say(
        "order_ended" if is_recorded else "let_go",
        outcome=outcome.name,
        reason=outcome.reason or None,
        document=outcome.number,
        version=claim.version,
    )
    return is_recorded


def _unexpected(where: str, failures: int) -> Outcome:
    sentence = REASONS["internal_error"].says(error=where)
    return Outcome(
        state="waiting",
        name="internal_error",
        reason="internal_error",
        sentence=sentence,
        failures=failures,
        keep_rung=True,
    )


def _told_safely(error: Exception) -> str:
    """ "KeyError at workers/orders.py:70": the innermost place of our own."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    place = "/".join(ours[-1].filename.split("/")[-2:])
    return f"{type(error).__name__} at {place}:{ours[-1].lineno}"
