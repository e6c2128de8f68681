"""What lies around the database: RabbitMQ, the way in for shops, this machine's disk, and who runs here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker

from shared.domain.findings import Finding
from shared.queue import Queue
from shared.settings import Settings
from tools.definitions import definitions, vhost_of
from tools.doctor.report import failing, ok, warning
from tools.embedded.folder import DataFolder

#: Megabytes that should be free, and without which orders are soon refused.
ROOMY, TIGHT = 2000, 300
#: Seconds that a server may take to answer.
PATIENCE = 5.0


def broker(settings: Settings) -> Iterator[Finding]:
    address = pika.URLParameters(settings.broker_url.get_secret_value())
    address.socket_timeout = address.blocked_connection_timeout = address.stack_timeout = PATIENCE
    address.connection_attempts = 1
    try:
        connection = pika.BlockingConnection(address)
    except (AMQPError, OSError) as error:
        says = f"RabbitMQ cannot be reached at {address.host}:{address.port} ({type(error).__name__})."
        yield failing("server", says, "Start it, or set SHOPLEDGER_BROKER_URL right. Webhooks are taken meanwhile.")
        return
    try:
        yield ok("server", f"RabbitMQ answers at {address.host}:{address.port}.")
        for queue in Queue:
            yield _queue(connection, queue)
            dead = _count(connection, f"{queue}.XQ")
            if dead is not None and dead[0]:
                remedy = "Look for them: `shopledger transfers --reason dead_letter`."
                yield warning(f"queue {queue}.XQ", f"{dead[0]} dead letters lie there.", remedy)
    finally:
        connection.close()
    yield from _policies(settings)


def _queue(connection: pika.BlockingConnection, queue: Queue) -> Finding:
    counted = _count(connection, queue)
    worker = "Start one: `shopledger up worker`."
    if counted is None:
        return failing(f"queue {queue}", "It does not exist: no worker was ever here.", worker)
    messages, consumers = counted
    if not consumers:
        return failing(f"queue {queue}", f"No worker takes from it; {messages} messages wait.", worker)
    return ok(f"queue {queue}", f"{messages} messages, {consumers} workers.")


def _count(connection: pika.BlockingConnection, queue: str) -> tuple[int, int] | None:
    """(messages, consumers); None where there is no such queue."""
    try:
        declared = connection.channel().queue_declare(queue, passive=True).method
    except ChannelClosedByBroker:
        return None
    return declared.message_count, declared.consumer_count


def _policies(settings: Settings) -> Iterator[Finding]:
    if settings.management_url is None:
        return
    vhost = vhost_of(settings.broker_url.get_secret_value())
    page = settings.management_url.get_secret_value().rstrip("/")
    try:
        answer = httpx.get(f"{page}/api/policies/{quote(vhost, safe='')}", timeout=PATIENCE).raise_for_status()
    except httpx.HTTPError as error:
        says = f"RabbitMQ's management page does not answer ({type(error).__name__})."
        yield warning("policies", says, "Set SHOPLEDGER_MANAGEMENT_URL right; orders do not need it.")
        return
    there = {row["name"]: row["definition"] for row in answer.json()}
    missing = [one["name"] for one in definitions()["policies"] if there.get(one["name"]) != one["definition"]]
    if missing:
        yield warning(
            "policies", f"Not as this version wants them: {', '.join(missing)}.", "Run `shopledger definitions`."
        )
    else:
        yield ok("policies", "They bound every queue.")


def way_in(public_url: str | None) -> Finding:
    """Whether ingest answers where shops are sent."""
    if public_url is None:
        says = "Nobody said under which address shops reach ingest."
        return warning("address", says, "Set SHOPLEDGER_PUBLIC_URL; without it no webhooks can be made.")
    try:
        answer = httpx.get(f"{public_url}/health/ready", timeout=PATIENCE, follow_redirects=False)
    except httpx.HTTPError as error:
        says = f"Nothing answers at {public_url} ({type(error).__name__})."
        return failing("address", says, "Start `shopledger up`, or mend the proxy or the name before it.")
    if answer.status_code != 200 or answer.text.strip() != "ready":
        says = f"{public_url}/health/ready answers with HTTP {answer.status_code}."
        return failing("address", says, "Let the proxy before ingest pass everything below this address on to it.")
    return ok("address", f"Ingest answers at {public_url} and stores what comes.")


def here(folder: DataFolder) -> Finding:
    """Whether `up` runs in the data folder."""
    holder = folder.holder()
    if holder is not None and holder.use == "up" and folder.is_held():
        return ok("process", f"shopledger runs as process {holder.pid}.")
    return failing("process", "Nothing runs here: no order comes in or goes out.", "Start it: `shopledger up`.")


def disk(folder: DataFolder) -> Finding:
    free = shutil.disk_usage(folder.path).free // 2**20
    if free >= ROOMY:
        return ok("disk", f"{free // 1000} GB are free.")
    remedy = "Free some, or move the data folder: stop shopledger, copy the folder, and name it with --data."
    made = failing if free < TIGHT else warning
    return made("disk", f"{free} MB are free below {folder.path}.", remedy)
