"""An order becomes the request that makes its document: customer, products, day, and the exact bytes, frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from connectors.accounting import Accounting, AccountingClient
from shared.domain import learning
from shared.domain.build import build_document, document_date, price_lines, product_numbers, reference, said
from shared.domain.document import DocumentKind, FoundDocument
from shared.domain.expected import Expected
from shared.domain.money import Rounding
from shared.domain.order import Order
from shared.domain.reasons import needs_user
from shared.domain.settings import Handling, OrderSettings
from shared.domain.totals import Closed, Strictness
from shared.domain.vat import RateDifference, rate_differences
from shared.domain.zone_settings import Source
from shared.domain.zones import ChosenZone
from shared.errors import NeedsUser
from shared.store import line
from shared.store.claims import PlannedDocument, Written
from workers.hand import LEASE, Hand, Point, PutBack, now
from workers.make_once import MakeOnce
from workers.parties import Parties
from workers.tools import Tools, checked
from workers.trace import Trace


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
        self._ways: Sequence[Rounding] = [learning.read(way) for way in self._claim.rounding] or learning.ALL
        if connector.rounding is not None:
            self._ways = (connector.rounding,)
        #: Products that were not asked about in this try.
        self._from_memory: Mapping[str, str] = {}

    def freeze(
        self, order: Order, settings: OrderSettings, handling: Handling, *, supersedes: int | None = None
    ) -> PlannedDocument:
        """A new document. `supersedes`: the one whose place it takes."""
        claim = self._claim
        ours = reference(claim.connection, claim.source_id, claim.generation)
        written = self._write(order, settings, DocumentKind(handling.document), ours)
        self._trace.stages.append(("sent", written.request))
        since = now()
        verdict, frozen = line.freeze(
            self._tools.database,
            claim,
            written,
            lease=LEASE,
            reference=ours,
            is_to_be_booked=handling.book,
            supersedes=supersedes,
        )
        self._hand.may_go_on(verdict, since)
        assert frozen is not None
        self._trace.document = frozen
        return frozen

    def refreeze(self, document: PlannedDocument, order: Order, settings: OrderSettings) -> PlannedDocument:
        """Another content for a draft: the order as it is now."""
        written = self._write(order, settings, DocumentKind(document.kind), document.reference)
        self._trace.stages.append(("sent", written.request))
        since = now()
        verdict, frozen = line.refreeze(self._tools.database, self._claim, document, written, lease=LEASE)
        self._hand.may_go_on(verdict, since)
        self._trace.document = frozen
        return frozen

    def would_write(self, document: PlannedDocument, order: Order, settings: OrderSettings) -> bytes:
        """The request for this order as it is now, in place of the document's. Raises NeedsUser where there is none."""
        return self._write(order, settings, DocumentKind(document.kind), document.reference).request

    def doubt_memory(self) -> None:
        """The books refused a document. Raises PutBack where that may be for what was only remembered of them."""
        if self._from_memory and not self._claim.failures:
            self._tools.known_products.forget(self._claim.target.id)
            raise PutBack("books_changed", counts=True)

    def _write(self, order: Order, settings: OrderSettings, kind: DocumentKind, ours: str) -> Written:
        books = self._client.fill_settings(checked(self._connector.Settings, settings.books))
        claim = self._claim
        make = MakeOnce(self._tools.database, claim.account, claim.target.id, owner_asked=claim.owner_asked)
        parties = Parties(self._connector, self._client, settings, books, make)
        if claim.owner_asked:
            self._client.forget()
        rounding = self._ways[0]
        closed = price_lines(order, settings, kind, rounding)
        day = self._day(order, settings)
        customer = parties.customer(order)
        self._hand.passes(Point.CUSTOMER_KNOWN)
        products = self._products(parties, product_numbers(closed.lines))
        zone = parties.zone(order, customer)
        self._check_rates(closed, products, zone, self._connector.own_zone(books))
        self._hand.passes(Point.PRODUCTS_KNOWN)
        plan = build_document(
            order,
            closed.lines,
            kind=kind,
            day=day,
            customer=customer,
            reference=ours,
            total=closed.sums.gross,
            products=products,
            vat_zone=zone.zone,
            exchange_rate=settings.exchange_rates.get(order.currency),
        )
        of_zone = zone.sentence if zone.source is not Source.DEFAULT else ""
        notes = " ".join(filter(None, (of_zone, said(closed, order, settings))))
        request = self._connector.write_document(plan, books)
        limit = Decimal(0) if settings.closing is Strictness.EXACT else settings.closing_limit
        return Written(
            kind=kind,
            request=request,
            currency=plan.currency,
            total=plan.total,
            expected=Expected.of(closed, rounding, limit, order, notes).as_json(),
        )

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

    def _check_rates(self, closed: Closed, products: Mapping[str, str], zone: ChosenZone, usual: str) -> None:
        """Raises NeedsUser where the books would take another rate than the shop did. `usual`: their settings' zone."""
        differing = self._differing(closed, products, zone.zone or usual)
        if differing and not self._claim.owner_asked:
            self._client.forget()  # it may have been mended since they were asked
            differing = self._differing(closed, products, zone.zone or usual)
        if differing:
            raise needs_user("vat_rate_differs", lines="; ".join(map(str, differing)), zone=zone.sentence)

    def _differing(self, closed: Closed, products: Mapping[str, str], zone: str) -> Sequence[RateDifference]:
        try:
            rates = self._client.vat_rates({*products.values()}, zone)
        except NeedsUser as refused:
            if refused.code != "rates_hidden":
                raise
            return []  # they do not let us look: the totals will tell
        return rate_differences(closed.lines, {ours: rates[of] for ours, of in products.items() if of in rates})

    def _products(self, parties: Parties, wanted: Mapping[str, str]) -> dict[str, str]:
        system = self._claim.target.id
        known = self._from_memory = self._tools.known_products.among(system, wanted)
        unknown = {number: text for number, text in wanted.items() if number not in known}
        if not unknown:
            return known
        found = parties.products(unknown)
        self._tools.known_products.learn(system, found)
        return known | found

    def _day(self, order: Order, settings: OrderSettings) -> date:
        """The document's own, or the next one that is open in the books, as far as the owner lets it go."""
        day, within = document_date(order, settings, datetime.now(UTC)), settings.closed_period_days
        try:
            opened = self._client.open_day(day, within=within)
        except NeedsUser:
            if within:
                raise
            return day  # the books do not let us read their years: they will tell when it is booked
        if opened is None:
            until = f", as are all up to {day + timedelta(days=within)}" if within else ""
            raise needs_user("no_open_day", day=day, within=until)
        return opened
