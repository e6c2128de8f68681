"""PostgreSQL away: 503 within two seconds, and on again by itself. The broker is never in the path."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from connectors.registry import webhook_sender
from ingest.app import create_app, take
from ingest.outage import Outage
from ingest.subscriptions import Subscriptions
from ingest.webhook import Receiver
from shared.store.database import Database
from tests.ingest.conftest import Door
from tests.ingest.test_answers import ORDER
from tests.support.processes import NO_BROKER, ingest
from tests.support.servers import OwnPostgres
from tests.support.shop import KEYRING, open_shop
from tests.support.wire import Answer, exchange, request, woo_headers

#: The answer is due after this, in seconds.
DUE = 2.0


@pytest.fixture
def lonely_door(own_postgres: OwnPostgres) -> Iterator[Door]:
    """A shop and an ingest on a PostgreSQL that this test may stop, with no broker anywhere."""
    store = Database(own_postgres.database.app_url, name="test")
    with ingest(own_postgres.database.app_url, SHOPLEDGER_BROKER_URL=NO_BROKER) as port:
        yield Door(port, open_shop(store))
    store.close()


def timed(door: Door, delivery: str) -> tuple[Answer, float]:
    began = time.monotonic()
    return door.send(ORDER, delivery=delivery), time.monotonic() - began


def wait_until_not_ready(door: Door) -> None:
    """The processes of a killed PostgreSQL end by themselves; until then they still answer."""
    give_up = time.monotonic() + 10
    while exchange(door.port, request("GET", "/health/ready", {}, b"")).status == 200:
        assert time.monotonic() < give_up, "PostgreSQL was killed and still answers"


def answers_200_again(door: Door, delivery: str) -> bool:
    """Ten in a row, because each process of ingest finds out by itself that PostgreSQL is back."""
    give_up = time.monotonic() + 20
    in_a_row = 0
    while in_a_row < 10 and time.monotonic() < give_up:
        in_a_row = in_a_row + 1 if door.send(ORDER, delivery=delivery).status == 200 else 0
    return in_a_row == 10


def test_without_a_broker_webhooks_are_taken(lonely_door: Door) -> None:
    # Given an address where no broker listens, when an order comes, then it is taken
    assert lonely_door.send(ORDER).status == 200


def test_a_killed_postgresql_is_a_503_in_time_and_ends_by_itself(lonely_door: Door, own_postgres: OwnPostgres) -> None:
    # Given an ingest that has taken webhooks on several connections
    for n in range(10):
        assert lonely_door.send(ORDER, delivery=f"before {n}").status == 200

    # When PostgreSQL is killed, then each answer is a 503 and comes in time, and only readiness is lost
    own_postgres.kill()
    wait_until_not_ready(lonely_door)
    for n in range(10):
        answer, seconds = timed(lonely_door, f"down {n}")
        assert answer.status == 503
        assert seconds < DUE
    assert exchange(lonely_door.port, request("GET", "/health/ready", {}, b"")).status == 503
    assert exchange(lonely_door.port, request("GET", "/health/live", {}, b"")).status == 200

    # When it is back, then webhooks are taken again, and what was answered 200 before is there
    own_postgres.start()
    assert answers_200_again(lonely_door, "after")
    kept = {name for (name,) in lonely_door.shop.rows("select delivery_id from events")}
    assert {f"before {n}" for n in range(10)} | {"after"} <= kept
    assert not any(name.startswith("down") for name in kept)


def test_a_restarted_postgresql_costs_no_webhook(lonely_door: Door, own_postgres: OwnPostgres) -> None:
    # Given connections that a restart has broken
    for n in range(10):
        lonely_door.send(ORDER, delivery=f"before {n}")
    own_postgres.stop()
    own_postgres.start()

    # When webhooks come after it, then none of them fails
    assert [lonely_door.send(ORDER, delivery=f"after {n}").status for n in range(10)] == [200] * 10


def test_a_postgresql_that_hangs_is_a_503_in_time(lonely_door: Door, own_postgres: OwnPostgres) -> None:
    # Given a PostgreSQL that takes the call and says nothing
    assert lonely_door.send(ORDER, delivery="before").status == 200
    own_postgres.suspend()
    try:
        # When webhooks come, on connections that exist and on new ones, then each answer comes in time
        for n in range(2):
            answer, seconds = timed(lonely_door, f"hanging {n}")
            assert (answer.status, seconds < DUE) == (503, True)

        # And when many come at once, then none waits for another
        with ThreadPoolExecutor(64) as pool:
            ended = list(pool.map(lambda n: timed(lonely_door, f"at once {n}"), range(64)))
        assert {answer.status for answer, _ in ended} == {503}
        assert max(seconds for _, seconds in ended) < DUE
    finally:
        own_postgres.resume()

    # And when it wakes, webhooks are taken again
    assert answers_200_again(lonely_door, "after")


def test_a_postgresql_that_only_reads_is_a_503_until_it_writes_again(
    lonely_door: Door, own_postgres: OwnPostgres
) -> None:
    # Given a standby in the place of the primary: everything can be read and nothing written
    assert lonely_door.send(ORDER, delivery="before").status == 200
    set_read_only(own_postgres, "on")
    assert lonely_door.send(ORDER, delivery="reading").status == 503
    assert exchange(lonely_door.port, request("GET", "/health/ready", {}, b"")).status == 503

    # When it writes again, then webhooks are taken again
    set_read_only(own_postgres, "off")
    assert answers_200_again(lonely_door, "after")


def set_read_only(server: OwnPostgres, value: str) -> None:
    with psycopg.connect(server.url("shopledger"), autocommit=True) as c:
        c.execute("set default_transaction_read_only = off")
        c.execute(f"alter role shopledger_app set default_transaction_read_only = {value}")
        c.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'shopledger_app'")


def test_an_outage_is_told_once_and_its_end_once(capsys: pytest.CaptureFixture[str]) -> None:
    # Given an outage that many webhooks meet
    outage = Outage()
    outage.ended()
    for _ in range(100):
        outage.began("PostgreSQL cannot be reached")

    # When it ends, then the log has two lines, and the second says how many were refused
    outage.ended()
    outage.ended()
    printed = capsys.readouterr()
    lines = (printed.out + printed.err).splitlines()
    assert len(lines) == 2
    assert "database_down" in lines[0]
    assert "refused=100" in lines[1] or '"refused": 100' in lines[1]


def test_a_ping_does_not_end_an_outage(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    # Given an outage, and a webhook that is known by heart
    shop = open_shop(store)
    address = shop.add_webhook("order.created", "secret")
    receiver = Receiver(store, Subscriptions(store, KEYRING), webhook_sender)
    app = create_app(store, receiver, max_body_bytes=1000)
    outage = Outage()
    outage.began("PostgreSQL cannot be reached")

    # When a ping comes, which needs no database, then the outage goes on; when a webhook was stored, it is over
    with app.test_request_context(f"/webhooks/{address}", method="POST", data=b"webhook_id=12"):
        assert take(receiver, outage, address, 1000).name == "ping"
    assert "database_back" not in "".join(capsys.readouterr())
    signed = woo_headers("order.created", b"{}", "secret")
    with app.test_request_context(f"/webhooks/{address}", method="POST", data=b"{}", headers=signed):
        assert take(receiver, outage, address, 1000).status == 200
    assert "database_back" in "".join(capsys.readouterr())
