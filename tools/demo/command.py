"""`demo`: shopledger at work on a shop and books that are made up."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click

from shared.logs import configure_logs
from shared.store import inventory
from tools import apply
from tools.cli.output import console
from tools.cli.place import Chosen, Place, demo_folder, troubles_as_problems
from tools.cli.problems import Exit, Problem
from tools.demo.folder import fresh_folder, runs_already
from tools.demo.outside import ACCOUNT, Outside, outside
from tools.demo.placed import Kind
from tools.demo.run import Pace, Result, Run
from tools.demo.story import FIRST_NUMBER
from tools.demo.system import Running, embedded, with_rabbitmq
from tools.demo.telling import Teller
from tools.embedded.folder import DataFolder
from tools.embedded.own_postgres import Taken
from tools.services.command import until_signal

#: Orders of the first minute, and seconds between them; then one in so many seconds.
FIRST, EVERY, THEN = 30, 2.0, 20.0
#: Seconds between two orders when somebody wants to be done.
QUICKLY = 0.1


@click.command()
@click.option("--orders", type=click.IntRange(1, 10_000), help="So many at once, instead of some for a minute.")
@click.option("--exit", "exits", is_flag=True, help="End when they are dealt with, instead of going on until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object, as the last line.")
@click.option("--rabbitmq", is_flag=True, help="Separate processes on a private RabbitMQ, which must be installed.")
@click.pass_context
def demo(context: click.Context, orders: int | None, exits: bool, as_json: bool, rabbitmq: bool) -> None:
    """See shopledger work, with a shop and books that are made up.

    An imitated WooCommerce shop and imitated e-conomic books start on ports of this machine. The shop is connected
    with the same `apply` that you use for yours, and orders come in. The first thirteen hold one of each kind: two VAT
    rates, paid later, a barred product, changed afterwards, a price that no net price comes to, never paid.

    It ends with 1 when an order was lost, doubled, or came to a wrong total.
    """
    chosen: Chosen = context.obj
    began = time.monotonic()
    folder = fresh_folder(chosen)
    pace = Pace(orders or FIRST, QUICKLY if orders else EVERY, None if exits else THEN)
    with folder.log.open("a", encoding="utf-8") as log, until_signal() as ended:
        configure_logs(format="json", level="info", to=log)
        with (
            outside() as ends,
            begun(folder, chosen, ended, rabbitmq=rabbitmq) as running,
            Teller(console(err=as_json), called(chosen)) as teller,
        ):
            teller.beginning(ends.shop.url, ends.books.url, running)
            account = connect(running.place, ends, folder, teller)
            ready = time.monotonic() - began
            run = Run(ends, running.place, account, teller)
            teller.expect(pace.orders)
            result = run.first_orders(pace, ended)
            teller.summary(result.verdict, result.seconds, to_try(run))
            if pace.then is not None and not ended.is_set():
                teller.goes_on(ends.books.url, to_try(run))
                result = run.now_and_then(pace.then, ended)
                teller.summary(result.verdict, result.seconds, to_try(run))
            if rabbitmq:
                teller.stopping()
    if as_json:
        click.echo(as_line(result, running.broker, ready))
    if not result.verdict.is_right:
        raise SystemExit(Exit.FOUND_TROUBLE)


@contextlib.contextmanager
def begun(folder: DataFolder, chosen: Chosen, ended: threading.Event, *, rabbitmq: bool) -> Iterator[Running]:
    """Raises Problem."""
    begin = with_rabbitmq(folder, chosen.settings, ended) if rabbitmq else embedded(folder, chosen.settings)
    with contextlib.ExitStack() as stack:
        try:
            with troubles_as_problems(f"the log is {folder.log}"):
                running = stack.enter_context(begin)
        except Taken:  # by a demo that began at the same moment
            raise runs_already(folder) from None
        yield running


def connect(place: Place, ends: Outside, folder: DataFolder, teller: Teller) -> int:
    """As a user does it, by a file; returns the account."""
    file = ends.write_file(folder.path)
    with troubles_as_problems(f"the log is {folder.log}"):
        applied = apply.apply(place, apply.read_wish(file, os.environ))
    if applied.done is None or not applied.done.is_complete:
        raise Problem(f"{file} could not be applied; the log is {folder.log}", Exit.FOUND_TROUBLE)
    teller.connected(applied.done, file)
    (account,) = (one.id for one in inventory.accounts(place.database) if one.name == ACCOUNT)
    return account


def to_try(run: Run) -> str:
    """The number of an order that a reader may look at: the one with a barred product, once it was placed."""
    placed = run.story.placed
    return next((one.number for one in placed if one.kind is Kind.BARRED), str(FIRST_NUMBER))


def called(chosen: Chosen) -> str:
    """How a reader calls this command from where he is, so that it finds the demo."""
    program = Path(sys.argv[0]).absolute()
    name = shlex.quote(str(program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program))
    if program.name == "__main__.py":
        name = "python -m tools"
    elif shutil.which(program.name) == str(program):
        name = program.name
    if chosen.data is not None:
        return f"{name} --data {shlex.quote(str(chosen.data))}"
    return name if chosen.folder_to_look_at.path == demo_folder(chosen.settings).path else f"{name} --demo"


def as_line(result: Result, broker: str, ready: float) -> str:
    verdict = result.verdict
    return json.dumps(
        {
            "orders": verdict.orders,
            "transferred": verdict.transferred,
            "skipped": verdict.skipped,
            "failed": verdict.failed,
            "waiting": verdict.waiting,
            "lost": len(verdict.lost),
            "duplicates": len(verdict.duplicates),
            "wrong_total": len(verdict.wrong_total),
            "seconds": round(result.seconds, 2),
            "ready_after_seconds": round(ready, 2),
            "first_document_after_seconds": None
            if result.first_document is None
            else round(ready + result.first_document, 2),
            "broker": broker,
        }
    )
