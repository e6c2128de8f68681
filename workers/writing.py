"""The request that makes an order's document is frozen before it goes, and what the books make of it teaches."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.accounting import Accounting, AccountingClient, Updated
from shared.domain import learning
from shared.domain.build import reference
from shared.domain.contact import Contact
from shared.domain.document import DocumentKind, FoundDocument
from shared.domain.expected import Expected
from shared.domain.order import Order
from shared.domain.reasons import REASONS
from shared.domain.settings import Handling, OrderSettings
from shared.errors import ConnectionBroken, Fate, OutcomeUnknown
from shared.store import line
from shared.store.arrivals import has_arrived
from shared.store.claims import PlannedDocument, Written
from workers.composing import Composer, Means
from workers.customers import Earlier, brought_up_to_date
from workers.hand import LEASE, Hand, Point, PutBack, now
from workers.make_once import MakeOnce
from workers.tools import Tools
from workers.trace import Trace
from workers.would import Would


class DocumentWriter:
    """All raise fates, and LeaseLost."""

    def __init__(self, tools: Tools, hand: Hand, trace: Trace, connector: Accounting, client: AccountingClient) -> None:
        self._tools = tools
        self._hand = hand
        self._claim = hand.claim
        self._trace = trace
        self._connector = connector
        self._client = client
        #: How the books may round VAT, as far as it is known; the likeliest first.
        self._ways = learning.known(connector.rounding, self._claim.rounding)
        make = MakeOnce(tools.database, self._claim.account, self._claim.target.id, owner_asked=self._claim.owner_asked)
        self._means = Means(
            make=make,
            update=self._update,
            known_products=tools.known_products,
            system=self._claim.target.id,
            asks_anew=self._claim.owner_asked,
            passes=hand.passes,
        )
        self._relies_on_memory = False
        #: Customers whom this try brought up to date, in words.
        self._changed: list[str] = []
        #: Number -> the fields that are to be.
        self._to_be_changed: Mapping[str, Sequence[str]] = {}

    @contextlib.contextmanager
    def saying_who_changed(self) -> Iterator[None]:
        """A try that ends without its document says so itself: the next one finds nothing to change."""
        try:
            yield
        except ConnectionBroken:  # its words are about the system
            raise
        except Fate as fate:
            fate.message = " ".join([fate.message, *self._changed])
            raise

    def freeze(
        self,
        order: Order,
        settings: OrderSettings,
        handling: Handling,
        *,
        supersedes: tuple[PlannedDocument, FoundDocument] | None = None,
    ) -> PlannedDocument:
        """A new document. `supersedes`: the one whose place it takes."""
        claim = self._claim
        self._means = replace(self._means, earlier=self._earlier(*supersedes) if supersedes is not None else None)
        ours = reference(claim.connection, claim.source_id, claim.generation)
        written = self._write(order, settings, DocumentKind(handling.document), ours)
        since = now()
        verdict, frozen = line.freeze(
            self._tools.database,
            claim,
            written,
            lease=LEASE,
            reference=ours,
            is_to_be_booked=handling.book,
            supersedes=supersedes[0].id if supersedes is not None else None,
        )
        self._hand.may_go_on(verdict, since)
        assert frozen is not None
        self._trace.stages.append(("sent", written.request))
        self._trace.document = frozen
        return frozen

    def refreeze(
        self, document: PlannedDocument, found: FoundDocument, order: Order, settings: OrderSettings
    ) -> PlannedDocument:
        """Another content for a draft: the order as it is now."""
        self._means = replace(self._means, earlier=self._earlier(document, found))
        written = self._write(order, settings, DocumentKind(document.kind), document.reference)
        self._trace.stages.append(("sent", written.request))
        since = now()
        verdict, frozen = line.refreeze(self._tools.database, self._claim, document, written, lease=LEASE)
        self._hand.may_go_on(verdict, since)
        self._trace.document = frozen
        return frozen

    def would_write(
        self, document: PlannedDocument, found: FoundDocument, order: Order, settings: OrderSettings
    ) -> bytes:
        """The request for this order as it is now, in place of the document's. Raises NeedsUser where there is none."""
        self._means = replace(self._means, earlier=self._earlier(document, found))
        kind = DocumentKind(document.kind)
        return self._rehearsed(Would(self._connector, self._client), order, settings, kind, document.reference).request

    def doubt_memory(self) -> None:
        """The books refused a document. Raises PutBack where that may be for what was only remembered of them."""
        if self._relies_on_memory and not self._claim.failures:
            self._tools.known_products.forget(self._claim.target.id)
            self._client.forget()
            raise PutBack("books_changed", counts=True)

    def _write(self, order: Order, settings: OrderSettings, kind: DocumentKind, ours: str) -> Written:
        """Nobody and nothing is made, or changed, in the books for an order whose document would be refused here."""
        would = Would(self._connector, self._client)
        written = self._rehearsed(would, order, settings, kind, ours)
        self._to_be_changed = {number: fields for number, _, fields in would.updated}
        if would.made:
            return self._composed(replace(self._means, asks_anew=False), order, settings, kind, ours)
        for number, contact, fields in would.updated:
            brought_up_to_date(self._means.update, number, contact, fields)
        for point in (Point.CUSTOMER_KNOWN, Point.PRODUCTS_KNOWN):
            self._hand.passes(point)
        return written

    def _update(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        try:
            done = self._client.update_customer(number, contact, fields)
        except OutcomeUnknown:
            self._note("customer_maybe_updated", number, self._to_be_changed.get(number, sorted(fields)))
            raise
        if done.changed:
            self._note("customer_updated", number, done.changed)
        return done

    def _note(self, code: str, number: str, fields: Iterable[str]) -> None:
        self._changed.append(REASONS[code].says(number=number, fields=", ".join(fields)))

    def _rehearsed(self, would: Would, order: Order, settings: OrderSettings, kind: DocumentKind, ours: str) -> Written:
        means = replace(self._means, make=would.make, update=would.update, passes=lambda point: None)  # noqa: ARG005
        return self._composed(means, order, settings, kind, ours)

    def _composed(self, means: Means, order: Order, settings: OrderSettings, kind: DocumentKind, ours: str) -> Written:
        composer = Composer(self._connector, self._client, means)
        try:
            return composer.compose(order, settings, kind, ours, self._ways[0])
        finally:
            self._relies_on_memory = composer.relies_on_memory

    def _earlier(self, document: PlannedDocument, found: FoundDocument) -> Earlier | None:
        is_ours = has_arrived(self._tools.database, self._claim, document)
        return Earlier.of(document.expected, found.customer if is_ours else None)

    def learns(self, document: PlannedDocument, found: FoundDocument) -> bool:
        """From what the books made of the lines, how they round. True where the lines were made for another way."""
        if self._connector.rounding is not None or document.expected is None or found.currency != document.currency:
            return False
        expected = Expected.read(document.expected)
        ways = expected.left_open(self._ways, found)
        if ways != self._ways:
            line.learn_rounding(self._tools.database, self._claim, [learning.written(way) for way in ways])
            self._ways = ways
        return found.total_tax != expected.vat and expected.is_explained(found, ways[0])
