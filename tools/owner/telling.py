"""`shopledger adopt`, for people: how far it is, and what was found."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from tools.cli.output import console
from tools.cli.page import Page
from tools.cli.texts import many, money
from tools.owner import words
from tools.owner.adopting import Adoption, End, Match

COLUMNS = {"order": "order", "reference": "reference", "document": "in the books", "total": "total", "says": ""}
#: In the order of the last line.
ENDS = {
    End.LINKED: "linked",
    End.FITS: "would be linked",
    End.DIFFERS: "with another total",
    End.SEVERAL: "with several documents",
    End.TAKEN: "whose document is another order's",
    End.LEFT: "left, for something happened meanwhile",
    End.NOTHING: "not in the books",
}


@contextlib.contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, beside the output; nothing in a pipe."""
    errors = console(err=True)
    columns = (TextColumn("looked for"), BarColumn(), MofNCompleteColumn(), TextColumn("orders"))
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("orders", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def show(adoption: Adoption) -> None:
    page = Page()
    if not adoption.orders:
        page.line(f"{adoption.connection.name} has no order without a document, but those that are to be left alone.")
        return
    rows = [_row(match) for match in adoption.matches]
    page.rows(rows, COLUMNS, whole={"order", "reference", "total"}, right={"total"})
    page.line()
    counts = ", ".join(f"{adoption.counts[end]} {says}" for end, says in ENDS.items() if adoption.counts[end])
    page.line(f"{many(len(adoption.matches), 'order')} looked for: {counts or 'none'}.")
    if not adoption.wish.yes:
        then = " Say it again with --yes to link those that would be." if adoption.counts[End.FITS] else ""
        page.line(f"Nothing was changed.{then}")


def _row(match: Match) -> dict[str, str]:
    document = words.called(match.found[0]) if len(match.found) == 1 else ""
    total = money(match.found[0].total, match.found[0].currency) if len(match.found) == 1 else ""
    says = match.says or ENDS[match.end]
    return {
        "order": match.order.number,
        "reference": match.reference,
        "document": document,
        "total": total,
        "says": says,
    }
