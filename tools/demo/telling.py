"""How the demo tells: one line for each order as it comes to an end, and what it all came to."""

from __future__ import annotations

import textwrap
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tools.apply import Done
from tools.apply.plan import Act
from tools.demo.story import Placed
from tools.demo.system import Running
from tools.demo.verdict import Verdict
from tools.demo.watch import News

STYLES = {"done": "green", "skipped": "yellow", "failed": "red"}
#: Columns of an order's own part of a line.
ABOUT = 48


class Teller:
    def __init__(self, console: Console, command: str) -> None:
        """`command`: how a reader calls this command from where he is."""
        self._console = console
        self._command = command

    def beginning(self, shop: str, books: str, running: Running) -> None:
        self._say(f"An imitated WooCommerce shop  {shop}/__sandbox__/shop", "dim")
        self._say(f"Imitated e-conomic books      {books}/__sandbox__/documents", "dim")
        self._say(f"shopledger takes webhooks at  {running.address}; messages go through {running.broker}", "dim")
        for line in running.also:
            self._say(line, "dim")

    def connected(self, done: Done, file: Path) -> None:
        self._say(f"The shop was connected by     apply {file}: {done.steps[Act.CREATE]} created", "dim")
        self._say("")

    def goes_on(self) -> None:
        self._say("")
        self._say("Now and then another order comes in. Ctrl-C ends the demo.", "bold")

    def order(self, placed: Placed, news: News, took: timedelta | None) -> None:
        """`took`: from the order in the shop to its end; None where it had come to another end before."""
        line = Text(f"{datetime.now().astimezone():%H:%M:%S}  ", style="dim")
        line.append(placed.number, style="bold")
        count = f"{placed.lines} line{'s' if placed.lines > 1 else ''}"
        line.append(f"  {placed.customer}, {count}, {placed.total} {placed.currency}".ljust(ABOUT)[:ABOUT])
        line.append(" ")
        line.append(self._end(news), style=STYLES.get(news.transfer.state, ""))
        if news.transfer.state == "done" and took is not None:
            line.append(f"  {took.total_seconds() * 1000:.0f} ms", style="dim")
        if placed.kind and took is not None:
            line.append(f"  ({placed.kind})", style="dim")
        self._console.print(line)
        if news.sentence and news.transfer.reason != "already_synced":
            width = max(40, min(self._console.width, 110) - 16)
            for part in textwrap.wrap(news.sentence, width):
                self._say(" " * 16 + part, "dim")

    def summary(self, verdict: Verdict, seconds: float, to_try: str) -> None:
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
            self._console.print(
                Text(f"  {self._command} {arguments}".ljust(44), style="cyan").append(what, style="dim")
            )

    def _end(self, news: News) -> str:
        transfer = news.transfer
        if transfer.state == "done":
            changed = ", changed since" if transfer.reason == "changed_since" else ""
            return f"-> draft {transfer.document_kind} {transfer.document_number}{changed}"
        return {"skipped": "left alone", "failed": "waits for you", "held": "held"}.get(transfer.state, transfer.state)

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style))
