"""`demo`: shopledger at work on a shop and books that are made up."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

import click

from shared.logs import configure_logs
from shared.store import inventory
from tools import apply
from tools.cli.output import console
from tools.cli.place import Chosen, Place, demo_folder
from tools.cli.problems import Exit, Problem
from tools.demo.outside import ACCOUNT, Outside, outside
from tools.demo.run import Pace, Result, Run
from tools.demo.story import FIRST_NUMBER, Kind
from tools.demo.system import embedded, with_rabbitmq
from tools.demo.telling import Teller
from tools.embedded.folder import LOCK, DataFolder
from tools.services.command import until_signal

#: By this file a folder is known to be a demo's, which the next demo may throw away.
MARK = "demo.txt"
MARK_SAYS = "What a demo of shopledger left behind. The next demo throws it away.\n"
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
    begin = with_rabbitmq if rabbitmq else embedded
    with folder.log.open("a") as log, until_signal() as ended:
        configure_logs(format="json", level="info", to=log)
        with (
            outside() as ends,
            begin(folder, chosen.settings) as running,
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
    if as_json:
        click.echo(as_line(result, running.broker, ready))
    if not result.verdict.is_right:
        raise SystemExit(Exit.FOUND_TROUBLE)


def fresh_folder(chosen: Chosen) -> DataFolder:
    """What the last demo left behind is gone; a folder that is no demo's is not touched. Raises Problem."""
    folder = demo_folder(chosen.settings) if chosen.data is None else DataFolder(chosen.data)
    mark = folder.path / MARK
    if folder.path.exists() and any(folder.path.iterdir()) and not mark.exists():
        raise Problem(
            f"{folder.path} holds something that is no demo's: name an empty or a new folder with --data",
            Exit.CANNOT_CREATE,
        )
    folder.prepare()
    mark.write_text(MARK_SAYS)
    with folder.held() as is_ours:
        if not is_ours:
            raise Problem(f"a demo runs in {folder.path} already: end that one first", Exit.UNAVAILABLE)
        for path in folder.path.iterdir():
            if path.name not in (MARK, LOCK):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    return folder


def connect(place: Place, ends: Outside, folder: DataFolder, teller: Teller) -> int:
    """As a user does it, by a file; returns the account."""
    file = ends.write_file(folder.path)
    applied = apply.apply(place, apply.read_wish(file, os.environ))
    if applied.done is None or not applied.done.is_complete:
        raise Problem(f"{file} could not be applied: shopledger --data {folder.path} apply {file}", Exit.FOUND_TROUBLE)
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
    name = str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else str(program)
    if program.name == "__main__.py":
        name = "python -m tools"
    elif shutil.which(program.name) == str(program):
        name = program.name
    if chosen.data is not None:
        return f"{name} --data {chosen.data}"
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
