"""One try at one order: newest state, decide, customer, products, freeze, create, compare."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from connectors.accounting import Accounting, AccountingClient
from connectors.base import Connector, UnreadableOrder, Webshop
from connectors.registry import UnknownConnector, accounting, webshop
from shared.domain.build import build_document, product_numbers, reference
from shared.domain.decide import decide
from shared.domain.document import DocumentKind, FoundDocument, Place
from shared.domain.order import Order
from shared.domain.reasons import REASONS, needs_user
from shared.domain.settings import OrderSettings
from shared.errors import ConnectionBroken, Fate, NeedsUser, Retry, Skip
from shared.store import line
from shared.store.database import Database
from shared.store.line import Outcome, PlannedDocument
from workers.clients import Clients
from workers.hand import LEASE, Hand, LeaseLost, Point, PutBack, now
from workers.make_once import RESEND_WITHIN, MakeOnce, wait_for_late_ones
from workers.parties import KnownProducts, Parties

C = TypeVar("C", bound=Connector)
M = TypeVar("M", bound=BaseModel)

#: Words of the shop about one order that are looked at for the moment at which it was to go.
MOST_EARLIER = 100


@dataclass(frozen=True, slots=True)
class Tools:
    """What all tries of a worker process share."""

    database: Database
    clients: Clients
    known_products: KnownProducts


class OrderTry:
    """What it has seen and done stays readable whatever it ends with."""

    def __init__(self, tools: Tools, hand: Hand) -> None:
        self._tools = tools
        self._hand = hand
        self._claim = hand.claim
        #: For the log: original, normalised, sent, answered.
        self.stages: list[tuple[str, bytes | None]] = []
        #: The system that is being talked to.
        self.talks_to = self._claim.target
        self.document = self._claim.document
        #: What was frozen was surely not carried out, neither now nor earlier.
        self.unsent = False
        #: Products that were not asked about in this try.
        self._from_memory: Mapping[str, str] = {}

    def run(self) -> Outcome:
        """Raises a fate, or LeaseLost."""
        self._hand.passes(Point.CLAIMED)
        document = self.document
        connector = _installed(accounting, self._claim.target.kind)
        if document is not None and document.first_sent is not None:
            if document.state != "planned" and not self._claim.owner_asked:
                return self._already(document)
            with self._tools.clients.books(connector, self._claim.target, self._hand) as client:
                return self._resolve(client, document)
        settings = _checked(OrderSettings, self._claim.settings)
        order = self._newest_order()
        self._hand.passes(Point.STATE_KNOWN)
        skipped = decide(order, settings, since=self._claim.active_since, earlier=self._earlier)
        if skipped is not None:
            return Outcome(state="skipped", name="skipped", reason=skipped.reason, sentence=skipped.sentence)
        self._hand.passes(Point.DECIDED)
        with self._tools.clients.books(connector, self._claim.target, self._hand) as client:
            return self._send(client, self._freeze(connector, client, order, settings))

    def _newest_order(self) -> Order:
        """The newest body of the order; from the shop itself where that is not certain."""
        shop = _installed(webshop, self._claim.source.kind)
        try:
            if self._claim.body is not None and not self._claim.needs_fetch:
                self.stages.append(("original", None))
                order = shop.read_order(shop.decode_order(self._claim.body))
            else:
                order = shop.read_order(self._fetched(shop))
        except UnreadableOrder as error:
            raise needs_user("unreadable_order", path=error.path or "its start", problem=error.problem) from None
        self.stages.append(("normalised", orjson.dumps(replace(order, source={}), default=str)))
        return order

    def _earlier(self) -> Iterator[Order]:
        """The order as the shop told of it before; what cannot be read says nothing."""
        shop = _installed(webshop, self._claim.source.kind)
        for body in line.earlier_words(self._tools.database, self._claim, most=MOST_EARLIER):
            with contextlib.suppress(UnreadableOrder):
                yield shop.read_order(shop.decode_order(body))

    def _already(self, document: PlannedDocument) -> Outcome:
        """The first document is final. What changed since is told; one that did not come to the total stays open."""
        books = document.answered_total if document.answered_total is not None else document.total
        if books != document.total:
            sentence = _totals_differ(document.total, books, document.currency, document.number or "")
            return Outcome(state="failed", name="failed", reason="totals_differ", sentence=sentence)
        sentence = REASONS["already_synced"].says(kind=document.kind, number=document.number)
        ended = Outcome(state="done", name="already_synced", reason="already_synced", sentence=sentence)
        return self._told_of_changes(document, ended)

    def _told_of_changes(self, document: PlannedDocument, ended: Outcome) -> Outcome:
        """What is in the books stays there; an order that is worth something else by now says so, if it can be read."""
        if ended.state != "done":
            return ended
        try:
            newest = self._newest_order().total
        except Fate:
            self.talks_to = self._claim.target
            return ended
        if newest == document.total:
            return ended
        sentence = REASONS["changed_since"].says(
            kind=document.kind,
            number=ended.number or document.number,
            books=f"{document.total:.2f}",
            order=f"{newest:.2f}",
            currency=document.currency,
        )
        return replace(ended, reason="changed_since", sentence=sentence)

    def _fetched(self, shop: Webshop) -> Mapping[str, Any]:
        self.talks_to = self._claim.source
        with self._tools.clients.shop(shop, self._claim.source, self._hand) as client:
            body = client.get_order(self._claim.source_id)
        self.talks_to = self._claim.target
        self.stages.append(("original", json.dumps(body, default=str, ensure_ascii=False).encode()))
        return body

    def _freeze(
        self, connector: Accounting, client: AccountingClient, order: Order, settings: OrderSettings
    ) -> PlannedDocument:
        books = client.fill_settings(_checked(connector.Settings, settings.books))
        claim = self._claim
        make = MakeOnce(self._tools.database, claim.account, claim.target.id, owner_asked=claim.owner_asked)
        parties = Parties(connector, client, settings, books, make)
        wanted = product_numbers(order, settings)
        customer = parties.customer(order)
        self._hand.passes(Point.CUSTOMER_KNOWN)
        products = self._products(parties, wanted)
        self._hand.passes(Point.PRODUCTS_KNOWN)
        ours = reference(claim.connection, claim.source_id, claim.generation)
        plan = build_document(
            order, settings, customer=customer, reference=ours, products=products, now=datetime.now(UTC)
        )
        request = connector.write_document(plan, books)
        self.stages.append(("sent", request))
        since = now()
        verdict, frozen = line.freeze(
            self._tools.database,
            claim,
            lease=LEASE,
            kind=plan.kind,
            reference=ours,
            request=request,
            currency=plan.currency,
            total=plan.total,
        )
        if frozen is None:
            raise {"outdated": PutBack("order_changed"), "off": PutBack("connection_off")}.get(verdict, LeaseLost())
        self._hand.renewed(since)
        self.document = frozen
        return frozen

    def _products(self, parties: Parties, wanted: Mapping[str, str]) -> dict[str, str]:
        system = self._claim.target.id
        known = self._from_memory = self._tools.known_products.among(system, wanted)
        unknown = {number: text for number, text in wanted.items() if number not in known}
        if not unknown:
            return known
        found = parties.products(unknown)
        self._tools.known_products.learn(system, found)
        return known | found

    def _resolve(self, client: AccountingClient, document: PlannedDocument) -> Outcome:
        """It was sent, and nobody knows what became of it, or whether it is still there: look it up first."""
        wait_for_late_ones(document.last_sent)
        found = self._found(client, document)
        if len(found) > 1:
            raise needs_user("document_doubled", count=len(found), reference=document.reference)
        if found:
            return self._told_of_changes(document, self._compare(document, found[0]))
        if document.state != "planned" or (document.first_sent or 0.0) > RESEND_WITHIN:
            return self._begin_anew(document)
        since = now()
        if not line.send_again(self._tools.database, self._claim, document, lease=LEASE):
            raise LeaseLost
        self._hand.renewed(since)
        return self._told_of_changes(document, self._send(client, document))

    def _found(self, client: AccountingClient, document: PlannedDocument) -> Sequence[FoundDocument]:
        """The one under its number, or whatever has its reference. An order that became an invoice is one order."""
        kind = DocumentKind(document.kind)
        if document.number and document.place:
            with contextlib.suppress(Skip):
                known = client.get_document(kind, Place(document.place), document.number)
                if known.reference.split(" ", 1)[0] == document.reference:
                    return [known]
        found = client.find_by_reference(document.reference)
        if len(found) > 1:  # one that moved from place to place meanwhile is seen twice
            found = client.find_by_reference(document.reference)
        of_its_kind = [one for one in found if one.kind is kind]
        return of_its_kind if len(of_its_kind) == 1 else found

    def _begin_anew(self, document: PlannedDocument) -> Outcome:
        """It is in no place of the books, and cannot be repeated: on the owner's word a new one goes."""
        if not self._claim.owner_asked:
            raise needs_user("outcome_unproven", reference=document.reference)
        return Outcome(
            state="waiting", name="put_back", reason="begun_anew", document=document.id, document_state="gone"
        )

    def _send(self, client: AccountingClient, document: PlannedDocument) -> Outcome:
        is_first = document.first_sent is None
        self.unsent = is_first  # until the request goes out
        self._hand.passes(Point.FROZEN)
        try:
            found = client.create_document(DocumentKind(document.kind), document.request, key=document.key)
        except NeedsUser:
            # Had an earlier one been carried out, the same key would have brought its answer.
            self.unsent = True
            if self._from_memory and not self._claim.failures:
                self._tools.known_products.forget(self._claim.target.id)
                raise PutBack("books_changed", counts=True) from None
            raise
        except (Retry, Skip, ConnectionBroken):
            raise
        except BaseException:  # no answer, or a mistake of ours while it was read: it may be there
            self.unsent = False
            raise
        self.unsent = False
        self._hand.passed(Point.SENT)
        return self._compare(document, found)

    def _compare(self, document: PlannedDocument, found: FoundDocument) -> Outcome:
        self.stages.append(("answered", orjson.dumps(found, default=str)))
        self._hand.passed(Point.COMPARED)
        ended = Outcome(
            state="done",
            name="transferred",
            document=document.id,
            document_state="draft" if found.place is Place.DRAFT else "booked",
            place=found.place,
            number=found.number,
            answered_total=found.total,
        )
        if (document.total, document.currency) == (found.total, found.currency):
            return ended
        sentence = _totals_differ(document.total, found.total, found.currency, found.number)
        return replace(ended, state="failed", name="failed", reason="totals_differ", sentence=sentence)


def _totals_differ(order: Decimal, books: Decimal, currency: str, number: str) -> str:
    return REASONS["totals_differ"].says(order=f"{order:.2f}", books=f"{books:.2f}", currency=currency, number=number)


def _installed(find: Callable[[str], C], kind: str) -> C:
    try:
        return find(kind)
    except UnknownConnector:
        raise Retry("wrong_setup", REASONS["wrong_setup"].says(what=kind)) from None


def _checked(model: type[M], stored: Mapping[str, Any]) -> M:
    """What the owner saved, as this version reads it."""
    try:
        return model.model_validate(stored)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    raise needs_user("wrong_settings", problem=f"{where}: {first['msg']}")
