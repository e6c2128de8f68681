"""RabbitMQ: away, refusing, silent; queues without workers, dead letters, policies."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import httpx
import pytest

from shared.queue import Queue
from tests.doctor.rig import Clinic
from tests.line.queues import channel_to
from tests.support.processes import free_port
from tools.definitions import load_definitions, vhost_of


@pytest.fixture
def silent() -> Iterator[int]:
    """Takes the call, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


def test_rabbitmq_away(clinic: Clinic) -> None:
    # Given nobody at the address
    port = free_port()
    clinic.environment["SHOPLEDGER_BROKER_URL"] = f"amqp://guest:PLANTED@127.0.0.1:{port}/x"
    # Then the rest is looked at
    report = clinic.examine()
    line = report.the("failing")
    assert (line.part, line.says) == ("RabbitMQ", f"RabbitMQ cannot be reached at 127.0.0.1:{port}.")
    assert "SHOPLEDGER_BROKER_URL" in line.remedy
    assert report.of("ok", "Books") != []
    # And its client's own lines do not stand between ours
    assert "Traceback" not in report.output
    assert "PLANTED" not in report.output


def test_a_rabbitmq_that_says_nothing_is_not_waited_for(clinic: Clinic, silent: int) -> None:
    # Given
    clinic.environment["SHOPLEDGER_BROKER_URL"] = f"amqp://guest:guest@127.0.0.1:{silent}/x"
    # Then
    assert clinic.examine().the("failing").says == f"RabbitMQ cannot be reached at 127.0.0.1:{silent}."


@pytest.mark.parametrize(
    ("pattern", "new", "says"),
    [
        (r"//[^@]*@", "//guest:PLANTED@", "refuses user and password"),
        (r"/[^/]*$", "/nowhere", "does not let the user into the virtual host 'nowhere'"),
        (r"^.*$", "rabbit:PLANTED:x", "SHOPLEDGER_BROKER_URL is no address of RabbitMQ"),
    ],
    ids=["password", "vhost", "address"],
)
def test_what_is_wrong_with_the_address_is_told(clinic: Clinic, pattern: str, new: str, says: str) -> None:
    # Given
    url = clinic.environment["SHOPLEDGER_BROKER_URL"]
    clinic.environment["SHOPLEDGER_BROKER_URL"] = re.sub(pattern, new, url, count=1)
    # Then
    report = clinic.examine()
    (line,) = report.of("failing", "RabbitMQ")
    assert says in line.says
    assert "PLANTED" not in report.output


def test_a_queue_without_a_worker_and_one_that_never_was(clinic: Clinic) -> None:
    # Given workers that are gone, and a queue that is not there
    with channel_to(clinic.rabbit.amqp_url) as channel:
        channel.queue_delete(Queue.UPKEEP)
        channel.queue_delete(Queue.ORDERS)
        channel.queue_declare(Queue.ORDERS, durable=True)
        channel.basic_publish("", Queue.ORDERS, b"{}")
    # Then both are told, with what starts one
    orders, upkeep = clinic.examine().of("failing")
    assert (orders.about, orders.says) == ("queue orders", "No worker takes from it; messages waiting: 1.")
    assert (upkeep.about, upkeep.says) == ("queue upkeep", "It does not exist: no worker was ever here.")
    assert {orders.remedy, upkeep.remedy} == {"Start one: `shopledger up worker`."}


@pytest.mark.parametrize("queue", Queue)
def test_dead_letters(clinic: Clinic, queue: Queue) -> None:
    # Given a message that nobody could handle
    with channel_to(clinic.rabbit.amqp_url) as channel:
        channel.basic_publish("", f"{queue}.XQ", b"{}")
        # (published before the next word of the same channel)
        channel.queue_declare(f"{queue}.XQ", passive=True)
    # Then
    line = clinic.examine().the("warning")
    assert (line.about, line.says) == (f"queue {queue}.XQ", "Messages that no worker could handle: 1.")
    assert "`shopledger replay dead-letters list`" in line.remedy


def test_policies_that_are_missing_or_changed(clinic: Clinic) -> None:
    # Given somebody who deleted one, and changed another one's pattern
    page, vhost = str(clinic.rabbit.management_url), vhost_of(clinic.rabbit.amqp_url)
    try:
        httpx.delete(f"{page}/api/policies/{vhost}/delayed").raise_for_status()
        changed = {"pattern": "^orders$", "definition": {"max-length": 5}, "priority": 1, "apply-to": "queues"}
        httpx.put(f"{page}/api/policies/{vhost}/doorbell", json=changed).raise_for_status()
        # Then
        line = clinic.examine().the("warning")
        assert line.says.startswith("Missing or changed: doorbell, delayed.")
        assert "`shopledger definitions`" in line.remedy
    finally:
        load_definitions(page, vhost)
    # And what it says to do puts it right
    assert clinic.examine().exit_code == 0


@pytest.mark.parametrize(
    ("pattern", "new", "says"),
    [
        (r"//[^@]*@", "//guest:PLANTED@", "does not tell them (HTTP 401)"),
        (r":\d+$", ":1", "does not answer"),
        (r"^.*$", "", ""),
    ],
    ids=["password", "away", "not set"],
)
def test_orders_go_without_the_management_page(clinic: Clinic, pattern: str, new: str, says: str) -> None:
    # Given
    url = str(clinic.rabbit.management_url)
    clinic.environment["SHOPLEDGER_MANAGEMENT_URL"] = re.sub(pattern, new, url, count=1)
    # Then
    report = clinic.examine()
    assert report.exit_code == 0
    assert [says in line.says for line in report.of("warning")] == ([True] if says else [])
    assert "PLANTED" not in report.output
