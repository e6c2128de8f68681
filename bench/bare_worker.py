"""What cannot be avoided: Dramatiq, two calls, and the bodies of an order in three commits. The line's yardstick."""

from __future__ import annotations

import http.client
import json
import os
import threading
from urllib.parse import quote, urlsplit

import dramatiq
import psycopg

from bench import load
from shared.queue import Queue, make_broker

TABLE = """
    create table bare (id bigint generated always as identity primary key, transfer bigint not null,
                       stage smallint not null, body bytea not null, unique (transfer, stage));
    grant insert on bare to shopledger_app;
"""
LOOK_UP = f"/customers?filter={quote('email$eq:maren@shop.example', safe='')}&skippages=0&pagesize=1000"

_local = threading.local()


def make() -> dramatiq.Broker:
    broker = make_broker(os.environ["SHOPLEDGER_BROKER_URL"])
    dramatiq.set_broker(broker)
    addresses = os.environ["BARE_BOOKS"].split()
    database_url = os.environ["SHOPLEDGER_DATABASE_URL"]

    @dramatiq.actor(broker=broker, queue_name=Queue.ORDERS, actor_name=Queue.ORDERS)
    def orders(account: int, transfer: int, **_words: object) -> None:
        if not hasattr(_local, "books"):
            _local.books = http.client.HTTPConnection(urlsplit(addresses[0]).netloc)
            _local.store = psycopg.connect(database_url, autocommit=True, prepare_threshold=0)
        body = load.order_body(transfer)
        keep(transfer, 1, body)
        customer = ask("GET", LOOK_UP)["collection"][0]["customerNumber"]
        request = json.dumps({"customer": customer, "references": {"other": f"SL{account}-{transfer}"}})
        request = request.replace(": ", ":")
        keep(transfer, 2, request.encode())
        keep(transfer, 3, json.dumps(ask("POST", "/invoices/drafts", request)).encode())

    return broker


def ask(method: str, path: str, body: str | None = None) -> dict[str, list[dict[str, int]]]:
    _local.books.request(method, path, body)
    answer: dict[str, list[dict[str, int]]] = json.loads(_local.books.getresponse().read())
    return answer


def keep(transfer: int, stage: int, body: bytes) -> None:
    _local.store.execute("insert into public.bare (transfer, stage, body) values (%s, %s, %b)", [transfer, stage, body])
