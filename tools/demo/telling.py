"""How the demo tells: one line for each order as it comes to an end, and what it all came to."""

from __future__ import annotations

import json
import textwrap
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from tools.apply import Done
from tools.apply.plan import Act
from tools.cli.texts import money
from tools.demo.outside import BARRED, BARRED_WARE, STANDARD
from tools.demo.story import Placed
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
        self._say(f"The shop was connected by     apply {file}: {done.steps[Act.CREATE]} created", "dim")
        self._say("")

    def goes_on(self, books: str, number: str) -> None:
        """`number`: an order that waits because of the barred product."""
        opened = json.dumps({"number": BARRED, "name": BARRED_WARE.name, "group": STANDARD})
        self._say("")
        self._say("Or be the bookkeeper: open the barred product in the books, and send its order again:")
        self._say(f"  curl {books}/__sandbox__/products --json '{opened}'", "cyan")
        self._say(f"  {self._command} retry {number}", "cyan")
        self._say("")
        self._say("Now and then another order comes in. Ctrl-C ends the demo.", "bold")

    def order(self, placed: Placed, news: News, took: timedelta | None) -> None:
        """`took`: from the order in the shop to its end; None where it had come to another end before."""
        line = Text().append(f"{datetime.now().astimezone():%H:%M:%S}  ", style="dim")
        line.append(placed.number, style="bold")
        count = f"{placed.lines} line{'s' if placed.lines > 1 else ''}"
        total = money(Decimal(placed.total), placed.currency)
        line.append(f"  {placed.customer}, {count}, {total}".ljust(ABOUT)[:ABOUT])
        line.append(" ")
        line.append(self._end(news), style=STYLES.get(news.transfer.state, ""))
        if news.transfer.state == "done" and took is not None:
            line.append(f"  {took.total_seconds() * 1000:.0f} ms", style="dim")
        if placed.kind and took is not None:
            line.append(f"  ({placed.kind})", style="dim")
        if took is not None:
            self._bar.advance(self._task)
        self._console.print(line)
        if news.sentence and news.transfer.reason != "already_synced":
            width = max(40, min(self._console.width, 110) - 16)
            for part in textwrap.wrap(news.sentence, width):
                self._say(" " * 16 + part, "dim")

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
                self._say(f"  {word}: {', '.join(found)}", "red")
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
