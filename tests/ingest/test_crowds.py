"""Many at once: slow lines, held rows, storms about one webhook, and PostgreSQL killed in the middle of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.ingest.conftest import Door
from tests.ingest.test_answers import ORDER
from tests.ingest.test_servers_away import answers_200_again, lonely_door
from tests.support.servers import DatabaseAddress, OwnPostgres
from tests.support.wire import exchange, request

__all__ = ["lonely_door"]

CANNOT_VIEW = b'{"code":"woocommerce_rest_cannot_view","message":"Sorry.","data":{"status":403}}'


@pytest.fixture
def slow_lines(door: Door) -> Iterator[int]:
    """Forty senders who announce a body and do not go on: half to nobody, half to a webhook of the shop."""
    paths = ["/webhooks/nobody-has-this-address", door.path()] * 20
    lines = [socket.create_connection(("127.0.0.1", door.port)) for _ in paths]
    for line, path in zip(lines, paths, strict=True):
        line.sendall(request("POST", path, {"Content-Length": "1000"}, b"x"))
    yield len(lines)
    for line in lines:
        line.close()


def test_slow_lines_stop_nobody_else(door: Door, slow_lines: int) -> None:
    # Given senders that never finish, when the shop sends and the operator looks, then both are answered at once
    began = time.monotonic()
    assert [door.send(ORDER, delivery=str(n)).status for n in range(10)] == [200] * 10
    assert exchange(door.port, request("GET", "/health/live", {}, b"")).status == 200
    assert time.monotonic() - began < 5, f"{slow_lines} slow lines held the others up"


def test_a_row_that_somebody_holds_costs_no_connections_and_stores_nothing_late(
    door: Door, database: DatabaseAddress
) -> None:
    # Given an order whose transfer somebody else has locked
    door.send(ORDER, delivery="before")
    # The watcher is outside of any transaction: inside one, the server's activity is a picture that stands still.
    with psycopg.connect(database.admin_url) as holder, psycopg.connect(database.admin_url, autocommit=True) as watcher:
        held = "select 1 from shopledger.transfers where account_id = %s for update"
        holder.execute(held, [door.shop.account])

        # When its webhooks come, then they are refused in time, and soon nothing waits in the server any more
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: door.send(ORDER, delivery=f"held {n}").status, range(16)))
        assert answers == [503] * 16
        busy = (
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and usename = 'shopledger_app' and state <> 'idle'"
        )
        give_up = time.monotonic() + 5
        while watcher.execute(busy).fetchone() != (0,):
            assert time.monotonic() < give_up, "the server goes on with what nobody waits for"

    # And what was refused is not stored after all
    assert door.shop.rows("select count(*) from events") == [(1,)]
    assert answers_200_again(door, "after")


def test_a_storm_about_one_webhook_is_answered(door: Door) -> None:
    # Given a bad day: forged, proven and powerless webhooks to one address, all at once
    def send(n: int) -> int:
        if n % 3 == 0:
            return door.send(ORDER, delivery=str(n), X_WC_Webhook_Signature="forged").status
        return door.send(CANNOT_VIEW if n % 3 == 1 else ORDER, delivery=str(n)).status

    door.path()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(240)))

    # Then each has its own answer, and none was lost to a deadlock
    assert answers == [401, 200, 200] * 80
    assert door.shop.rows("select failed_total from subscriptions") == [(80,)]
    assert door.shop.rows("select count(*) from events") == [(160,)]


def test_what_was_answered_200_is_stored_once_though_postgresql_is_killed(
    lonely_door: Door, own_postgres: OwnPostgres
) -> None:
    # Given six senders, every delivery of whom is sent twice
    stop = threading.Event()

    def send(sender: int) -> list[str]:
        taken = []
        for n in range(10_000):
            if stop.is_set():
                break
            delivery = f"{sender}-{n}"
            answers = {lonely_door.send(ORDER, delivery=delivery).status for _ in range(2)}
            assert answers <= {200, 503}
            if 200 in answers:
                taken.append(delivery)
        return taken

    lonely_door.path()
    with ThreadPoolExecutor(6) as pool:
        sending = [pool.submit(send, sender) for sender in range(6)]

        # When PostgreSQL is killed twice among them
        for _ in range(2):
            enough = lonely_door.shop.rows("select count(*) from events")[0][0] + 100
            while lonely_door.shop.rows("select count(*) from events")[0][0] < enough:
                continue
            own_postgres.kill()
            own_postgres.start()
            assert answers_200_again(lonely_door, f"again {enough}")
        stop.set()
        answered = {delivery for future in sending for delivery in future.result()}

    # Then each delivery that was answered 200 is there, and each that is there is there once
    stored = [delivery for (delivery,) in lonely_door.shop.rows("select delivery_id from events")]
    assert answered <= set(stored)
    assert len(stored) == len(set(stored))
    assert len(lonely_door.shop.transfers()) == 1
