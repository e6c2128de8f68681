"""Rings for bulk runs: a message says which; how far it is stands in its row."""

from __future__ import annotations

from dramatiq.errors import BrokerError

from shared.publisher import Bell
from shared.queue import Queue, message_for
from shared.store import run_work
from shared.store.database import Database

#: Runs that one look rings for.
MOST = 100
#: Seconds until RabbitMQ must have confirmed them.
CONFIRM_WITHIN = 5.0
#: Seconds after which a message of which nothing came counts as lost.
FORGOTTEN_AFTER = 300.0


class RunBell:
    def __init__(self, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell

    def ring(self) -> int:
        """For each run that is due once: new, resumed, more to do, or lost by its worker. How many messages went out.

        Raises DatabaseDown, and BrokerError while RabbitMQ is away: then nothing is marked.
        """
        if not self._bell.open(within=CONFIRM_WITHIN):
            raise BrokerError("RabbitMQ is away")  # type: ignore[no-untyped-call]
        due = run_work.due(self._database, older=FORGOTTEN_AFTER, most=MOST)
        messages = [
            message_for(
                Queue.IMPORTS,
                account=one.account_id,
                run=one.run_id,
                connection=one.connection_id,
                kind=one.kind,
                what=one.what,
            )
            for one in due
        ]
        confirmed = self._bell.publish(messages, within=CONFIRM_WITHIN)
        lost = [one.run_id for one, is_there in zip(due, confirmed, strict=True) if not is_there]
        if lost:
            run_work.unring(self._database, lost)
        return len(due) - len(lost)
