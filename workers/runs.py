"""The actor of bulk runs: takes a run in hand, works on it for a while, and writes down how that ended."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import dramatiq
import structlog

from shared.domain.backoff import wait_after
from shared.domain.bulk import RunKind
from shared.domain.reasons import REASONS
from shared.errors import Fate, NeedsUser, Skip
from shared.queue import Queue
from shared.store import run_work
from shared.store.database import DatabaseDown
from workers.endings import tell_about_system
from workers.hand import LeaseLost, PutBack, now
from workers.importing import import_orders
from workers.long_hand import LEASE
from workers.metrics import ENDED
from workers.mistakes import told_safely
from workers.replaying import replay_orders
from workers.run_hand import MakesRoom, RunHand, Stopped
from workers.tools import Tools

#: What is done in a run of each kind; it returns when there is nothing more to do.
WORK: Mapping[RunKind, Callable[[Tools, RunHand], None]] = {"import": import_orders, "replay": replay_orders}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _End:
    """`state` None: it comes again after `wait` seconds."""

    state: Literal["done", "failed"] | None
    wait: float = 0.0
    failures: int = 0
    problem: str = ""


def add_runs(broker: dramatiq.Broker, tools: Tools, stopping: threading.Event) -> None:
    @dramatiq.actor(broker=broker, queue_name=Queue.IMPORTS, actor_name=Queue.IMPORTS)
    def imports(account: int, run: int, **_words: object) -> None:
        """Connection, kind and what are for whoever reads the message."""
        try_run(tools, account, run, stopping)


def try_run(tools: Tools, account: int, run: int, stopping: threading.Event) -> None:
    """Never raises: what becomes of the run stands in its row. One that nobody could write is rung for again when its
    lease, or the message's time, has run out.
    """
    try:
        since = now()
        begun = run_work.begin(tools.database, account, run, lease=LEASE)
        if isinstance(begun, str):
            ENDED.labels(Queue.IMPORTS, begun).inc()
            log.debug("not_begun", verdict=begun)
            return
        _work(tools, RunHand(tools.database, begun, since=since, stopping=stopping))
    except (LeaseLost, DatabaseDown) as error:
        _let_go(type(error).__name__)
    except Exception as error:
        _let_go(told_safely(error))


def _let_go(because: str) -> None:
    ENDED.labels(Queue.IMPORTS, "let_go").inc()
    log.warning("let_go", because=because)


def _work(tools: Tools, hand: RunHand) -> None:
    """Raises LeaseLost and DatabaseDown."""
    run = hand.run
    fate: Fate | None = None
    try:
        WORK[run.kind](tools, hand)
        end = _End("done")
    except MakesRoom as room:
        end = _End(None, wait=room.wait)
    except Stopped:
        end = _End(None)
    except Fate as met:
        fate, end = met, _ending(met, run.failures)
    except (LeaseLost, DatabaseDown):
        raise
    except Exception as error:
        where = told_safely(error)
        log.error("mistake", where=where)
        end = _again(run.failures + 1, REASONS["internal_error"].says(error=where))
    if not run_work.end(
        tools.database, run, state=end.state, wait=end.wait, failures=end.failures, problem=end.problem
    ):
        raise LeaseLost
    ended = end.state or "again"
    ENDED.labels(Queue.IMPORTS, ended).inc()
    say = log.warning if end.problem else log.info
    say("run_ended", run=run.id, kind=run.kind, outcome=ended, problem=end.problem or None)
    tell_about_system(tools.database, hand, run.source, fate)


def _ending(fate: Fate, failures: int) -> _End:
    match fate:
        case PutBack():
            return _End(None, wait=fate.after.total_seconds() if fate.after else 0.0, failures=failures)
        case NeedsUser() | Skip():
            return _End("failed", failures=failures, problem=fate.message)
        case _:
            return _again(failures + 1, fate.message)


def _again(failures: int, problem: str) -> _End:
    wait = wait_after(failures, random.random())  # noqa: S311
    return _End("failed" if wait is None else None, wait=wait or 0.0, failures=failures, problem=problem)
