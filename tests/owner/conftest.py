"""A connection with its books, and the commands of its owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from shared.domain.document import DocumentKind
from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.look.conftest import Command
from tests.support.orders import tell, woo_order
from tests.support.servers import DatabaseAddress

#: Seconds after which the outcome of whatever went out is certain.
CERTAIN = 61


class Desk:
    def __init__(self, line: Line, command: Command) -> None:
        self.line = line
        self.command = command
        self.books = line.books

    def transferred(self, number: int) -> None:
        """An order that is in the books as a draft invoice."""
        tell(self.line.shop, woo_order(number))
        self.line.work(number)
        assert self.line.state(number) == ("done", "")

    def left_out(self, number: int, **order: Any) -> None:
        """One that the rules keep out, and that was read."""
        tell(self.line.shop, woo_order(number, status="on-hold", **order))
        self.line.work(number)
        assert self.line.state(number)[0] == "skipped"

    def let_a_minute_pass(self) -> None:
        self.line.let_time_pass(CERTAIN)

    def booked_by_hand(self, reference: str) -> int:
        """A stranger's invoice of 125.00; its number."""
        return self.books.book_draft(self.books.put_draft(DocumentKind.INVOICE, reference=reference))

    def ours(self, number: int, generation: int = 1) -> str:
        later = f"/{generation}" if generation > 1 else ""
        return f"SL{self.line.shop.connection}-{number}{later}"

    def references(self) -> list[str]:
        return [document.reference for document in self.books.documents()]

    def writes(self) -> list[str]:
        """What was asked of the books that would change them, since their journal was cleared."""
        return [f"{one.method} {one.path}" for one in self.books.journal.entries() if one.method != "GET"]

    def rows(self, number: int) -> list[tuple[object, ...]]:
        """The order's documents, oldest first."""
        return list(
            self.line.shop.rows(
                "select d.state, d.origin, d.kind, d.external_number, d.generation from documents d"
                " join transfers t on t.id = d.transfer_id where t.source_id = %s order by d.id",
                str(number),
            )
        )

    def acts(self, number: int) -> list[tuple[str, str]]:
        return [
            (str(act), str(detail))
            for act, detail in self.line.shop.rows(
                "select a.act, a.detail from owner_acts a join transfers t on t.id = a.transfer_id"
                " where t.source_id = %s order by a.id",
                str(number),
            )
        ]

    def everything(self) -> list[tuple[object, ...]]:
        """All that an owner's word may change."""
        shop = self.line.shop
        return [
            *shop.rows("select id, state::text, reason, version, is_waived, ignored_why from transfers order by id"),
            *shop.rows("select id, state, external_number, updated_at from documents order by id"),
            *shop.rows("select id, act from owner_acts order by id"),
        ]


@contextmanager
def opened_desk(database: DatabaseAddress, **settings: Any) -> Iterator[Desk]:
    with closing(Database(database.app_url, name="test", connections=6)) as store, line_to(store, **settings) as line:
        yield Desk(line, Command(database))


@pytest.fixture
def desk(fresh_database: DatabaseAddress) -> Iterator[Desk]:
    with opened_desk(fresh_database) as desk:
        yield desk


@pytest.fixture
def climbing_desk(fresh_database: DatabaseAddress) -> Iterator[Desk]:
    """Of an owner who wants an order first, and an invoice in its place when it is completed."""
    by_state = {"processing": {"document": "order"}, "completed": {"document": "invoice"}}
    with opened_desk(fresh_database, by_state=by_state) as desk:
        yield desk
