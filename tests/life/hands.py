"""What people do in the books by hand, and which documents they had in hand."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from connectors.economic.sandbox import EconomicSandbox, SandboxDocument
from shared.domain.document import DocumentKind, Place

#: In which all orders of the tests are.
MONTH = (date(2026, 3, 1), date(2026, 3, 31))


class Hands:
    """Documents are told by `created_seq`, which they keep from place to place."""

    def __init__(
        self,
        books: EconomicSandbox,
        ours: Callable[[], Sequence[SandboxDocument]],
        has_open_booking: Callable[[SandboxDocument], bool],
    ) -> None:
        self._books = books
        self._ours = ours
        self._has_open_booking = has_open_booking
        self._is_in_the_middle = False
        self.booked: set[int] = set()
        self.moved: set[int] = set()
        #: Changed when a booking of it may have been on its way.
        self.changed_at_booking: set[int] = set()
        self.changed: set[int] = set()
        #: References of documents that were deleted.
        self.deleted: set[str] = set()

    @contextlib.contextmanager
    def in_the_middle(self) -> Iterator[None]:
        """Of a worker's try."""
        self._is_in_the_middle = True
        yield
        self._is_in_the_middle = False

    def book(self, which: int) -> None:
        draft = self._pick(which, DocumentKind.INVOICE)
        if draft is not None:
            with contextlib.suppress(ValueError):  # its month is closed
                self._books.book_draft(draft.number)
                self.booked.add(draft.created_seq)

    def delete(self, which: int) -> None:
        draft = self._pick(which)
        if draft is not None:
            self._books.delete_draft(draft.kind, draft.number)
            self.deleted.add(draft.reference)

    def change(self, which: int) -> None:
        draft = self._pick(which)
        if draft is not None:
            self._books.change_line(draft.kind, draft.number, 1, price=Decimal("77.00"))
            self.changed.add(draft.created_seq)
            if self._is_in_the_middle or self._has_open_booking(draft):
                self.changed_at_booking.add(draft.created_seq)

    def move(self, which: int, place: Place) -> None:
        order = self._pick(which, DocumentKind.ORDER)
        if order is not None:
            self._books.move_order(order.number, place)
            self.moved.add(order.created_seq)

    def close_month(self) -> None:
        self._books.bar_period(*MONTH)

    def open_month(self) -> None:
        self._books.open_periods()

    def _pick(self, which: int, kind: DocumentKind | None = None) -> SandboxDocument | None:
        drafts = [one for one in self._ours() if one.place is Place.DRAFT and kind in (None, one.kind)]
        return drafts[which % len(drafts)] if drafts else None
