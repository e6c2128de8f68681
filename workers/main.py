"""What a Dramatiq worker process loads: the broker, and every actor bound to it."""

from __future__ import annotations

import threading

import dramatiq

from shared.logs import configure_logs
from shared.queue import make_broker
from shared.sealing import Keyring
from shared.settings import settings
from shared.startup import open_database
from shared.store.claims import Claim
from shared.store.database import Database
from workers.clients import Clients
from workers.hand import Point, Watch
from workers.jobs import add_jobs
from workers.lanes import Lanes
from workers.middleware import Context, DeadLetters, Metrics, Stopping
from workers.orders import add_orders
from workers.products import KnownProducts
from workers.runs import add_runs
from workers.tools import Tools, WayIn
from workers.upkeep import add_upkeep

#: Seconds that a statement of a worker may take.
WORK_WITHIN = 10.0


def build() -> dramatiq.Broker:
    return build_watched(nobody)


def build_watched(watch: Watch, *, threads: int | None = None, port: int = 0) -> dramatiq.Broker:
    """`watch` is told about every point that a try passes. `threads`: as many as the setting says where left out;
    metrics are served so many ports above the chosen one.
    """
    chosen = settings()
    threads = threads or chosen.worker_threads
    configure_logs(format=chosen.log_format, level=chosen.log_level)
    broker = make_broker(chosen.broker_url.get_secret_value())
    dramatiq.set_broker(broker)
    if chosen.worker_metrics_port:
        broker.add_middleware(Metrics(chosen.worker_metrics_port + port))
    database = open_database("worker", chosen.database_url, connections=threads, within=WORK_WITHIN)
    keyring = Keyring.parse(chosen.secret_keys.get_secret_value())
    add_actors(broker, database, keyring, threads=threads, public_url=chosen.public_url, watch=watch)
    return broker


def nobody(point: Point, claim: Claim) -> None:
    """Watches nothing."""


def add_actors(
    broker: dramatiq.Broker,
    database: Database,
    keyring: Keyring,
    *,
    threads: int,
    public_url: str | None = None,
    watch: Watch = nobody,
) -> None:
    """Every actor there is, and what each message gets. `public_url`: where shops reach ingest, if anybody said."""
    stopping = threading.Event()
    for middleware in (Context(), Stopping(stopping), DeadLetters(database)):
        broker.add_middleware(middleware)
    clients = Clients(database, keyring, Lanes(threads))
    tools = Tools(database, clients, KnownProducts(), way_in=WayIn(public_url, keyring))
    add_orders(broker, tools, stopping, watch)
    add_jobs(broker, tools, stopping)
    add_runs(broker, tools, stopping)
    add_upkeep(broker, database)
