"""`shopledger link ORDER NUMBER`: it is in the books already, as that document."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.accounting import AccountingClient
from shared.domain.document import DocumentKind, FoundDocument, Place
from shared.errors import Skip
from shared.store import ownership
from shared.store.inventory import StoredAccount
from shared.store.look import Order
from tools.cli import place as places
from tools.cli.page import Page
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look import words as order_words
from tools.owner import words
from tools.owner.books import Books, opened_books
from tools.owner.words import Pair
from tools.owner.worth import worth


@dataclass(frozen=True, slots=True)
class Named:
    """A document of the books, as the owner names it."""

    kind: DocumentKind
    place: Place
    number: str

    def __str__(self) -> str:
        return f"{self.place} {self.kind} {self.number}"


def look(place: places.Place, account: StoredAccount, order: Order, named: Named) -> Pair:
    """The document and the order side by side. Raises Problem where the books have no such document."""
    books = Books.of(order)
    with opened_books(place, account, books) as client:
        found = _get(client, books, named)
    with place.database.account(account.id) as c:
        return Pair(found, worth(c, order.id, order.source_kind))


def link(place: places.Place, account: StoredAccount, order: Order, pair: Pair, *, anyway: bool) -> None:
    """Raises Problem, and nothing was changed then. `anyway`: also where the two differ."""
    name = order_words.name(order)
    if pair.found.place is Place.DRAFT and not pair.found.reference:
        says = "it has no reference, by which it is found when it is booked; write one into it first, or book it"
        raise _nothing(name, f"{words.called(pair.found)}: {says}")
    if pair.differs and not anyway:
        says = f"{words.described(pair.found)}, and the order comes to {pair.order}; --anyway links it all the same"
        raise _nothing(name, says)
    with place.database.account(account.id) as c:
        refusal = ownership.link(c, order.id, pair.found, origin="linked", detail=pair.detail)
    if refusal is not None:
        raise _nothing(name, words.refused(refusal, name, words.called(pair.found)))


def show(order: Order, pair: Pair) -> None:
    page = Page()
    page.pair("in the books", words.described(pair.found), labels=14)
    page.pair("in the order", str(pair.order) if pair.order is not None else "not known here", labels=14)
    page.line(f"Order {order_words.name(order)} is linked to {words.called(pair.found)}.")


def _get(client: AccountingClient, books: Books, named: Named) -> FoundDocument:
    try:
        return client.get_document(named.kind, named.place, named.number)
    except Skip:
        others = "--place draft" if named.place is Place.BOOKED else "--place booked"
        hint = f"; if it is in another place, say {others}" if named.kind is DocumentKind.INVOICE else ""
        says = f"{books.name} has no {named}{hint}"
        raise Problem(harmless(says), Exit.FOUND_TROUBLE) from None


def _nothing(order: str, why: str) -> Problem:
    return Problem(harmless(f"order {order} was not linked: {why}"), Exit.FOUND_TROUBLE)
