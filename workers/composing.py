"""An order becomes the request that makes its document: day, customer, products, zone, fields, and the exact bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pydantic import BaseModel

from connectors.accounting import Accounting, AccountingClient
from shared.domain.addresses import Wording
from shared.domain.answers import Asked
from shared.domain.build import build_document, document_date, price_lines, product_numbers, said
from shared.domain.choices import chosen
from shared.domain.document import DocumentKind
from shared.domain.document_settings import CUSTOMERS_OWN, DOCUMENT
from shared.domain.expected import Expected
from shared.domain.filling import filled
from shared.domain.money import Rounding
from shared.domain.order import Order
from shared.domain.reason import listed
from shared.domain.reasons import REASONS, needs_user
from shared.domain.settings import OrderSettings
from shared.domain.totals import Closed, Strictness
from shared.domain.vat import RateDifference, rate_differences
from shared.domain.zone_settings import Source
from shared.domain.zones import ChosenZone
from shared.errors import NeedsUser
from shared.store.claims import Written
from workers.customers import Customers, Earlier, Make, Update
from workers.hand import Point
from workers.products import KnownProducts, Products, Spelt
from workers.tools import checked

#: Of what is said of one of the document's lines.
LETTERS_OF_A_LINE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """By what it is composed: how customers and products are made, or only said to be made."""

    make: Make
    update: Update
    known_products: KnownProducts
    #: Of the books.
    system: int
    #: The owner waits, and may have changed something in the books: nothing that was kept of them counts.
    asks_anew: bool
    passes: Callable[[Point], None]
    #: Where the order has a document already.
    earlier: Earlier | None = None


class Composer:
    """All raise fates."""

    def __init__(self, connector: Accounting, client: AccountingClient, means: Means) -> None:
        self._connector = connector
        self._client = client
        self._means = means
        #: What the books were not asked about in this try may be another thing by now.
        self.relies_on_memory = False

    def compose(
        self, order: Order, settings: OrderSettings, kind: DocumentKind, reference: str, rounding: Rounding
    ) -> Written:
        """`rounding`: how these books are taken to round VAT."""
        if self._means.asks_anew:
            self._client.forget()
        closed = price_lines(order, settings, kind, rounding)
        day = self._day(order, settings)
        view = Asked(order, settings)
        view.day(settings.document_date)
        fields, cut = filled(
            settings.document_rows(self._connector.document_fields, order),
            view,
            self._connector.document_fields,
            settings.time_zone,
        )
        choices = {name: chosen(rows, view) for name, rows in settings.choices.items() if name != DOCUMENT}
        books = self._books(settings, choices)
        means = self._means
        customers = Customers(self._connector, self._client, settings, books, means.make, means.update, means.earlier)
        customer = customers.number(view)
        means.passes(Point.CUSTOMER_KNOWN)
        books = self._with_customers_own(books, choices, customers, customer)
        products = self._products(settings, books, product_numbers(closed.lines))
        zone = customers.zone(order, customer)
        self._check_rates(closed, products, zone, books)
        means.passes(Point.PRODUCTS_KNOWN)
        plan = build_document(
            order,
            closed.lines,
            kind=kind,
            day=day,
            customer=customer,
            reference=reference,
            total=closed.sums.gross,
            products=products.numbers,
            fields=fields,
            wording=Wording(language=settings.language, attention=settings.attention_text),
            vat_zone=zone.zone,
            exchange_rate=settings.exchange_rates.get(order.currency),
        )
        request = self._connector.write_document(plan, books)
        notes = [
            zone.sentence if zone.source is not Source.DEFAULT else "",
            said(closed, order, settings),
            *customers.notes,
            _replaced(products),
            _cut(dict.fromkeys((*cut, *request.cut))),
        ]
        limit = Decimal(0) if settings.closing is Strictness.EXACT else settings.closing_limit
        return Written(
            kind=kind,
            request=request.body,
            currency=plan.currency,
            total=plan.total,
            expected=Expected.of(
                closed,
                rounding,
                limit,
                order,
                " ".join(filter(None, notes)),
                questions=view.questions,
                customer=customer,
                customer_key=customers.found_by,
            ).as_json(),
        )

    def _books(self, settings: OrderSettings, choices: Mapping[str, str | int | None]) -> BaseModel:
        """What the owner chose for these books, filled in, with what his choices say for this order."""
        picked = {name: use for name, use in choices.items() if use not in (None, CUSTOMERS_OWN)}
        return self._client.fill_settings(checked(self._connector.Settings, {**settings.books, **picked}))

    def _with_customers_own(
        self, books: BaseModel, choices: Mapping[str, str | int | None], customers: Customers, customer: str
    ) -> BaseModel:
        """The customer's own payment terms and layout, where the owner wants them and a document may have them."""
        names = [name for name, use in choices.items() if use == CUSTOMERS_OWN]
        own = {name: value for name in names if (value := getattr(customers.own(customer), name)) is not None}
        unusable = [name for name, value in own.items() if not self._is_usable(name, value)]
        if unusable:
            words = listed(name.replace("_", " ") for name in unusable)
            customers.notes.append(REASONS["customers_own_unusable"].says(number=customer, names=words))
        taken = {name: value for name, value in own.items() if name not in unusable}
        self.relies_on_memory |= bool(taken)
        return checked(self._connector.Settings, books.model_dump() | taken) if taken else books

    def _is_usable(self, setting: str, value: str) -> bool:
        try:
            return self._client.is_usable(setting, value)
        except NeedsUser:
            return True  # the books do not let us look: they will tell

    def _check_rates(self, closed: Closed, products: Spelt, zone: ChosenZone, books: BaseModel) -> None:
        """Raises NeedsUser where the books would take another rate than the shop did."""
        differing = self._differing(closed, products, zone, books)
        if differing and not self._means.asks_anew:
            self._client.forget()  # it may have been mended since they were asked
            differing = self._differing(closed, products, zone, books)
        if differing:
            raise needs_user(
                "vat_rate_differs",
                lines=listed(map(str, differing), between="; ", letters=LETTERS_OF_A_LINE),
                zone=zone.sentence,
            )

    def _differing(
        self, closed: Closed, products: Spelt, zone: ChosenZone, books: BaseModel
    ) -> Sequence[RateDifference]:
        numbers, in_zone = products.numbers, zone.zone or self._connector.own_zone(books)
        try:
            rates = dict(self._client.vat_rates({*numbers.values()}, in_zone))
            if products.made - rates.keys():
                rates |= dict.fromkeys(products.made, self._client.new_product_rate(books, in_zone))
        except NeedsUser as refused:
            if refused.code != "rates_hidden":
                raise
            return []  # they do not let us look: the totals will tell
        lines = [replace(line, product=numbers.get(line.product or "", line.product)) for line in closed.lines]
        return rate_differences(lines, rates)

    def _products(self, settings: OrderSettings, books: BaseModel, wanted: Mapping[str, str]) -> Spelt:
        means = self._means
        known = means.known_products.among(means.system, wanted)
        self.relies_on_memory |= bool(known)
        unknown = {number: text for number, text in wanted.items() if number not in known}
        if not unknown:
            return Spelt(known)
        found = Products(self._connector, self._client, settings, books, means.make).spelt(unknown)
        seen = {number: there for number, there in found.there.items() if number not in found.made}
        means.known_products.learn(means.system, seen)
        return replace(found, there={**known, **found.there})

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


def _replaced(products: Spelt) -> str:
    if not products.replaced:
        return ""
    fallback = next(iter(products.replaced.values()))
    return REASONS["product_replaced"].says(fallback=fallback, numbers=listed(products.replaced))


def _cut(names: Collection[str]) -> str:
    return REASONS["texts_cut"].says(what="the document's", names=listed(names)) if names else ""
