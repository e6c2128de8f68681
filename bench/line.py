"""Orders from committed transfers to documents: orders/s, CPU per order, and the threads' share of their ceiling."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench import bare_worker, load
from bench.stand import PATIENCE, Meter, Stand, fixed_books, service, until
from shared.queue import Queue, message_for
from tests.line.queues import publishing_to
from tests.support.shop import Shop

THREADS = 8
#: Of one order of a customer that exists, once products and choices are known: the customer, the draft.
CALLS = 2
SHOPS = 40
#: Each process first learns products and choices, and opens its lines.
WARM_UP = 400
#: Rows of the yardstick.
LAST = "select coalesce(max(id), 0) from bare"
ENDED = """
    select t.state::text, t.reason, count(*), extract(epoch from max(t.updated_at))::float
    from shopledger.transfers t
    left join shopledger.documents d on d.transfer_id = t.id and d.place = 'draft' and d.answered_total = 348
    where t.created_at >= to_timestamp(%s) and (t.state <> 'done' or d.id is not null) group by 1, 2
"""


@dataclass(frozen=True)
class Figure:
    """One measured run. CPU in milliseconds per order, by process."""

    per_second: float
    cpu: Mapping[str, float]

    @property
    def ours(self) -> float:
        """What the services and PostgreSQL use together."""
        return sum(used for name, used in self.cpu.items() if name not in ("rabbitmq", "books"))


@dataclass(frozen=True)
class Setting:
    """How long a call takes, and how many systems the connections go to: all agreements of e-conomic are one host."""

    seconds: float
    workers: int = 1
    origins: int = 1

    @property
    def name(self) -> str:
        hosts = "one host" if self.origins == 1 else f"{self.origins} hosts"
        return f"{f'{1000 * self.seconds:.0f} ms' if self.seconds else 'instant'}, {hosts}"

    @property
    def ceiling(self) -> float:
        """Orders per second of threads that do nothing but wait for the books."""
        return self.workers * THREADS / (CALLS * self.seconds)


def ours(stand: Stand, setting: Setting, count: int, rounds: int) -> Figure:
    with contextlib.ExitStack() as stack:
        books, addresses = stack.enter_context(fixed_books(setting.seconds, setting.origins))
        env = stand.environment(SHOPLEDGER_WORKER_THREADS=str(THREADS))
        pids = {
            "relay": [stack.enter_context(service("ingest.relay", env=env))],
            "worker": [stack.enter_context(service("workers", env=env)) for _ in range(setting.workers)],
            "scheduler": [stack.enter_context(service("scheduler", env=env))],
            "postgres": [stand.postgres.pid],
            "rabbitmq": [stand.rabbitmq.pid],
            "books": [books],
        }
        shops = stand.shops(SHOPS, addresses)

        def once(count: int) -> Figure:
            return transfer(stand, shops, pids, count)

        return median_of(once, count, rounds)


def transfer(stand: Stand, shops: Sequence[Shop], pids: Mapping[str, Sequence[int]], count: int) -> Figure:
    stand.hold()
    since = stand.value("select extract(epoch from clock_timestamp())::float")
    stand.take_in(shops, count)
    meter = Meter(pids)
    began = stand.release()
    until(lambda: stand.left() == 0, every=0.1, what="the last document")
    used = meter.used()
    ended = stand.admin.execute(ENDED, [since]).fetchall()
    if len(ended) != 1 or ended[0][:3] != ("done", "", count):
        raise RuntimeError(f"not every order has its document: {ended}")
    return Figure(count / (ended[0][3] - began), {name: 1000 * seconds / count for name, seconds in used.items()})


def bare(stand: Stand, count: int, rounds: int) -> Figure:
    """The yardstick, with an instant API."""
    with contextlib.ExitStack() as stack:
        books, addresses = stack.enter_context(fixed_books(0.0))
        env = stand.environment(BARE_BOOKS=" ".join(addresses))
        arguments = ("bench.bare_worker:make", "--processes", "1", "--threads", str(THREADS), "--skip-logging")
        pids = {
            "worker": [stack.enter_context(service("dramatiq", *arguments, env=env))],
            "postgres": [stand.postgres.pid],
            "rabbitmq": [stand.rabbitmq.pid],
            "books": [books],
        }
        publisher = stack.enter_context(publishing_to(stand.rabbitmq.amqp_url()))
        stand.admin.execute(bare_worker.TABLE)

        def once(count: int) -> Figure:
            messages = [message_for(Queue.ORDERS, account=1, transfer=next(load.ids)) for _ in range(count)]
            last = stand.value(LAST) + 3 * count
            meter = Meter(pids)
            began = time.monotonic()
            publisher.publish(messages, within=PATIENCE)
            until(lambda: stand.value(LAST) >= last, every=0.02, what="bare work")
            seconds = time.monotonic() - began
            return Figure(count / seconds, {name: 1000 * used / count for name, used in meter.used().items()})

        return median_of(once, count, rounds)


def median_of(once: Callable[[int], Figure], count: int, rounds: int) -> Figure:
    """Speed and each CPU's median of several runs, after one that warms up."""
    once(WARM_UP)
    runs = [once(count) for _ in range(rounds)]
    return Figure(
        statistics.median(run.per_second for run in runs),
        {name: statistics.median(run.cpu[name] for run in runs) for name in runs[0].cpu},
    )


def report(count: int, rounds: int) -> None:
    print(f"{count} orders a run, medians of {rounds} runs, {SHOPS} connections; CPU in ms per order\n")
    print(
        "| API | workers x threads | orders/s | of bare | of the threads' ceiling | relay | worker | scheduler ", end=""
    )
    print("| PostgreSQL | ours and PostgreSQL | RabbitMQ | fixed answers |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    with Stand() as stand:
        yardstick = bare(stand, count, rounds)
        row("instant: bare worker", 1, yardstick, "1", "")
        for setting in (Setting(0.0), Setting(0.0, workers=2), Setting(0.0, origins=2), Setting(0.0, 2, 2)):
            figure = ours(stand, setting, count, rounds)
            row(setting.name, setting.workers, figure, f"{figure.per_second / yardstick.per_second:.2f}", "")
        for setting in (Setting(0.05), Setting(0.05, origins=2)):
            figure = ours(stand, setting, count // 2, rounds)
            row(setting.name, 1, figure, "", f"{figure.per_second / setting.ceiling:.2f}")


def row(name: str, workers: int, figure: Figure, of_bare: str, of_ceiling: str) -> None:
    cells = [name, f"{workers} x {THREADS}", f"{figure.per_second:.0f}", of_bare, of_ceiling]
    cells += [f"{figure.cpu.get(process, 0):.2f}" for process in ("relay", "worker", "scheduler", "postgres")]
    cells += [f"**{figure.ours:.2f}**", f"{figure.cpu['rabbitmq']:.2f}", f"{figure.cpu['books']:.2f}"]
    print(f"| {' | '.join(cells)} |", flush=True)
