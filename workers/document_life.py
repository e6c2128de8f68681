"""What a try does in the books: the document is made, or looked up, and every step that it lacks is done."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.accounting import Accounting, AccountingClient
from shared.domain import learning
from shared.domain.document import DocumentKind, FoundDocument, Place
from shared.domain.order import Order
from shared.domain.reasons import Skipped, needs_user
from shared.domain.settings import Handling, OrderSettings
from shared.errors import NeedsUser
from shared.store.claims import FormerDocument, Outcome, PlannedDocument
from workers import sentences
from workers.document_steps import DocumentSteps, deleted
from workers.hand import Hand
from workers.make_once import RESEND_WITHIN
from workers.reading import OrderReader
from workers.tools import Tools, checked
from workers.trace import Trace
from workers.writing import DocumentWriter


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to become of the order."""

    order: Order
    settings: OrderSettings
    handling: Handling


class DocumentLife:
    """All raise fates, and LeaseLost."""

    def __init__(
        self,
        tools: Tools,
        hand: Hand,
        trace: Trace,
        reader: OrderReader,
        connector: Accounting,
        client: AccountingClient,
    ) -> None:
        self._claim = hand.claim
        self._reader = reader
        self._writer = DocumentWriter(tools, hand, trace, connector, client)
        self._steps = DocumentSteps(tools.database, hand, client, trace)

    def begin(self, goal: Goal) -> Outcome:
        """Of an order that has no document."""
        with self._writer.saying_who_changed():
            document = self._writer.freeze(goal.order, goal.settings, goal.handling)
            return self._finish(document, self._sent(document), goal, former=None)

    def carry_on(
        self, document: PlannedDocument, goal: Goal | Skipped | None, *, judged: Callable[[], Goal | Skipped]
    ) -> Outcome:
        """With one that is, or may be, in the books. `goal` None: nothing more is to become of it. `judged` is asked
        about one that is not there yet.
        """
        found = self._steps.look_up(document)
        if found is None and document.state == "planned" and (document.first_sent or 0.0) <= RESEND_WITHIN:
            verdict = goal or judged()
            if isinstance(verdict, Skipped):
                return sentences.skipped(verdict)
            found = self._steps.send_again(document)
        if found is None:
            return self._begin_anew(document)
        with self._writer.saying_who_changed():
            if isinstance(goal, Goal) and goal.handling.document != document.kind:
                return self._raised(document, found, goal)
            if self._is_to_be_repaired(document, found, goal):
                document, found = self._repaired(document, found, goal)
            ended = self._finish(document, found, goal, former=self._claim.former)
        is_unfinished = document.is_to_be_booked or ended.state != "done"
        if isinstance(goal, Skipped) and is_unfinished and found.place is Place.DRAFT:
            return sentences.left_as_draft(document, ended, goal.sentence)
        return ended

    def _begin_anew(self, document: PlannedDocument) -> Outcome:
        """It is in no place of the books, and cannot be repeated: on the owner's word a new one goes.

        Not for one that somebody else made: it may be there under words of his own.
        """
        if document.origin != "sent":
            raise needs_user("link_lost", kind=document.kind, number=document.number)
        if document.state == "draft" and self._steps.lost_its_reference(document):
            raise needs_user("reference_lost", number=document.number, reference=document.reference)
        if self._claim.owner_asked:
            return Outcome(
                state="waiting", name="put_back", reason="begun_anew", document=document.id, document_state="gone"
            )
        if document.state == "planned":
            raise needs_user("outcome_unproven", reference=document.reference)
        raise deleted(document, document.number)

    def _is_to_be_repaired(self, document: PlannedDocument, found: FoundDocument, goal: Goal | Skipped | None) -> bool:
        """A draft that did not come to the total, on the owner's word or because nobody knows whether its new content
        arrived; and one that was not booked before the order changed, in its amounts or in anything else that stands in
        the draft. What differs in one that arrived is by its owner's hand, and stays.
        """
        if found.place is not Place.DRAFT or found.kind != document.kind or isinstance(goal, Skipped):
            return False
        if document.origin != "sent":
            return False
        has_not_arrived = document.state == "draft" and not self._steps.has_arrived(document)
        if not sentences.agree(document, found) and (self._claim.owner_asked or has_not_arrived):
            return True
        was_to_be_replaced = document.last_sent != document.first_sent
        if has_not_arrived and was_to_be_replaced:  # the former content may come to the same
            return True
        if goal is None or not goal.handling.book:
            return False
        if not sentences.comes_to(document, goal.order, goal.settings):
            return True
        if self._reader.is_as_written(document):
            return False
        with self._named(found):
            return self._writer.would_write(document, found, goal.order, goal.settings) != document.request

    @contextlib.contextmanager
    def _named(self, draft: FoundDocument) -> Iterator[None]:
        """Whatever its content is refused for, the owner reads which draft stands there meanwhile."""
        try:
            yield
        except NeedsUser as refused:
            stands = (
                f"The draft {draft.number} stands in the books with {draft.total:.2f} {draft.currency}, and stays so."
            )
            raise NeedsUser(refused.code, f"{stands} {refused.message}") from None

    def _repaired(
        self, document: PlannedDocument, found: FoundDocument, goal: Goal | Skipped | None
    ) -> tuple[PlannedDocument, FoundDocument]:
        settings = goal.settings if isinstance(goal, Goal) else checked(OrderSettings, self._claim.settings)
        self._steps.note(document, found, is_answered=False)
        with self._named(found):
            frozen = self._writer.refreeze(document, found, self._reader.asked(), settings)
        return frozen, self._steps.replace(frozen, found)

    def _raised(self, order: PlannedDocument, found: FoundDocument, goal: Goal) -> Outcome:
        """An order becomes an invoice; one that somebody made of it in the books is taken for ours."""
        self._steps.note(order, found)
        former = FormerDocument(
            id=order.id, kind=order.kind, reference=order.reference, key=order.key, number=found.number
        )
        invoice = self._writer.freeze(goal.order, goal.settings, goal.handling, supersedes=(order, found))
        there = self._steps.of_kind(DocumentKind(invoice.kind), invoice.reference)
        return self._finish(invoice, there or self._sent(invoice), goal, former=former)

    def _sent(self, document: PlannedDocument) -> FoundDocument:
        try:
            return self._steps.send(document)
        except NeedsUser:
            self._writer.doubt_memory()
            raise

    def _finish(
        self,
        document: PlannedDocument,
        found: FoundDocument,
        goal: Goal | Skipped | None,
        *,
        former: FormerDocument | None,
    ) -> Outcome:
        """What comes once it is there and agrees: the former one goes, and it is booked."""
        document, found = self._put_right(document, found, goal)
        ended = sentences.transferred(document, found)
        if ended.state != "done":
            if ended.answered_total is None:
                self._steps.note_differing(document)
            return ended
        kept = None
        if former is not None:
            self._steps.note(document, found)
            kept = self._steps.supersede(former)
        if isinstance(goal, Goal) and goal.handling.book and found.place is Place.DRAFT:
            booked = self._steps.book(
                document, found, send_by=goal.settings.send_by, with_number=_number_of_its_own(goal)
            )
            ended = sentences.transferred(document, booked)
        return sentences.order_kept(ended, kept) if kept is not None else ended

    def _put_right(
        self, document: PlannedDocument, found: FoundDocument, goal: Goal | Skipped | None
    ) -> tuple[PlannedDocument, FoundDocument]:
        """For books that round in another way than its lines were made for: each answer rules out one way at least."""
        is_to_be_left = isinstance(goal, Skipped) or document.origin != "sent" or found.kind != document.kind
        if goal is None and not self._claim.owner_asked and not is_to_be_left:
            is_to_be_left = not self._reader.is_as_written(document)
        for _ in learning.ALL:
            was_for_other_books = self._writer.learns(document, found)
            if is_to_be_left or not was_for_other_books or found.place is not Place.DRAFT:
                break
            document, found = self._repaired(document, found, goal)
        return document, found


def _number_of_its_own(goal: Goal) -> int | None:
    """None: the books' next one. Raises NeedsUser where the order's cannot be used."""
    if goal.settings.booked_number == "next":
        return None
    if not re.fullmatch("[1-9][0-9]{0,8}", goal.order.number):
        raise needs_user("booked_number_not_usable", number=goal.order.number)
    return int(goal.order.number)
