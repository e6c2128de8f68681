"""A recheck's report and the list of open orders, told to people."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn

from shared.domain.reasons import REASONS
from shared.domain.recheck import MOST_NAMED, Money, RecheckReport
from shared.store.open_orders import OpenOrder
from tools.cli.output import console
from tools.cli.page import Page
from tools.cli.texts import many, moment, moment_in_list, money
from tools.look import words

LABELS = 14


@dataclass(frozen=True, slots=True)
class Listed:
    """Open orders, each with its account's name, and how many there are in all by reason."""

    orders: Sequence[tuple[str, OpenOrder]]
    counts: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        return {"orders": [_as_json(*one) for one in self.orders], "counts": dict(self.counts)}


@contextlib.contextmanager
def progress() -> Iterator[Callable[[int], None]]:
    """A line on a terminal, beside the output; nothing in a pipe."""
    errors = console(err=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} orders looked at"))
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as line:
        task = line.add_task("orders", total=None)
        yield lambda done: line.update(task, completed=done)


def show_report(name: str, report: RecheckReport) -> None:
    page = Page()
    page.line(f"{name}, orders of {moment(report.after)} to {moment(report.before)}", style="bold")
    for label, says in _lines(report):
        page.pair(label, says, labels=LABELS)
    if report.waiting:
        page.line()
        page.rows(
            [{"reason": reason, "orders": str(count)} for reason, count in report.waiting.items()],
            {"reason": "waiting because of", "orders": "orders"},
            whole={"reason", "orders"},
            right={"orders"},
        )
    if report.money:
        page.line()
        page.rows(
            [_money_row(currency, of) for currency, of in report.money.items()],
            {"orders": "sent", "shop": "in the shop", "books": "in the books", "difference": "difference"},
            whole={"orders", "shop", "books", "difference"},
            right={"orders", "shop", "books", "difference"},
        )
        if differ := list(dict.fromkeys(number for of in report.money.values() for number in of.differ)):
            more = ", ..." if len(differ) >= MOST_NAMED else ""
            page.line(f"not the same in both: {', '.join(differ)}{more} (`shopledger show ORDER` tells what was sent)")
    if report.advice:
        page.line()
        page.line(report.advice)


def show_open(listed: Listed) -> None:
    page = Page()
    if not listed.orders:
        page.line("No order is open: each is in the books, on its way, or settled.")
        return
    rows = [_row(*one) for one in listed.orders]
    columns = {
        "order": "order",
        "since": "since",
        "state": "state",
        "says": "why",
        "do": "what to do",
        "connection": "connection",
        "account": "account",
    }
    for key in ("connection", "account"):
        if len({row[key] for row in rows}) == 1:
            del columns[key]
    page.rows(rows, columns, whole={"order", "since", "state"})
    page.line()
    by_reason = ", ".join(f"{count} {reason or 'unsaid'}" for reason, count in Counter(listed.counts).most_common())
    page.line(f"{many(sum(listed.counts.values()), 'open order')}, {len(rows)} shown: {by_reason}")


def _lines(report: RecheckReport) -> Iterator[tuple[str, str]]:
    waiting = sum(report.waiting.values())
    yield "shop", many(report.shop_has, "order")
    yield "books", f"{report.books_have} of them, {waiting} waiting, {report.missing} missing"
    found = [
        f"{count} {what}"
        for count, what in (
            (report.found, "never heard of before"),
            (report.back, "out of the bin again"),
            (report.gone, "deleted or in the bin"),
            (report.changed, "changed since they were sent"),
        )
        if count
    ]
    yield "found", ", ".join(found) or "nothing new"
    yield "looked at", f"{many(report.looked_at, 'order')}, with {many(report.requests, 'request')} to the shop"
    if report.is_best_effort:
        yield "best effort", "the shop lists no orders by number, so those of some days and states were listed"
    left = report.not_looked_at
    if left.orders:
        more = f" and {left.orders - len(left.numbers)} more" if left.orders > len(left.numbers) else ""
        yield "not looked at", f"{many(left.orders, 'order')}: {', '.join(left.numbers)}{more}"
    if left.days:
        days = ", ".join(f"{moment(after)} to {moment(before)}" for after, before in left.days)
        yield (
            "not compared",
            f"{days}: that took more requests than a night may; what was found is out of the next one's way",
        )


def _money_row(currency: str, of: Money) -> dict[str, str]:
    return {
        "orders": str(of.orders),
        "shop": money(of.shop, currency),
        "books": money(of.books, currency),
        "difference": money(of.difference, currency),
    }


def _row(account: str, order: OpenOrder) -> dict[str, str]:
    says, do = _says(order)
    return {
        "order": order.number,
        "since": moment_in_list(order.since),
        "state": order.state,
        "says": says,
        "do": do,
        "connection": order.connection,
        "account": account,
    }


def _as_json(account: str, order: OpenOrder) -> dict[str, Any]:
    says, do = _says(order)
    return {
        "order": order.number,
        "account": account,
        "connection": order.connection,
        "since": order.since,
        "state": order.state,
        "reason": order.reason,
        "says": says,
        "what_to_do": do,
    }


def _says(order: OpenOrder) -> tuple[str, str]:
    """(why it is not in the books, what to do): as its last try said, in general words where no try gave the reason."""
    if order.reason == order.last_reason and order.says:
        return words.split(order.reason, order.says)
    known = REASONS.get(order.reason)
    general = (known.sentence, known.next_step) if known is not None and "{" not in known.sentence else ("", "")
    return general if general[0] else (order.reason, "")
