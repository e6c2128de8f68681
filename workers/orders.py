"""The actor of orders: claims the transfer that a message names, tries it, and records how it ended."""

from __future__ import annotations

import threading
from dataclasses import replace

import dramatiq
import structlog

from shared.domain.reasons import REASONS
from shared.errors import Fate
from shared.queue import Queue
from shared.store import line
from shared.store.claims import Outcome, Verdict
from shared.store.database import DatabaseDown
from workers import sentences
from workers.endings import ending, tell_about_system, try_again
from workers.hand import LEASE, Hand, LeaseLost, Point, Watch, now
from workers.metrics import ENDED
from workers.mistakes import told_safely
from workers.order_steps import OrderTry
from workers.tools import Tools
from workers.trace import Trace
from workers.write_back import tell_shop

log = structlog.get_logger()


def add_orders(broker: dramatiq.Broker, tools: Tools, stopping: threading.Event, watch: Watch) -> None:
    @dramatiq.actor(broker=broker, queue_name=Queue.ORDERS, actor_name=Queue.ORDERS)
    def orders(account: int, transfer: int, **_words: object) -> None:
        """Connection, order number and reason are for whoever reads the message."""
        try_order(tools, account, transfer, stopping, watch)


def try_order(tools: Tools, account: int, transfer: int, stopping: threading.Event, watch: Watch) -> None:
    """Never raises: what becomes of the transfer stands in its row. A row that nobody could write is rung for again
    when its lease, or the message's time, has run out.
    """
    try:
        since = now()
        claim = line.claim(tools.database, account, transfer, lease=LEASE)
        if isinstance(claim, Verdict):
            ENDED.labels(Queue.ORDERS, claim).inc()
            log.debug("not_claimed", verdict=claim)
            return
        _work(tools, Hand(tools.database, claim, since=since, stopping=stopping, watch=watch))
    except (LeaseLost, DatabaseDown) as error:
        _let_go(type(error).__name__)
    except Exception as error:
        _let_go(told_safely(error))


def _let_go(because: str) -> None:
    ENDED.labels(Queue.ORDERS, "let_go").inc()
    log.warning("let_go", because=because)


def _work(tools: Tools, hand: Hand) -> None:
    """Raises LeaseLost and DatabaseDown."""
    work = OrderTry(tools, hand)
    fate: Fate | None = None
    mistake = ""
    try:
        outcome = _told(tools, hand, work.run())
    except Fate as met:
        fate = met
        outcome = ending(met, hand.claim.failures)
    except (LeaseLost, DatabaseDown):
        raise
    except Exception as error:
        mistake = told_safely(error)
    if mistake:
        log.error("mistake", where=mistake)
        says = REASONS["internal_error"].says(error=mistake)
        outcome = try_again("internal_error", "internal_error", says, hand.claim.failures + 1)
    _record(tools, hand, work.trace, outcome)
    tell_about_system(tools.database, hand, work.trace.talks_to, fate)
    hand.passed(Point.RECORDED)


def _told(tools: Tools, hand: Hand, ended: Outcome) -> Outcome:
    """A mistake of ours in what the shop is told is none in the books."""
    try:
        return tell_shop(tools, hand, ended)
    except (Fate, LeaseLost, DatabaseDown):
        raise
    except Exception as error:
        mistake = told_safely(error)
        log.error("mistake", where=mistake)
        return sentences.shop_not_told(ended, REASONS["internal_error"].sentence.format(error=mistake))


def _record(tools: Tools, hand: Hand, trace: Trace, outcome: Outcome) -> None:
    if outcome.document is None and trace.document is not None and (trace.unsent or outcome.open):
        outcome = replace(outcome, document=trace.document.id, unsent=trace.unsent)
    # What was put back is written down when it gets anywhere: it may come back many times.
    stages = trace.stages if outcome.name != "put_back" else []
    if not line.record(tools.database, hand.claim, outcome, stages):
        raise LeaseLost
    ENDED.labels(Queue.ORDERS, outcome.name).inc()
    say = log.warning if outcome.state == "failed" else log.info
    say(
        "order_ended",
        outcome=outcome.name,
        reason=outcome.reason or None,
        document=outcome.number,
        version=hand.claim.version,
    )
