"""The whole line as the processes that run in earnest: relay, worker and scheduler, over RabbitMQ."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from shared.queue import Queue, make_broker, message_for
from shared.store.database import Database
from tests.line.queues import channel_to
from tests.line.rig import Line, line_to
from tests.support.orders import tell, woo_order
from tests.support.processes import environment, free_port, running
from tests.support.servers import DatabaseAddress, Rabbit
from tests.support.waiting import eventually

#: Stands in a customer's address; it may be in the store and in the books, and nowhere else.
PLANTED = "Plantagenet"


@pytest.fixture
def line(own_store: Database, rabbitmq: Rabbit) -> Iterator[Line]:
    with line_to(own_store) as line:
        yield line
    with channel_to(rabbitmq.amqp_url) as channel:
        for queue in Queue:
            for suffix in ("", ".DQ", ".XQ"):
                channel.queue_delete(f"{queue}{suffix}")


class Services:
    """The processes and what they have written so far."""

    def __init__(self, database: DatabaseAddress, rabbitmq: Rabbit, folder: Path) -> None:
        self.metrics_port = free_port()
        self.log = folder / "services.log"
        self._env = environment(
            database.app_url,
            SHOPLEDGER_BROKER_URL=rabbitmq.amqp_url,
            SHOPLEDGER_LOG_LEVEL="info",
            SHOPLEDGER_WORKER_METRICS_PORT=str(self.metrics_port),
            SHOPLEDGER_SCHEDULER_TICK_SECONDS="0.1",
        )

    @contextlib.contextmanager
    def run(self, *modules: str) -> Iterator[list[subprocess.Popen[str]]]:
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(self.log.open("a"))
            yield [
                stack.enter_context(running([sys.executable, "-m", module], self._env, output=output))
                for module in modules
            ]

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@pytest.fixture
def services(fresh_database: DatabaseAddress, rabbitmq: Rabbit) -> Iterator[Services]:
    with tempfile.TemporaryDirectory() as folder:
        yield Services(fresh_database, rabbitmq, Path(folder))


def test_an_order_goes_through_all_processes_and_nobody_tells_who_bought_it(
    line: Line, services: Services, rabbitmq: Rabbit
) -> None:
    # Given relay, worker and scheduler, when the shop tells about an order of a customer with a name
    order = woo_order(1007, email=f"{PLANTED}@lampeland.example")
    order["billing"]["last_name"] = PLANTED
    refused = woo_order(1008, email=f"{PLANTED}@lampeland.example", sku="")
    with services.run("ingest.relay", "workers", "scheduler"):
        tell(line.shop, order)
        tell(line.shop, refused)
        eventually(lambda: line.state(1007)[0] == "done" and line.state(1008)[0] == "failed", what="both ends")
        metrics = httpx.get(f"http://127.0.0.1:{services.metrics_port}/metrics").text

    # Then it is in the books with the customer's name
    assert [d.gross for d in line.books.documents()] == [Decimal("125.00")]
    assert any(PLANTED in str(customer) for customer in line.books.customers())

    # And the log can be followed by order, account and transfer
    (ended,) = [entry for entry in services.lines() if entry["event"] == "order_ended" and entry["order"] == "1007"]
    assert ended["account"] == line.shop.account
    assert ended["outcome"] == "transferred"
    assert {"queue", "message", "connection", "transfer", "rung_for", "timestamp"} <= ended.keys()

    # And the metrics count it
    assert 'shopledger_tries_total{outcome="transferred",queue="orders"} 1.0' in metrics

    # And neither name nor token is in any log or metric
    for secret in (PLANTED, line.books.app_secret_token, line.books.agreement_grant_token):
        assert secret.casefold() not in services.log.read_text().casefold()
        assert secret.casefold() not in metrics.casefold()


def test_a_worker_that_is_asked_to_stop_gives_back_what_it_has_in_hand(line: Line, services: Services) -> None:
    # Given a worker in the middle of an order, waiting for slow books
    line.books.add_fault(kind="latency", seconds=1.0)
    tell(line.shop, woo_order(1))
    with services.run("ingest.relay", "workers") as (_, worker):
        line.books.journal.wait_for(lambda entries: any("customers" in entry.path for entry in entries), timeout=20)

        # When it gets SIGTERM, then it ends orderly and soon
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=15) == 0

        # And the order waits for the next worker at once, not for a lease to run out
        assert line.state(1) == ("waiting", "stopping")

    # And the next one does it
    line.books.faults.clear()
    line.work(1)
    assert len(line.books.documents()) == 1


def test_a_worker_that_is_asked_to_stop_while_it_sends_brings_it_to_its_end(line: Line, services: Services) -> None:
    # Given a worker that is sending the document
    line.books.add_fault(kind="latency", seconds=1.0, method="POST", path="*drafts*")
    tell(line.shop, woo_order(1))
    with services.run("ingest.relay", "workers") as (_, worker):
        line.books.journal.wait_for(lambda entries: any("drafts" in entry.path for entry in entries), timeout=20)

        # When it gets SIGTERM, then it waits for the answer and records it
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=15) == 0
    assert line.state(1) == ("done", "")


def test_a_message_that_nobody_understands_is_marked_in_the_store_too(
    line: Line, services: Services, rabbitmq: Rabbit
) -> None:
    # Given a message for an actor that does not exist, about an order that waits
    tell(line.shop, woo_order(1))
    ((transfer,),) = line.shop.rows("update transfers set rung_at = now() returning id")
    message = message_for(Queue.ORDERS, account=line.shop.account, transfer=transfer).copy(actor_name="ordres")
    broker = make_broker(rabbitmq.amqp_url)
    broker.declare_queue(Queue.ORDERS)
    broker.enqueue(message)
    broker.close()

    # When a worker gets it, then RabbitMQ keeps it apart, and the store tells of it and of the order
    with services.run("workers"):
        eventually(lambda: bool(line.shop.rows("select 1 from dead_letters")), what="the mark")
    assert line.shop.rows("select queue, transfer_id, words->>'transfer' from dead_letters") == [
        ("orders", transfer, str(transfer))
    ]
    assert line.state(1) == ("failed", "dead_letter")
    with channel_to(rabbitmq.amqp_url) as channel:
        assert channel.queue_declare("orders.XQ", passive=True).method.message_count == 1


def test_queues_have_the_limits_of_the_definitions_file(line: Line, services: Services, rabbitmq: Rabbit) -> None:
    # Given a worker that has declared its queues, when RabbitMQ is asked, then each is bound by its policy
    with services.run("workers"):
        url = f"{rabbitmq.management_url}/api/queues/{rabbitmq.amqp_url.rpartition('/')[2]}"
        eventually(lambda: policies(url).get("orders.XQ") is not None, what="the queues")
        assert policies(url) | {"upkeep": "doorbell"} == {
            "orders": "doorbell",
            "orders.DQ": "delayed",
            "orders.XQ": "dead-letters",
            "upkeep": "doorbell",
            "upkeep.DQ": "delayed",
            "upkeep.XQ": "dead-letters",
        }


def policies(url: str) -> dict[str, str | None]:
    return {queue["name"]: queue.get("policy") for queue in httpx.get(url).json()}
