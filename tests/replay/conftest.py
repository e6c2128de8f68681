"""A line with its books, the command that replays, and RabbitMQ with dead letters in it."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import dramatiq
import httpx
import pytest
from click.testing import CliRunner, Result

from shared.queue import Queue, make_broker, message_for
from shared.store.database import Database
from tests.line.queues import channel_to, take_all
from tests.line.rig import Line, line_to
from tests.look.conftest import Command
from tests.support.servers import DatabaseAddress, Rabbit
from tests.support.shop import SECRET_KEYS
from tools.cli.main import shopledger


@dataclass(frozen=True)
class Desk(Command):
    """`shopledger`, on one database and one vhost."""

    line: Line
    amqp_url: str

    def run(self, *arguments: str, columns: int | None = None) -> Result:
        env = {
            "SHOPLEDGER_DATABASE_URL": self.database.app_url,
            "SHOPLEDGER_SECRET_KEYS": SECRET_KEYS,
            "SHOPLEDGER_BROKER_URL": self.amqp_url,
        }
        return CliRunner().invoke(shopledger, arguments, env=env, prog_name="shopledger")

    def fails_with_output(self, *arguments: str, code: int = 1) -> str:
        """As `fails`, of a command that says something before."""
        result = self.run(*arguments)
        assert result.exit_code == code, result.output
        return result.stderr

    def bury(self, *messages: dramatiq.Message[Any], queue: Queue = Queue.ORDERS) -> None:
        """As a worker does with messages that it cannot handle: refused, so that RabbitMQ keeps them apart."""
        with closing(make_broker(self.amqp_url)) as broker:
            broker.declare_queue(queue, ensure=True)
            for message in messages:
                broker.enqueue(message)
            with channel_to(self.amqp_url) as channel:
                for _ in messages:
                    method, _, _ = channel.basic_get(queue)
                    assert method is not None
                    channel.basic_nack(method.delivery_tag, requeue=False)

    def bury_order(self, number: int) -> dramatiq.Message[Any]:
        """A message about an order that waits, and nobody could handle; it is marked in the store, too."""
        ((transfer,),) = self.line.shop.rows(
            "update transfers set rung_at = now() where source_id = %s returning id", str(number)
        )
        account = self.line.shop.account
        message = message_for(Queue.ORDERS, account=account, transfer=transfer, order=str(number))
        self.bury(message)
        self.mark(message, transfer)
        return message

    def mark(self, message: dramatiq.Message[Any], transfer: int) -> None:
        values = {
            "account": self.line.shop.account,
            "transfer": transfer,
            "queue": message.queue_name,
            "message": message.message_id,
            "words": '{"order": "1"}',
            "error": "KeyError",
        }
        self.line.database.one("mark_dead_letter", values)

    def dead(self, queue: Queue = Queue.ORDERS) -> list[str]:
        """Ids of the messages in the queue of the dead, which stay there."""
        found = self.json("replay", "dead-letters", "list", "--queue", str(queue))["dead_letters"]
        return [one["id"] for one in found]

    def waiting(self, queue: Queue = Queue.ORDERS) -> list[str]:
        """Ids of the messages in the queue, taken out."""
        return [message.message_id for message in take_all(self.amqp_url, queue)]


@pytest.fixture
def own_vhost(fresh_database: DatabaseAddress, rabbitmq: Rabbit) -> Iterator[str]:
    """The AMQP address of a vhost that no other test sees."""
    address, management = rabbitmq.amqp_url.rpartition("/")[0], f"{rabbitmq.management_url}/api"
    vhost, user = fresh_database.name, urllib.parse.urlsplit(address).username
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    httpx.put(f"{management}/vhosts/{vhost}").raise_for_status()
    httpx.put(f"{management}/permissions/{vhost}/{user}", json=rights).raise_for_status()
    yield f"{address}/{vhost}"
    httpx.delete(f"{management}/vhosts/{vhost}").raise_for_status()


@pytest.fixture
def line(fresh_database: DatabaseAddress) -> Iterator[Line]:
    with closing(Database(fresh_database.app_url, name="test", connections=6)) as store, line_to(store) as line:
        yield line


@pytest.fixture
def desk(fresh_database: DatabaseAddress, own_vhost: str, line: Line) -> Desk:
    return Desk(fresh_database, line, own_vhost)


@pytest.fixture
def quiet_desk(fresh_database: DatabaseAddress, line: Line) -> Desk:
    """Where no message is looked at."""
    return Desk(fresh_database, line, "amqp://nobody:nothing@127.0.0.1:1/none")
