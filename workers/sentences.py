"""What is said of a document that is in the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.document import FoundDocument, Place
from shared.domain.order import Order
from shared.domain.reasons import REASONS, Skipped
from shared.store.claims import FormerDocument, Outcome, PlannedDocument


def transferred(document: PlannedDocument, found: FoundDocument) -> Outcome:
    """It is there, as it should be; else what differs."""
    ended = Outcome(
        state="done",
        name="transferred",
        document=document.id,
        document_state="draft" if found.place is Place.DRAFT else "booked",
        place=found.place,
        number=found.number,
        # In another currency it says nothing: it is looked up again until it agrees.
        answered_total=found.total if found.currency == document.currency else None,
    )
    if agree(document, found):
        return ended
    return _differs(ended, document, found.place, f"{found.total:.2f}", found.currency, found.number)


def ignored(why: str, document: PlannedDocument | None, former: FormerDocument | None) -> Outcome:
    """With what is left in the books where one document was to take the place of another."""
    sentence = REASONS["ignored"].sentence.format(why=why)
    if document is not None and former is not None:
        both = f"{former.kind} {former.number} and {document.kind} {document.number or document.reference}"
        sentence += f". The books have both {both} of it."
    return skipped(Skipped("ignored", f"{sentence} {REASONS['ignored'].next_step}"))


def skipped(why: Skipped) -> Outcome:
    return Outcome(state="skipped", name="skipped", reason=why.reason, sentence=why.sentence)


def agree(document: PlannedDocument, other: FoundDocument | Order) -> bool:
    return (document.total, document.currency) == (other.total, other.currency)


def already(document: PlannedDocument) -> Outcome:
    """The first document is final; one that did not come to the total stays open."""
    books = document.answered_total if document.answered_total is not None else document.total
    if books != document.total:
        ended = Outcome(state="failed", name="failed")
        return _differs(ended, document, document.place, f"{books:.2f}", document.currency, document.number)
    sentence = _already(document, "")
    return Outcome(state="done", name="already_synced", reason="already_synced", sentence=sentence)


def left_as_draft(document: PlannedDocument, ended: Outcome, why: str) -> Outcome:
    """It was to be booked, and the order is not to go any more."""
    sentence = REASONS["draft_left"].says(number=ended.number or document.number, why=why)
    return replace(ended, state="failed", name="failed", reason="draft_left", sentence=sentence)


def order_kept(ended: Outcome, order: FoundDocument) -> Outcome:
    """The invoice is there, and the order in whose place it came was no draft any more."""
    if ended.state != "done":
        return ended
    sentence = REASONS["order_kept"].says(number=ended.number, order=order.number)
    return replace(ended, reason="order_kept", sentence=sentence)


def changed_since(document: PlannedDocument, ended: Outcome, order: Order, changed: Sequence[str]) -> Outcome:
    """Of one that is already synced, or whose total is another now: what is in the books stays there, what changed
    since is told, and another total is a reason of its own.
    """
    since = f" What changed: {'; '.join(changed)}." if changed else ""
    if agree(document, order):
        return replace(ended, sentence=_already(document, since))
    sentence = REASONS["changed_since"].says(
        kind=document.kind,
        number=ended.number or document.number,
        books=f"{document.total:.2f}",
        order=f"{order.total:.2f}" if order.currency == document.currency else f"{order.total:.2f} {order.currency}",
        currency=document.currency,
        since=since,
    )
    return replace(ended, reason="changed_since", sentence=sentence)


def _already(document: PlannedDocument, since: str) -> str:
    return REASONS["already_synced"].says(kind=document.kind, number=document.number, since=since)


def _differs(
    ended: Outcome, document: PlannedDocument, place: str | None, books: str, currency: str, number: str | None
) -> Outcome:
    code = "totals_differ" if place in (None, Place.DRAFT) else "booked_total_differs"
    sentence = REASONS[code].says(
        kind=document.kind,
        place=place,
        order=f"{document.total:.2f}",
        books=books,
        currency=currency,
        number=number,
    )
    return replace(ended, state="failed", name="failed", reason=code, sentence=sentence)
