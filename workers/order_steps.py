"""One try at one order: newest state, decide, customer, products, freeze, create, compare."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from connectors.accounting import Accounting, AccountingClient
from connectors.base import UnreadableOrder
from connectors.registry import accounting, webshop
from shared.domain.build import build_document, product_numbers, reference
from shared.domain.decide import decide
from shared.domain.document import DocumentKind, FoundDocument, Place
from shared.domain.order import Order
from shared.domain.reasons import REASONS
from shared.domain.settings import OrderSettings
from shared.errors import Fate, NeedsUser, OutcomeUnknown
from shared.store import line
from shared.store.database import Database
from shared.store.line import Outcome, PlannedDocument
from workers.clients import Clients
from workers.hand import LEASE, Hand, LeaseLost, Point, PutBack
from workers.make_once import MakeOnce, refuse_unsafe_repeat
from workers.parties import KnownProducts, Parties


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
        self.talks_to = self._claim.target.id
        self.document = self._claim.document
        #: What was frozen was surely not carried out, neither now nor earlier.
        self.unsent = False

    def run(self) -> Outcome:
        """Raises a fate, or LeaseLost."""
        self._hand.passes(Point.CLAIMED)
        document = self.document
        if document is not None and document.state != "planned":
            return _already(document)
        settings = _settings(self._claim.settings)
        connector = accounting(self._claim.target.kind)
        if document is not None and document.first_sent is not None:
            with self._tools.clients.books(connector, self._claim.target, self._hand) as client:
                return self._resolve(client, document)
        order = self._newest_order()
        self._hand.passes(Point.STATE_KNOWN)
        skipped = decide(order, settings)
        if skipped is not None:
            return Outcome(state="skipped", name="skipped", reason=skipped.reason, sentence=skipped.sentence)
        self._hand.passes(Point.DECIDED)
        with self._tools.clients.books(connector, self._claim.target, self._hand) as client:
            return self._send(client, self._freeze(connector, client, order, settings))

    def _newest_order(self) -> Order:
        """The newest body of the order; from the shop itself where that is not certain."""
        shop = webshop(self._claim.source.kind)
        try:
            if self._claim.body is not None and not self._claim.needs_fetch:
                self.stages.append(("original", None))
                order = shop.read_order(shop.decode_order(self._claim.body))
            else:
                order = shop.read_order(self._fetched())
        except UnreadableOrder as error:
            sentence = REASONS["unreadable_order"].says(path=error.path or "its start", problem=error.problem)
            raise NeedsUser("unreadable_order", sentence) from None
        self.stages.append(("normalised", orjson.dumps(replace(order, source={}), default=str)))
        return order

    def _fetched(self) -> Mapping[str, Any]:
        self.talks_to = self._claim.source.id
        with self._tools.clients.shop(webshop(self._claim.source.kind), self._claim.source, self._hand) as client:
            body = client.get_order(self._claim.source_id)
        self.talks_to = self._claim.target.id
        self.stages.append(("original", json.dumps(body, default=str, ensure_ascii=False).encode()))
        return body

    def _freeze(
        self, connector: Accounting, client: AccountingClient, order: Order, settings: OrderSettings
    ) -> PlannedDocument:
        books = client.fill_settings(_books_settings(connector, settings))
        make = MakeOnce(self._tools.database, self._claim.account, self._claim.target.id)
        parties = Parties(connector, client, settings, books, make)
        wanted = product_numbers(order, settings)
        customer = parties.customer(order)
        self._hand.passes(Point.CUSTOMER_KNOWN)
        products = self._products(parties, wanted)
        self._hand.passes(Point.PRODUCTS_KNOWN)
        ours = reference(self._claim.connection, self._claim.source_id, self._claim.generation)
        plan = build_document(order, settings, customer=customer, reference=ours, products=products)
        request = connector.write_document(plan, books)
        self.stages.append(("sent", request))
        since = time.monotonic()
        verdict, frozen = line.freeze(
            self._tools.database,
            self._claim,
            lease=LEASE,
            kind=plan.kind,
            reference=ours,
            request=request,
            currency=plan.currency,
            total=plan.total,
        )
        if frozen is None:
            raise PutBack("order_changed") if verdict == "outdated" else LeaseLost()
        self._hand.renewed(since)
        self.document = frozen
        return frozen

    def _products(self, parties: Parties, wanted: Mapping[str, str]) -> dict[str, str]:
        system = self._claim.target.id
        known = self._tools.known_products.among(system, wanted)
        unknown = {number: text for number, text in wanted.items() if number not in known}
        if not unknown:
            return known
        found = parties.products(unknown)
        self._tools.known_products.learn(system, found)
        return known | found

    def _resolve(self, client: AccountingClient, document: PlannedDocument) -> Outcome:
        """It was sent, and nobody knows what became of it: look it up, and only then send the same bytes again."""
        refuse_unsafe_repeat(None, document.last_sent, reference=document.reference)
        found = client.find_by_reference(document.reference)
        if len(found) > 1:  # one that moved from place to place meanwhile is seen twice
            found = client.find_by_reference(document.reference)
        if len(found) > 1:
            sentence = REASONS["document_doubled"].says(count=len(found), reference=document.reference)
            raise NeedsUser("document_doubled", sentence)
        if found:
            return self._compare(document, found[0])
        refuse_unsafe_repeat(document.first_sent, None, reference=document.reference)
        since = time.monotonic()
        if not line.send_again(self._tools.database, self._claim, document, lease=LEASE):
            raise LeaseLost
        self._hand.renewed(since)
        return self._send(client, document)

    def _send(self, client: AccountingClient, document: PlannedDocument) -> Outcome:
        is_first = document.first_sent is None
        self.unsent = is_first  # until the request goes out
        self._hand.passes(Point.FROZEN)
        try:
            found = client.create_document(DocumentKind(document.kind), document.request, key=document.key)
        except Fate as fate:
            self.unsent = is_first and not isinstance(fate, OutcomeUnknown)
            if isinstance(fate, NeedsUser):
                self._tools.known_products.forget(self._claim.target.id)
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
        if document.total == found.total:
            return ended
        sentence = _totals_differ(document.total, found.total, found.currency, found.number)
        return replace(ended, state="failed", name="failed", reason="totals_differ", sentence=sentence)


def _already(document: PlannedDocument) -> Outcome:
    """The first document is final; one that did not come to the order's total stays with the owner."""
    if document.answered_total is not None and document.answered_total != document.total:
        sentence = _totals_differ(document.total, document.answered_total, document.currency, document.number or "")
        return Outcome(state="failed", name="failed", reason="totals_differ", sentence=sentence)
    sentence = REASONS["already_synced"].says(kind=document.kind, number=document.number)
    return Outcome(state="done", name="already_synced", reason="already_synced", sentence=sentence)


def _totals_differ(order: Decimal, books: Decimal, currency: str, number: str) -> str:
    return REASONS["totals_differ"].says(order=f"{order:.2f}", books=f"{books:.2f}", currency=currency, number=number)


def _settings(stored: Mapping[str, Any]) -> OrderSettings:
    try:
        return OrderSettings.model_validate(stored)
    except ValidationError as error:
        raise _wrong_settings(error) from None


def _books_settings(connector: Accounting, settings: OrderSettings) -> BaseModel:
    try:
        return connector.Settings.model_validate(settings.books)
    except ValidationError as error:
        raise _wrong_settings(error) from None


def _wrong_settings(error: ValidationError) -> NeedsUser:
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return NeedsUser("wrong_settings", REASONS["wrong_settings"].says(problem=f"{where}: {first['msg']}"))
