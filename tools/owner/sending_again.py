"""`shopledger send-again ORDER`: a new document, once the old one is proven gone, or credited."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.accounting import AccountingClient
from shared.domain.document import DocumentKind, FoundDocument, Place
from shared.errors import Skip
from shared.store import ownership
from shared.store.inventory import StoredAccount
from shared.store.look import Order
from shared.store.ownership import LivingDocument
from tools.cli import place as places
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless, money
from tools.look import asking
from tools.look import words as order_words
from tools.owner import words
from tools.owner.books import Books, opened_books

#: Seconds after which nothing of what went out can still be carried out.
CERTAIN_AFTER = 60.0


@dataclass(frozen=True, slots=True)
class Proof:
    """`rests_on`: the documents that are no more, for the owner's act."""

    rests_on: str
    credit: FoundDocument | None = None


def send_again(place: places.Place, account: StoredAccount, order: Order, *, credited_by: str | None) -> str:
    """What it rested on. Raises Problem, and nothing was changed then."""
    name = order_words.name(order)
    first = asking.switch_on_first(account, order)
    if first is not None:
        raise _nothing(name, f"{first} Then send it again.")
    with place.database.account(account.id) as c:
        living = ownership.living_documents(c, order.id)
    _check_is_certain(name, living)
    with opened_books(place, account, Books.of(order)) as client:
        proof = prove(client, name, living, credited_by)
    credit = proof.credit.number if proof.credit is not None else None
    with place.database.account(account.id) as c:
        other = ownership.taken_by(c, order.id, order.target_system, proof.credit) if proof.credit else None
        if other is not None:
            raise _nothing(name, f"the credit note {credit} takes back the invoice of order {other}")
        refusal = ownership.give_up(c, order.id, living, rests_on=proof.rests_on, credit=credit)
    if refusal is not None:
        raise _nothing(name, words.refused(refusal, name, f"the credit note {credit}"))
    return proof.rests_on if credit is None else f"{proof.rests_on}, credited by {credit}"


def prove(client: AccountingClient, order: str, living: Sequence[LivingDocument], credited_by: str | None) -> Proof:
    """That none of these documents counts in the books any more. Raises Problem with what still does, and fates."""
    standing = _standing(client, living)
    credit = None
    if credited_by is not None:
        credit = _get_credit(client, order, credited_by)
        invoice = _the_booked_one(order, [one for one in standing if words.spot(one) != words.spot(credit)])
        _check_takes_back(order, credit, invoice)
        standing = [one for one in standing if words.spot(one) not in (words.spot(credit), words.spot(invoice))]
    if standing:
        raise _nothing(order, _still_there(order, standing))
    return Proof(", ".join(_told(one) for one in living), credit)


def _check_is_certain(order: str, living: Sequence[LivingDocument]) -> None:
    if not living:
        retry = shlex.join(["shopledger", "retry", order])
        raise _nothing(order, f"it has no document, so nothing went before; `{retry}` has it go")
    if any(one.last_sent is not None and one.last_sent.total_seconds() < CERTAIN_AFTER for one in living):
        raise _nothing(
            order, "it went out less than a minute ago, and more of it may still be under way; wait a minute"
        )


def _standing(client: AccountingClient, living: Sequence[LivingDocument]) -> list[FoundDocument]:
    """What the books have of them, under their numbers, and under their references in every place.

    The number comes first: a document that moves on meanwhile is found by its reference then.
    """
    found: list[FoundDocument] = []
    for one in living:
        if one.number is not None and one.place is not None:
            with contextlib.suppress(Skip):
                known = client.get_document(DocumentKind(one.kind), Place(one.place), one.number)
                # The numbers of drafts are given anew.
                if known.place is Place.BOOKED or known.bears(one.reference):
                    found.append(known)
        found += client.find_by_reference(one.reference)
    return list({words.spot(one): one for one in found}.values())


def _get_credit(client: AccountingClient, order: str, number: str) -> FoundDocument:
    try:
        return client.get_document(DocumentKind.INVOICE, Place.BOOKED, number)
    except Skip:
        raise _nothing(order, f"the books have no booked credit note {number}") from None


def _the_booked_one(order: str, standing: Sequence[FoundDocument]) -> FoundDocument:
    booked = [one for one in standing if one.kind is DocumentKind.INVOICE and one.place is Place.BOOKED]
    if not booked:
        raise _nothing(order, "it has no booked invoice in the books that could be credited; leave --credited-by out")
    if len(booked) > 1:
        raise _nothing(order, f"the books have several of its reference: {words.all_called(booked)}")
    return booked[0]


def _check_takes_back(order: str, credit: FoundDocument, invoice: FoundDocument) -> None:
    if not invoice.total:
        wrong = "it comes to nothing, and so would any other"
    elif credit.customer != invoice.customer:
        wrong = f"it is of customer {credit.customer}, and {words.called(invoice)} of {invoice.customer}"
    elif (credit.total, credit.currency) != (-invoice.total, invoice.currency):
        worth = money(credit.total, credit.currency)
        wrong = f"it comes to {worth}, and {words.called(invoice)} to {money(invoice.total, invoice.currency)}"
    else:
        return
    raise _nothing(order, f"{words.called(credit)} does not take it back: {wrong}")


def _still_there(order: str, standing: Sequence[FoundDocument]) -> str:
    says = f"{' and '.join(map(words.described, standing))}: still in the books"
    if all(one.place is Place.BOOKED for one in standing):
        again = shlex.join(["shopledger", "send-again", order, "--credited-by"])
        return f"{says}; credit it there, and say `{again} NUMBER`"
    return f"{says}; delete it there first"


def _told(one: LivingDocument) -> str:
    number = f" {one.number}" if one.number is not None else ""
    return f"{one.place or one.state} {one.kind}{number} ({one.reference})"


def _nothing(order: str, why: str) -> Problem:
    return Problem(harmless(f"order {order} was not sent again: {why}"), Exit.FOUND_TROUBLE)
