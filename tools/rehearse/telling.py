"""A dry run and a preview, told to people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tools.cli.page import Page
from tools.cli.texts import many, money
from tools.rehearse.dry_run import Difference, Told


def show_one(told: Told, *, body: bool) -> None:
    page, done = Page(), told.rehearsed
    page.line(f"{told.subject.number}  {told.end}", style="bold")
    if done.written is None:
        page.line(done.sentence, indent=2)
        return
    booked = f", {done.booking}" if done.booking else ""
    page.pair("document", f"{done.written.kind}, {money(done.written.total, done.written.currency)}{booked}")
    page.pair("says", done.notes)
    for kind, request in done.made:
        page.pair(f"new {kind}", request.decode())
    if body:
        page.pair("request", done.written.request.decode())


def show_ends(told: Sequence[Told]) -> None:
    rows = [
        {
            "order": one.subject.number,
            "end": one.end,
            "total": money(one.rehearsed.written.total, one.rehearsed.written.currency)
            if one.rehearsed.written
            else "",
            "says": one.rehearsed.sentence or one.rehearsed.notes,
        }
        for one in told
    ]
    page = Page()
    page.rows(rows, {"order": "order", "end": "end", "total": "total", "says": ""}, whole={"order"}, right={"total"})
    counts = Counter(one.rehearsed.reason or ("in the books" if one.subject.in_books else "sent") for one in told)
    page.line()
    page.line(f"{many(len(told), 'order')}: " + ", ".join(f"{word} {count}" for word, count in counts.most_common()))


def show_differences(found: Sequence[Difference]) -> None:
    page = Page()
    differing = [one for one in found if one.fields]
    for one in differing:
        there = f" ({one.subject.in_books})" if one.subject.in_books else ""
        page.line(f"{one.subject.number}{there}  {one.now.by_rules} -> {one.then.by_rules}", style="bold")
        for name, (now, then) in one.fields.items():
            page.line(f"{name}: {_shown(now)} -> {_shown(then)}", indent=2)
    page.line(f"{many(len(found), 'order')} looked at, {len(differing)} would differ")


def _shown(value: str | None) -> str:
    return "nothing" if value is None else value
