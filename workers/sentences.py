"""What is said of a document that is in the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.document import FoundDocument, Place
from shared.domain.expected import Expected
from shared.domain.lines import gross_of
from shared.domain.order import Order
from shared.domain.reason import listed
from shared.domain.reasons import REASONS, Skipped
from shared.domain.settings import OrderSettings
from shared.store.claims import FormerDocument, Outcome, PlannedDocument
from shared.store.told import Standing

#: Of what is said of one thing that changed.
LETTERS_OF_A_CHANGE = 200


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
        return _with_vat(ended, document, found)
    return _differs(ended, document, found.place, f"{found.total:.2f}", found.currency, found.number)


def _with_vat(ended: Outcome, document: PlannedDocument, found: FoundDocument) -> Outcome:
    """Its gross is as it should be: what has to be said of it all the same, and VAT that nobody can explain."""
    if document.expected is None:
        return ended
    expected = Expected.read(document.expected)
    if found.total_tax == expected.vat:
        return replace(ended, sentence=expected.said)
    code = "vat_differs" if found.place is Place.DRAFT else "booked_vat_differs"
    reason = REASONS[code]
    fields = {
        "kind": document.kind,
        "number": found.number,
        "books": f"{found.total_tax:.2f}",
        "order": f"{expected.vat:.2f}",
        "currency": document.currency,
    }
    if expected.allows(found.total_tax):
        return replace(ended, sentence=f"{reason.sentence.format(**fields)} {expected.said}".strip())
    sentence = reason.says(**fields)
    return replace(ended, state="failed", name="failed", reason=code, sentence=sentence, answered_total=None)


def ignored(why: str, document: PlannedDocument | None, former: FormerDocument | None) -> Outcome:
    """With what is left in the books where one document was to take the place of another."""
    sentence = REASONS["ignored"].sentence.format(why=why)
    if document is not None and former is not None:
        both = f"{former.kind} {former.number} and {document.kind} {document.number or document.reference}"
        sentence += f". The books have both {both} of it."
    return skipped(Skipped("ignored", f"{sentence} {REASONS['ignored'].next_step}"))


def skipped(why: Skipped) -> Outcome:
    return Outcome(state="skipped", name="skipped", reason=why.reason, sentence=why.sentence)


def agree(document: PlannedDocument, found: FoundDocument) -> bool:
    return (document.total, document.currency) == (found.total, found.currency)


def comes_to(document: PlannedDocument, order: Order, settings: OrderSettings) -> bool:
    """Whether the order says the same gross and VAT as when the document was written, whatever the settings are now."""
    if document.currency != order.currency:
        return False
    if document.expected is None:
        return document.total == gross_of(order, settings)
    return Expected.read(document.expected).order == (order.total, order.total_tax)


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


def changed_since(
    document: PlannedDocument, ended: Outcome, order: Order, settings: OrderSettings, changed: Sequence[str]
) -> Outcome:
    """Of one that is already synced, or whose total or VAT is another now: what is in the books stays there, what
    changed since is told, and another total or VAT is a reason of its own.
    """
    since = f" What changed: {listed(changed, between='; ', letters=LETTERS_OF_A_CHANGE)}." if changed else ""
    if comes_to(document, order, settings):
        return replace(ended, sentence=_already(document, since))
    now = f"{gross_of(order, settings):.2f}"
    if order.currency != document.currency:
        now = f"{now} {order.currency}"
    elif document.total == gross_of(order, settings):
        now = f"{now} with {order.total_tax:.2f} VAT"
    sentence = REASONS["changed_since"].says(
        kind=document.kind,
        number=ended.number or document.number,
        books=f"{document.total:.2f}",
        order=now,
        currency=document.currency,
        since=since,
    )
    return replace(ended, reason="changed_since", sentence=sentence)


def left_shop(document: PlannedDocument, ended: Outcome, where: str) -> Outcome:
    """What is in the books stays there; `where` the order is now, as in "it is in the shop's bin"."""
    sentence = REASONS["left_shop"].says(kind=document.kind, number=ended.number or document.number, where=where)
    return replace(ended, reason="left_shop", sentence=sentence)


def for_the_shop(document: Standing, books: str) -> str:
    """One line of plain ASCII, of what is written down of the document and nothing else."""
    return f"{document.kind.capitalize()} {document.number} in {books} ({document.place})"


def shop_not_told(ended: Outcome, why: str) -> Outcome:
    """The books are as they should be, and the order stays done."""
    says = f"{ended.sentence} {REASONS['shop_not_told'].says(why=why)}".strip()
    is_all = ended.reason in ("", "already_synced")
    return replace(ended, sentence=says, reason="shop_not_told" if is_all else ended.reason)


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
