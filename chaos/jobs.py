"""The jobs of a run's shops: rechecks and imports are asked for, and all of them awaited."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from chaos.till import Till
from shared.store import runs
from shared.store.database import Database, DatabaseDown
from shared.store.schedules import JobName
from tests.support.shop import Shop

#: The month of all orders that were there before their connection.
OLD = {"from": "2026-01-01", "to": "2026-01-31"}
NOW = (
    "update shopledger.schedules set next_due = now() where job = %s and id = any(%s) and next_due > now() returning id"
)
THERE_ARE = "select id, now() from shopledger.schedules where job = %s"
ENDED = """
    select id from shopledger.schedules
    where id = %s and began_at > %s and ended_at >= began_at and problem = '' and rung_at is null
"""
RUNS_LEFT = "select count(*) from shopledger.runs where ended_at is null"


class Jobs:
    def __init__(self, database: Database, till: Till, shops: Sequence[Shop]) -> None:
        self._database = database
        self._till = till
        self._shops = shops

    def recheck_all(self) -> None:
        """Now, and not in the night."""
        schedules = [schedule for schedule, _ in self._till.ask(THERE_ARE, "recheck") or []]
        self._till.ask(NOW, "recheck", schedules)

    def import_all(self) -> None:
        """The old orders of every shop, in a run of its own; those of a shop whose run cannot be written are left."""
        for shop in self._shops:
            with contextlib.suppress(DatabaseDown), self._database.account(shop.account) as c:
                run = runs.open_run(
                    c, through=shop.connection, kind="import", what="import", filter=OLD, by="chaos", share=1.0
                )
                runs.ready(c, run)

    def await_all(self) -> Callable[[], bool]:
        """Whether each shop was polled and rechecked once more, from beginning to end, and every import is done."""
        awaited = [self._await("poll"), self._await("recheck"), self._are_imported]
        return lambda: not [is_done for is_done in awaited if not is_done()]

    def _are_imported(self) -> bool:
        left = self._till.ask(RUNS_LEFT)
        return left is not None and left[0][0] == 0

    def _await(self, job: JobName) -> Callable[[], bool]:
        """It is run until each shop's has come to its end."""
        left = dict(self._till.ask(THERE_ARE, job) or [])

        def have_run() -> bool:
            for schedule, since in list(left.items()):
                if self._till.ask(ENDED, schedule, since):
                    del left[schedule]
            if left:
                self._till.ask(NOW, job, list(left))
            return not left

        return have_run
