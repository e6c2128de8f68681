"""A storm that fits into every test run: everything that can strike does so at least once."""

from __future__ import annotations

from chaos.run import Plan, run
from chaos.servers import Servers
from chaos.strikes import IN_FLIGHT, JOBS_KILLED_AT, KILLED_AT, RELAY_KILLED_AT, SCHEDULER_STRUCK_AT, STOPPED_AT

#: Each kind of strike once.
SMALL_DECK = (
    *KILLED_AT,
    *STOPPED_AT[1:2],
    *RELAY_KILLED_AT,
    *SCHEDULER_STRUCK_AT,
    *JOBS_KILLED_AT,
    IN_FLIGHT,
    "stop worker",
    "kill patient",
    "kill rabbitmq",
    "kill postgres",
    "double messages",
)


def test_every_order_has_its_one_document_after_a_storm(mortal_servers: Servers) -> None:
    # Given orders of ten shops that come in, change, and are told about twice, in the wrong order, or not at all
    plan = Plan(orders=70, seed=7, lease=2.0, faults=True, deck=SMALL_DECK)

    # And some that were there before, which are imported. When workers are killed at each point of their work and with
    # a request under way, and stopped past their lease, RabbitMQ, PostgreSQL, relay, polls, rechecks, imports and the
    # scheduler that leads are killed, that is stopped, too, messages come thrice, and the vendors misbehave
    report = run(plan, mortal_servers)

    # Then all of that has struck
    told = f"{report.kill_log}\n\n{report.verdict.examples()}\n\n{report.last_lines}"
    assert report.is_hard_enough, f"never struck: {report.missing}, {report.in_flight} in flight\n{told}"

    # And soon every order has exactly one document with its total, and every customer is there once
    assert report.recovery_seconds is not None, told
    assert report.verdict.is_right, told
