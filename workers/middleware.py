"""What every message gets: its words on each log line, its time in the metrics, and a grave in the store if it dies."""

from __future__ import annotations

import threading
import time
from typing import Any

import dramatiq
import orjson
import psycopg
import structlog
from dramatiq import MessageProxy
from prometheus_client import start_http_server

from shared.store.database import Database, DatabaseDown
from workers.metrics import DEAD, SECONDS

log = structlog.get_logger()


#: Words of a message -> as the log calls them: the reason of a try is another one.
WORDS = {
    "account": "account",
    "connection": "connection",
    "transfer": "transfer",
    "order": "order",
    "reason": "rung_for",
}


class Context(dramatiq.Middleware):
    """Binds a message's words (ids and an order number, no customer's data) to the log, and takes its time."""

    def __init__(self) -> None:
        self._local = threading.local()

    def before_process_message(self, broker: dramatiq.Broker, message: MessageProxy) -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            queue=message.queue_name, message=message.message_id, **words_of(message)
        )
        self._local.since = time.monotonic()

    def after_process_message(
        self, broker: dramatiq.Broker, message: MessageProxy, *, result: Any = None, exception: Any = None
    ) -> None:
        SECONDS.labels(message.queue_name).observe(time.monotonic() - self._local.since)
        structlog.contextvars.clear_contextvars()

    after_skip_message = after_process_message


class Stopping(dramatiq.Middleware):
    """Tells the work in hand that the process is to end, so that it stops at its next point."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        self._stopping.set()


class DeadLetters(dramatiq.Middleware):
    """RabbitMQ keeps a message that nobody could handle for some days; what became of it stands in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after_nack(self, broker: dramatiq.Broker, message: MessageProxy) -> None:
        DEAD.labels(message.queue_name).inc()
        values = {
            "account": _number(message, "account"),
            "transfer": _number(message, "transfer"),
            "queue": message.queue_name,
            "message": message.message_id,
            "words": orjson.dumps(message.kwargs, default=str).decode(),
            "error": _error(message),
        }
        log.error("dead_letter", error=values["error"], dead=message.message_id, **words_of(message))
        try:
            self._database.one("mark_dead_letter", values)
        except (DatabaseDown, psycopg.Error) as error:
            log.error("dead_letter_not_marked", problem=type(error).__name__)


class Metrics(dramatiq.Middleware):
    """Serves the process's metrics for Prometheus."""

    def __init__(self, port: int) -> None:
        self._port = port

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        start_http_server(self._port)


def words_of(message: MessageProxy) -> dict[str, Any]:
    """What a message is about, as it stands on log lines; whatever else it may hold is left out."""
    return {named: message.kwargs[word] for word, named in WORDS.items() if word in message.kwargs}


def _number(message: MessageProxy, name: str) -> int | None:
    value = message.kwargs.get(name)
    return value if isinstance(value, int) else None


def _error(message: MessageProxy) -> str:
    """The kind of what killed it; its text may hold anything."""
    told = message.options.get("traceback")
    if isinstance(told, str) and told.strip():
        return told.strip().splitlines()[-1].partition(":")[0][:300]
    return "no actor, or a message of another form"
