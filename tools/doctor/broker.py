"""RabbitMQ: whether it lets us in, whether each queue has a worker, what died there, and what bounds the queues."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pika
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import (
    AMQPError,
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from shared.domain.findings import Finding
from shared.queue import Queue
from shared.settings import Settings
from tools.definitions import definitions, vhost_of
from tools.doctor.report import failing, ok, warning

#: Seconds that RabbitMQ may take for one step.
PATIENCE = 5
#: RabbitMQ's code for what does not exist.
NOT_FOUND = 404

START_A_WORKER = "Start one: `shopledger up worker`."
DEAD = (
    "Look at them: `shopledger replay dead-letters list`; `requeue` there lets one go again, and the workers' log says"
    " why it died. RabbitMQ drops them after a week."
)


def look(settings: Settings) -> Iterator[Finding]:
    # It logs each failure that is told here, too.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    try:
        address = pika.URLParameters(settings.broker_url.get_secret_value())
    except Exception:  # of any kind, and its message may repeat the password
        yield failing(
            "server",
            "SHOPLEDGER_BROKER_URL is no address of RabbitMQ.",
            "Write it like amqp://user:password@host:5672/vhost.",
        )
        return
    address.socket_timeout = address.blocked_connection_timeout = address.stack_timeout = PATIENCE
    address.heartbeat, address.connection_attempts = PATIENCE, 1
    where = f"{address.host}:{address.port}"
    try:
        connection = pika.BlockingConnection(address)
    except (AMQPError, AMQPConnectorException, OSError) as error:
        yield _closed(error, where, vhost_of(settings.broker_url.get_secret_value()))
        return
    try:
        yield ok("server", f"RabbitMQ answers at {where}.")
        for queue in Queue:
            yield from _queue(connection, queue)
        connection.close()
    except (AMQPError, OSError) as error:
        says = f"RabbitMQ at {where} broke off while it was asked ({type(error).__name__})."
        yield failing("server", says, "Look at its log, and whether its disk or memory is full.")
        return
    yield from _policies(settings)


def _closed(error: Exception, where: str, vhost: str) -> Finding:
    if isinstance(error, ProbableAuthenticationError):
        says = f"RabbitMQ at {where} refuses user and password."
        return failing("server", says, "Set SHOPLEDGER_BROKER_URL right. Webhooks are taken meanwhile.")
    if isinstance(error, ProbableAccessDeniedError | ConnectionClosedByBroker):
        says = f"RabbitMQ at {where} does not let the user into the virtual host {vhost!r}."
        remedy = "Make the virtual host, give the user rights there, or set SHOPLEDGER_BROKER_URL right."
        return failing("server", says, remedy)
    says = f"RabbitMQ cannot be reached at {where}."
    return failing("server", says, "Start it, or set SHOPLEDGER_BROKER_URL right. Webhooks are taken meanwhile.")


def _queue(connection: pika.BlockingConnection, queue: Queue) -> Iterator[Finding]:
    about = f"queue {queue}"
    try:
        counted = _count(connection, queue)
        dead = _count(connection, f"{queue}.XQ")
    except ChannelClosedByBroker as error:
        says = f"RabbitMQ does not let the user look at it ({error.reply_code})."
        yield failing(about, says, "Give the user of SHOPLEDGER_BROKER_URL all rights in the virtual host.")
        return
    if counted is None:
        yield failing(about, "It does not exist: no worker was ever here.", START_A_WORKER)
    elif not counted[1]:
        yield failing(about, f"No worker takes from it; messages waiting: {counted[0]}.", START_A_WORKER)
    else:
        yield ok(about, f"Messages waiting: {counted[0]}; workers: {counted[1]}.")
    if dead is not None and dead[0]:
        yield warning(f"queue {queue}.XQ", f"Messages that no worker could handle: {dead[0]}.", DEAD)


def _count(connection: pika.BlockingConnection, queue: str) -> tuple[int, int] | None:
    """(messages, consumers); None where there is no such queue."""
    try:
        declared = connection.channel().queue_declare(queue, passive=True).method
    except ChannelClosedByBroker as error:
        if error.reply_code != NOT_FOUND:
            raise
        return None
    return declared.message_count, declared.consumer_count


def _policies(settings: Settings) -> Iterator[Finding]:
    if settings.management_url is None:
        return
    vhost = vhost_of(settings.broker_url.get_secret_value())
    page = settings.management_url.get_secret_value().rstrip("/")
    try:
        answer = httpx.get(f"{page}/api/policies/{quote(vhost, safe='')}", timeout=PATIENCE)
    except (httpx.HTTPError, httpx.InvalidURL):
        says = "RabbitMQ's management page does not answer."
        yield warning("policies", says, "Set SHOPLEDGER_MANAGEMENT_URL right; orders go without it.")
        return
    there = _by_name(answer)
    if there is None:
        says = f"RabbitMQ's management page does not tell them (HTTP {answer.status_code})."
        yield warning("policies", says, "Set SHOPLEDGER_MANAGEMENT_URL right, with an administrator's login.")
        return
    wrong = [one["name"] for one in definitions()["policies"] if not one.items() <= there.get(one["name"], {}).items()]
    if wrong:
        says = f"Missing or changed: {', '.join(wrong)}. Queues may grow without a bound."
        yield warning("policies", says, "Load them: `shopledger definitions`.")
    else:
        yield ok("policies", "They bound every queue.")


def _by_name(answer: httpx.Response) -> dict[str, dict[str, Any]] | None:
    """None for what is not RabbitMQ's answer."""
    try:
        return {row["name"]: row for row in answer.json()} if answer.status_code == httpx.codes.OK else None
    except (ValueError, TypeError, KeyError):
        return None
