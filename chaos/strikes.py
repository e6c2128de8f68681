"""What strikes. Each waits for its moment, strikes, writes it into the kill log, and returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chaos.field import Field
from chaos.outside import reference_of
from chaos.patient_points import FED, LOOKED_AT, TAKEN_IN
from chaos.relay import CONFIRMED, MARKED
from chaos.scheduler import EMITTED, LEADS
from chaos.sentence import Act, Sentence
from shared.publisher import Publisher
from shared.queue import Queue, make_broker, message_for
from workers.hand import Point

KILLED_AT = tuple(f"{Act.KILL} at {point}" for point in Point)
STOPPED_AT = tuple(f"{Act.STOP} at {point}" for point in (Point.PRODUCTS_KNOWN, Point.FROZEN, Point.SENT))
RELAY_KILLED_AT = (f"{Act.KILL} at {MARKED}", f"{Act.KILL} at {CONFIRMED}")
SCHEDULER_STRUCK_AT = (f"{Act.KILL} at {LEADS}", f"{Act.STOP} at {LEADS}", f"{Act.KILL} at {EMITTED}")
JOBS_KILLED_AT = tuple(f"{Act.KILL} at {point}" for point in (TAKEN_IN, LOOKED_AT, FED))
ROLES = {
    **dict.fromkeys((MARKED, CONFIRMED), "relay"),
    **dict.fromkeys((LEADS, EMITTED), "scheduler"),
    **dict.fromkeys((TAKEN_IN, LOOKED_AT, FED), "patient"),
}
IN_FLIGHT = "kill in flight"
#: One round of a storm; the seed says in which order.
DECK = (
    *KILLED_AT,
    *STOPPED_AT,
    *RELAY_KILLED_AT,
    *SCHEDULER_STRUCK_AT,
    *JOBS_KILLED_AT,
    *(IN_FLIGHT,) * 5,
    "stop worker",
    "kill relay",
    "kill scheduler",
    "kill patient",
    "kill rabbitmq",
    "kill postgres",
    *("double messages",) * 2,
)
#: Seconds that a server stays away, at least and at most, and that a broker may take over doubled messages.
AWAY = (0.1, 1.0)
CONFIRM_WITHIN = 3.0
#: Transfers whose messages come again, and how often each.
DOUBLED, TIMES = 20, 3


def strike(field: Field, name: str) -> None:
    """A name of the deck. A strike that finds no moment is not in the kill log afterwards."""
    act, _, point = name.partition(" at ")
    if point:
        serve_sentence(field, Act(act), point)
    else:
        BY_HAND[name](field)


def serve_sentence(field: Field, act: Act, point: str) -> None:
    """The first process that comes to that point strikes itself there."""
    role = ROLES.get(point, "worker")
    if act is Act.STOP:
        field.until(lambda: not field.has_sleepers, needs_orders=False)
    ask_for_jobs(field, point)
    what = f"{act} at {point}"
    before = field.log.counts()[what]
    sentence = Sentence(field.folder, role, what)
    sentence.give()
    if not field.until(sentence.is_served):
        sentence.take_back()
        return
    field.until(lambda: field.log.counts()[what] > before)
    if act is Act.STOP:
        field.wake_later(field.log.last(what).whom)


def ask_for_jobs(field: Field, point: str) -> None:
    """Polls come by themselves; what is to be struck in another job must be going on."""
    if point == LOOKED_AT:
        field.jobs.recheck_all()
    if point == FED:
        field.jobs.import_all()


def kill_in_flight(field: Field) -> None:
    """From outside, while the books have its request for a draft and have not answered."""

    def is_hit() -> bool:
        sent = field.outside.being_sent()
        for worker in field.workers:
            his = [entry for entry in sent if field.sender_of(reference_of(entry)) is worker]
            if his and worker.kill():
                unanswered = field.outside.being_sent()
                hits = sum(entry in unanswered for entry in his)
                field.log.write(IN_FLIGHT if hits else "kill worker", worker.name, f"{hits} requests")
                field.in_flight += hits
                return hits > 0
        return False

    field.until(is_hit)


def stop_worker(field: Field) -> None:
    """Wherever it is just then."""
    field.until(lambda: not field.has_sleepers, needs_orders=False)
    worker = field.chance.choice(field.workers)
    if field.until(worker.suspend):
        field.log.write("stop worker", worker.name)
        field.wake_later(worker.name)


def kill_relay(field: Field) -> None:
    relay = field.chance.choice(field.relays)
    if field.until(relay.kill):
        field.log.write("kill relay", relay.name)


def kill_scheduler(field: Field) -> None:
    scheduler = field.chance.choice(field.schedulers)
    if field.until(scheduler.kill):
        field.log.write("kill scheduler", scheduler.name)


def kill_patient(field: Field) -> None:
    if field.until(field.patient.kill):
        field.log.write("kill patient", field.patient.name)


def kill_postgres(field: Field) -> None:
    server = field.servers.postgres
    assert server is not None
    server.kill()
    field.log.write("kill postgres", "postgres")
    field.until(lambda: False, within=field.chance.uniform(*AWAY), needs_orders=False)
    server.start()


def kill_rabbitmq(field: Field) -> None:
    server = field.servers.rabbitmq
    assert server is not None
    server.kill()
    field.log.write("kill rabbitmq", "rabbitmq")
    field.until(lambda: False, within=field.chance.uniform(*AWAY), needs_orders=False)
    server.start()


def double_messages(field: Field) -> None:
    """Of any transfers, wherever they stand; thrice each, shuffled."""
    transfers = field.till.some_transfers(DOUBLED, str(field.chance.random()))
    messages = [
        message_for(Queue.ORDERS, account=account, connection=connection, transfer=transfer, order=number, reason="new")
        for account, connection, transfer, number in transfers
        for _ in range(TIMES)
    ]
    field.chance.shuffle(messages)
    broker = make_broker(field.servers.amqp_url)
    broker.declare_queue(Queue.ORDERS)
    publisher = Publisher(broker)
    try:
        confirmed = sum(publisher.publish(messages, within=CONFIRM_WITHIN))
    finally:
        publisher.close()
        broker.close()
    if confirmed:
        field.log.write("double messages", "orders", f"{confirmed} messages")


BY_HAND: Mapping[str, Callable[[Field], None]] = {
    IN_FLIGHT: kill_in_flight,
    "stop worker": stop_worker,
    "kill relay": kill_relay,
    "kill scheduler": kill_scheduler,
    "kill patient": kill_patient,
    "kill postgres": kill_postgres,
    "kill rabbitmq": kill_rabbitmq,
    "double messages": double_messages,
}


def schedule(field: Field, deck: Sequence[str], rounds: int) -> list[str]:
    """Every round has the whole deck, each in another order."""
    return [name for _ in range(rounds) for name in field.chance.sample(deck, len(deck))]
