"""The steps of a document in the books. Each may be repeated: what may be there is looked up before, and what goes out
is frozen, with a key of its own.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import orjson

from connectors.accounting import AccountingClient
from shared.domain.build import is_reference
from shared.domain.document import DocumentKind, FoundDocument, Place, SendBy
from shared.domain.reasons import needs_user
from shared.errors import NeedsUser, Skip
from shared.store import line
from shared.store.arrivals import has_arrived, note_arrival
from shared.store.claims import FormerDocument, PlannedDocument
from shared.store.database import Database
from workers.hand import LEASE, Hand, Point, now
from workers.make_once import wait_for_late_ones
from workers.sentences import agree
from workers.trace import Trace


class DocumentSteps:
    """All raise fates, and LeaseLost."""

    def __init__(self, database: Database, hand: Hand, client: AccountingClient, trace: Trace) -> None:
        self._database = database
        self._hand = hand
        self._claim = hand.claim
        self._client = client
        self._trace = trace
        #: The key of the content with which the books answered in this try.
        self._arrived = ""

    def send(self, document: PlannedDocument) -> FoundDocument:
        """Makes the draft that was frozen."""
        self._trace.document = document
        assert document.request is not None
        with self._trace.goes_out(is_first=document.first_sent is None):
            self._hand.passes(Point.FROZEN)
            found = self._client.create_document(DocumentKind(document.kind), document.request, key=document.key)
        self._hand.passed(Point.SENT)
        self._arrived = document.key
        return self._answered(found)

    def send_again(self, document: PlannedDocument) -> FoundDocument:
        """The same bytes under the same key, for one that is in no place of the books."""
        since = now()
        self._hand.may_go_on(line.send_again(self._database, self._claim, document, lease=LEASE), since)
        made = self.send(document)
        # Under a key that the books know they may answer with what somebody has deleted since.
        there = self._found(replace(document, number=made.number, place=made.place))
        if there is None:
            self.note(document, made, is_answered=False)
            raise deleted(document, made.number)
        return there

    def look_up(self, document: PlannedDocument) -> FoundDocument | None:
        """The one under its number, or whatever has its reference. Raises PutBack while something may still come."""
        if document.is_open:
            wait_for_late_ones(document.last_sent if document.booking_sent is None else document.booking_sent)
        found = self._found(document)
        if found is not None and document.state == "planned":
            self._arrived = document.key
        return self._answered(found) if found else None

    def of_kind(self, kind: DocumentKind, reference: str) -> FoundDocument | None:
        """What somebody else made of it, under the same reference."""
        found = _only([one for one in self._client.find_by_reference(reference) if one.kind is kind], reference)
        return self._answered(found) if found else None

    def note(self, document: PlannedDocument, found: FoundDocument, *, is_answered: bool = True) -> None:
        """Writes down what is in the books, before the next thing is done.

        `is_answered` False: it is not what is to stay there, so whoever comes after us looks it up.
        """
        state: Literal["draft", "booked"] = "draft" if found.place is Place.DRAFT else "booked"
        since = now()
        verdict = line.progress(
            self._database, self._claim, document.id, lease=LEASE, found=found, state=state, is_answered=is_answered
        )
        self._hand.may_go_on(verdict, since)

    def lost_its_reference(self, document: PlannedDocument) -> bool:
        """Whether what stands under its number may be ours, without our reference: it comes to the same, and bears no
        reference of another order.
        """
        if not document.number or document.place != Place.DRAFT:
            return False
        with contextlib.suppress(Skip):
            found = self._client.get_document(DocumentKind(document.kind), Place.DRAFT, document.number)
            return agree(document, found) and not is_reference(found.reference)
        return False

    def replace(self, document: PlannedDocument, found: FoundDocument) -> FoundDocument:
        """The content that was frozen in place of what the draft holds."""
        self._trace.document = document
        assert document.request is not None
        self._hand.passes(Point.FROZEN)
        try:
            made = self._client.replace_draft(
                found.kind, found.number, document.request, reference=document.reference, key=document.key
            )
        except Skip:
            raise deleted(document, found.number) from None
        self._hand.passed(Point.SENT)
        self._arrived = document.key
        return self._answered(made)

    def has_arrived(self, document: PlannedDocument) -> bool:
        """Whether the books have answered with the content that was frozen last; what differs since is by hand."""
        return self._arrived == document.key or has_arrived(self._database, self._claim, document)

    def note_differing(self, document: PlannedDocument) -> None:
        """It is not as it should be: what is corrected there from now on is its owner's."""
        if self._arrived == document.key:
            note_arrival(self._database, self._claim, document)

    def supersede(self, former: FormerDocument) -> FoundDocument | None:
        """The former draft goes. Where it is no draft any more it stays, and is returned."""
        kind, kept = DocumentKind(former.kind), None
        self._hand.passes(Point.SUPERSEDING)
        try:
            key = f"{former.key}-superseded"
            self._client.delete_draft(kind, former.number or "", reference=former.reference, key=key)
        except Skip:
            left = [one for one in self._client.find_by_reference(former.reference) if one.kind is kind]
            kept = left[0] if left else None
        except NeedsUser as refused:
            sentence = f"The {kind} {former.number} is to go, and deleting it failed: {refused.message}"
            raise NeedsUser(refused.code, sentence) from None
        self._hand.passed(Point.SUPERSEDED)
        since = now()
        verdict = line.progress(self._database, self._claim, former.id, lease=LEASE, found=kept, state="superseded")
        self._hand.may_go_on(verdict, since)
        return kept

    def book(
        self, document: PlannedDocument, draft: FoundDocument, *, send_by: SendBy, with_number: int | None
    ) -> FoundDocument:
        """Call it with a draft that was compared just now."""
        key = document.booking_key or str(uuid.uuid4())
        since = now()
        verdict = line.progress(
            self._database, self._claim, document.id, lease=LEASE, found=draft, state="draft", booking_key=key
        )
        self._hand.may_go_on(verdict, since)
        booking = replace(document, number=draft.number, place=draft.place, booking_key=key)
        self._trace.document = booking
        try:
            with self._trace.goes_out(is_first=document.booking_sent is None):
                self._hand.passes(Point.BOOKING)
                booked = self._client.book(
                    draft.number, reference=document.reference, key=key, send_by=send_by, with_number=with_number
                )
        except Skip:  # somebody booked or deleted it in this moment
            found = self._found(booking)
            if found is None or found.place is not Place.BOOKED:
                self._trace.unsent = True
                raise deleted(document, draft.number) from None
            booked = found
        except NeedsUser as refused:
            sentence = f"Draft {draft.number} was made, and booking it failed: {refused.message}"
            raise NeedsUser(refused.code, sentence) from None
        self._hand.passed(Point.BOOKED)
        return self._answered(booked)

    def _found(self, document: PlannedDocument) -> FoundDocument | None:
        kind = DocumentKind(document.kind)
        return found_in(self._client, kind, reference=document.reference, number=document.number, place=document.place)

    def _answered(self, found: FoundDocument) -> FoundDocument:
        self._trace.stages.append(("answered", orjson.dumps(found, default=str)))
        self._hand.passed(Point.COMPARED)
        return found


def found_in(
    client: AccountingClient, kind: DocumentKind, *, reference: str, number: str | None, place: str | None
) -> FoundDocument | None:
    """The one under its number, or whatever has its reference; raises fates.

    An order that became an invoice is one order; an invoice is never what an order's draft shows.
    """
    if number and place:
        with contextlib.suppress(Skip):
            known = client.get_document(kind, Place(place), number)
            if known.bears(reference):
                return known
    found = client.find_by_reference(reference)
    if len(found) > 1:  # one that moved from place to place meanwhile is seen twice
        found = client.find_by_reference(reference)
    of_its_kind = [one for one in found if one.kind is kind]
    counts = of_its_kind if kind is not DocumentKind.ORDER or len(of_its_kind) == 1 else found
    return _only(counts, reference)


def deleted(document: PlannedDocument, number: str | None) -> NeedsUser:
    return needs_user("document_deleted", kind=document.kind, number=number or document.reference)


def _only(found: Sequence[FoundDocument], reference: str) -> FoundDocument | None:
    if len(found) > 1:
        raise needs_user("document_doubled", count=len(found), reference=reference)
    return found[0] if found else None
