"""The whole system in one process: PostgreSQL in the data folder, ingest, relay, workers and scheduler as threads.

Messages live in this process only (Dramatiq's in-process broker). They are the doorbell and nothing more: what waited
or was in hand when a process ended stands in PostgreSQL, and is rung for when the next one starts.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import dramatiq
import structlog
from dramatiq.brokers.stub import StubBroker
from dramatiq.common import q_name

from connectors.registry import webhook_sender
from ingest.app import create_app
from ingest.relay import Relay, Turns
from ingest.subscriptions import Subscriptions
from ingest.webhook import Receiver
from scheduler.clock import Clock, Job
from scheduler.jobs import emitting_jobs, ringing_jobs, waking_jobs
from shared.queue import PATIENT, PROMPT, make_local_broker
from shared.settings import Settings
from shared.store.database import ANSWER_WITHIN, Database
from tools.embedded.bell import LocalBell, Nudging
from tools.embedded.folder import DataFolder
from tools.embedded.front import Front, listen
from tools.embedded.own_postgres import OwnPostgres, Taken
from workers.main import WORK_WITHIN, add_actors

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Seconds between two looks of the relay; what happens in this process nudges it.
LOOK_EVERY = 0.5
#: Seconds for which a webhook waits for a PostgreSQL that is being started again. WooCommerce waits 60, tells nothing
#: twice, and switches a webhook off after seven failures.
KEEPS_SHOPS_WAITING = 20.0
#: Seconds in which work in hand may come to its next point when all ends.
LAST_WORK = 25.0
#: Jobs at once.
JOB_THREADS = 2
#: Seconds until a part that failed is started again.
BREATHE = 1.0

log = structlog.get_logger()


class Embedded:
    """Runs between `start` and `stop`. Raises Problem where it cannot start."""

    def __init__(self, folder: DataFolder, settings: Settings, *, port: int) -> None:
        self._folder = folder
        self._settings = settings
        self._port = port
        self._stop = threading.Event()
        self._turns = Turns(LOOK_EVERY)
        self._ending = contextlib.ExitStack()
        self._parts: list[threading.Thread] = []
        #: Where ingest listens: "http://127.0.0.1:8080".
        self.address = ""

    def start(self) -> Self:
        with contextlib.ExitStack() as ending:
            if self._folder.running() is not None:
                raise Taken(self._folder)
            listening = listen(self._settings.ingest_host, self._port)
            ending.callback(listening.close)
            self.address = f"http://{self._settings.ingest_host}:{listening.getsockname()[1]}"
            self.postgres = ending.enter_context(OwnPostgres(self._folder, "up", address=self.address))
            self._database = self._open(ending, "operator", connections=2, within=WORK_WITHIN)
            log.info("begins", in_hand_of_the_last_run=self._database.one("take_over")[0])
            ending.callback(self._end_parts)
            self._keep("postgres", self.postgres.keep)
            broker = self._start_worker(ending)
            self._start_relay_and_clocks(ending, broker)
            # Once more, because what they ring for ends after them.
            ending.callback(self._end_parts)
            self._start_front(ending, listening)
            self._ending = ending.pop_all()
        log.info("ready", address=self.address, data=str(self._folder.path))
        return self

    @property
    def database(self) -> Database:
        """For who looks on."""
        return self._database

    def stop(self) -> None:
        """Nothing new is taken, work in hand comes to its next point, and PostgreSQL ends last."""
        self._ending.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _open(
        self, ending: contextlib.ExitStack, name: str, *, connections: int, within: float, is_patient: bool = True
    ) -> Database:
        """Patient, because a PostgreSQL that died is back in a moment."""
        database = self.postgres.open(name, connections=connections, within=within, is_patient=is_patient)
        ending.callback(database.close)
        return database

    def _start_worker(self, ending: contextlib.ExitStack) -> StubBroker:
        threads = self._settings.worker_threads
        broker = make_local_broker()
        # It warns of two workers on one broker, which share no queue here.
        broker.logger.setLevel(logging.ERROR)
        broker.add_middleware(Nudging(self._turns))
        database = self._open(ending, "worker", connections=threads + JOB_THREADS, within=WORK_WITHIN)
        public_url = self._settings.public_url or self.address
        add_actors(broker, database, self.postgres.keyring, threads=threads, public_url=public_url)
        for queues, most in ((PROMPT, threads), (PATIENT, JOB_THREADS)):
            worker = dramatiq.Worker(broker, queues=set(map(q_name, queues)), worker_threads=most)
            worker.start()
            ending.callback(worker.stop, timeout=int(LAST_WORK * 1000))
        return broker

    def _start_relay_and_clocks(self, ending: contextlib.ExitStack, broker: StubBroker) -> None:
        bell = LocalBell(broker)
        relay = Relay(self._open(ending, "relay", connections=1, within=WORK_WITHIN), bell, self._turns)
        database = self._open(ending, "scheduler", connections=3, within=5.0)
        self._keep("relay", relay.run)
        self._keep("waking", self._clock(waking_jobs(database)))
        self._keep("emitting", self._clock(emitting_jobs(database, broker, bell)))
        self._keep("ringing", self._clock(ringing_jobs(database, broker, bell)))

    def _start_front(self, ending: contextlib.ExitStack, listening: socket.socket) -> None:
        chosen = self._settings
        health = self._open(ending, "health", connections=1, within=ANSWER_WITHIN, is_patient=False)
        database = self._open(ending, "ingest", connections=chosen.ingest_connections, within=KEEPS_SHOPS_WAITING)
        receiver = Receiver(database, Subscriptions(database, self.postgres.keyring), webhook_sender)
        app = self._nudging(create_app(health, receiver, max_body_bytes=chosen.max_body_bytes).wsgi_app)
        front = Front(app, listening, threads=chosen.ingest_threads, max_body_bytes=chosen.max_body_bytes)
        front.start()
        ending.callback(front.stop)

    def _nudging(self, app: WSGIApplication) -> WSGIApplication:
        """What came in is rung for at once."""

        def nudged(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            answer = app(environ, start_response)
            self._turns.nudge()
            return answer

        return nudged

    def _clock(self, jobs: list[Job]) -> Callable[[threading.Event], None]:
        def run(stop: threading.Event) -> None:
            Clock(jobs, stop, _always).run(self._settings.scheduler_tick_seconds)

        return run

    def _keep(self, name: str, part: Callable[[threading.Event], None]) -> None:
        """Runs a part in a thread; one that fails is begun again, as a process would be."""

        def run() -> None:
            while not self._stop.is_set():
                try:
                    part(self._stop)
                except Exception as error:
                    log.error("part_failed", part=name, problem=f"{type(error).__name__}: {error}")
                    self._stop.wait(BREATHE)

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._parts.append(thread)

    def _end_parts(self) -> None:
        self._stop.set()
        for thread in self._parts:
            thread.join()


def _always() -> bool:
    """There is no other scheduler: whoever has the folder leads."""
    return True
