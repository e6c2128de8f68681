"""How the demo tells: one line for each order as it comes to an end, and what it all came to."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from tools.apply import Done
from tools.apply.plan import Act
from tools.cli.texts import harmless, many, money
from tools.demo.outside import BARRED, BARRED_WARE, STANDARD
from tools.demo.placed import Kind, Placed
from tools.demo.system import Running
from tools.demo.verdict import Verdict
from tools.demo.watch import News

STYLES = {"done": "green", "skipped": "yellow", "failed": "red"}
#: Columns of an order's own part of a line.
ABOUT = 48


class Teller:
    """Use it as a context manager: on a terminal a bar says how far the first orders are."""

    def __init__(self, console: Console, command: str) -> None:
        """`command`: how a reader calls this command from where he is."""
        self._console = console
        self._command = command
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("orders"))
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("orders", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def expect(self, orders: int) -> None:
        self._bar.update(self._task, total=orders)

    def beginning(self, shop: str, books: str, running: Running) -> None:
        self._say(f"An imitated WooCommerce shop  {shop}/__sandbox__/shop", "dim")
        self._say(f"Imitated e-conomic books      {books}/__sandbox__/documents", "dim")
        self._say(f"shopledger takes webhooks at  {running.address}; messages go through {running.broker}", "dim")
        for line in running.also:
            self._say(line, "dim")

    def connected(self, done: Done, file: Path) -> None:
        self._say(
            f"The shop was connected by     apply {shlex.quote(str(file))}: {done.steps[Act.CREATE]} created", "dim"
        )
        self._say("")

    def goes_on(self, books: str, number: str) -> None:
        """`number`: an order that waits because of the barred product."""
        opened = shlex.quote(json.dumps({"number": BARRED, "name": BARRED_WARE.name, "group": STANDARD}))
        self._say("")
        self._say("Or be the bookkeeper: open the barred product in the books, and send its order again:")
        self._say(f"  curl -s -H 'Content-Type: application/json' -d {opened} {books}/__sandbox__/products", "cyan")
        self._say(f"  {self._command} retry {number}", "cyan")
        self._say("")
        self._say("Now and then another order comes in. Ctrl-C ends the demo.", "bold")

    def order(self, placed: Placed, news: News, took: timedelta | None, *, is_first: bool) -> None:
        """`took`: from the order in the shop to its end, where that is known; `is_first`: it had no end before."""
        line = Text().append(f"{datetime.now().astimezone():%H:%M:%S}  ", style="dim")
        line.append(_one_line(placed.number), style="bold")
        parts = (placed.customer, many(placed.lines, "line"), money(placed.total, placed.currency))
        line.append(f"  {_one_line(', '.join(part for part in parts if part))}".ljust(ABOUT)[:ABOUT])
        line.append(" ")
        line.append(self._end(news), style=STYLES.get(news.transfer.state, ""))
        if news.transfer.state == "done" and took is not None:
            line.append(f"  {took.total_seconds() * 1000:.0f} ms", style="dim")
        if placed.kind and is_first:
            line.append(f"  ({placed.kind})", style="dim")
        if is_first and placed.kind is not Kind.BY_HAND:
            self._bar.advance(self._task)
        self._console.print(line)
        if news.sentence and news.transfer.reason != "already_synced":
            width = max(40, min(self._console.width, 110) - 16)
            for part in textwrap.wrap(_one_line(news.sentence), width):
                self._say(" " * 16 + part, "dim")

    def silent(self, topics: Sequence[str]) -> None:
        """The shop tells of nothing more."""
        self._say(
            f"The shop has switched off its webhooks {', '.join(topics)}, as it does after seven failures in a row: it"
            " tells of no order any more. The next demo begins with new ones.",
            "bold red",
        )

    def out_of_date(self) -> None:
        """What is said of the orders could not be read at the end."""
        self._say("PostgreSQL does not answer: what follows is what it said last.", "bold red")

    def stopping(self) -> None:
        self._say("")
        self._say("stopping: RabbitMQ takes some seconds")

    def summary(self, verdict: Verdict, seconds: float, to_try: str) -> None:
        self._bar.stop()
        self._say("")
        parts = [f"{verdict.transferred} in the books"]
        for word, counted in (("left alone", verdict.skipped), ("waiting for you", verdict.failed)):
            if counted:
                reasons = ", ".join(f"{reason} {count}" for reason, count in counted.items())
                parts.append(f"{sum(counted.values())} {word} ({reasons})")
        if verdict.waiting:
            parts.append(f"{sum(verdict.waiting.values())} on their way")
        self._say(f"{verdict.orders} orders in {seconds:.1f} s: {', '.join(parts)}", "bold")
        numbers = (("lost", verdict.lost), ("doubled", verdict.duplicates), ("with a wrong total", verdict.wrong_total))
        told = ", ".join(f"{len(found)} {word}" for word, found in numbers)
        self._say(f"The shop's journal beside the books': {told}", "green" if verdict.is_right else "bold red")
        for word, found in numbers:
            if found:
                self._say(f"  {word}: {_one_line(', '.join(found))}", "red")
        self._say("")
        self._say("Try next, in another terminal:")
        for arguments, what in (
            (f"show {to_try}", "everything about one order, and why it is where it is"),
            ("transfers", "all orders; --state failed for those that wait for you"),
            ("doctor", "is everything as it should be?"),
            ("--help", "what else there is"),
        ):
            self._console.print(Text().append(f"  {self._command} {arguments:<12}", "cyan").append(f"  {what}", "dim"))

    def _end(self, news: News) -> str:
        transfer = news.transfer
        if transfer.state == "done":
            changed = ", changed since" if transfer.reason == "changed_since" else ""
            return f"-> draft {transfer.document_kind} {transfer.document_number}{changed}"
        return {"skipped": "left alone", "failed": "waits for you", "held": "held"}.get(transfer.state, transfer.state)

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style))


def _one_line(text: str) -> str:
    """What somebody types into the shop must not draw on the terminal."""
    return harmless(" ".join(text.split()))
