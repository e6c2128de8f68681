"""The second look at a draft's body: whether what it names is there and fits together, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.economic.sandbox import furniture, references
from connectors.economic.sandbox.furniture import Layout, PaymentTerms, Unit, VatZone
from connectors.economic.sandbox.problems import Code, Path, Problems
from connectors.economic.sandbox.references import Finder, Resource
from connectors.economic.sandbox.state import Books, Settings
from connectors.economic.sandbox.totals import Totals, add_up, line_net, vat_of

NOTHING = Decimal(0)
AMOUNTS = ("quantity", "unitNetPrice", "discountPercentage", "unitCostPrice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`product` None: a line of text."""

    number: int
    sort_key: int
    description: str
    product: str | None = None
    quantity: Decimal = NOTHING
    unit_price: Decimal = NOTHING
    discount: Decimal = NOTHING
    unit_cost: Decimal = NOTHING
    unit: Unit | None = None
    #: Percent.
    rate: Decimal = NOTHING
    net: Decimal = NOTHING
    #: Of this line alone, as a booked invoice states it.
    vat: Decimal = NOTHING

    def priced(self, settings: Settings) -> Line:
        net = line_net(self.quantity, self.unit_price, self.discount, settings.ties)
        return replace(self, net=net, vat=vat_of(net, self.rate, settings.ties))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document that the books accept, before it has a number."""

    day: date
    due: date
    currency: str
    exchange_rate: Decimal
    layout: Layout
    terms: PaymentTerms
    customer: int
    zone: VatZone
    #: As they are shown: recipient (without its zone), delivery, notes, references, project.
    texts: Mapping[str, Any]
    lines: tuple[Line, ...]
    totals: Totals

    @property
    def reference(self) -> str:
        return str(self.texts.get("references", {}).get("other", ""))

    def with_lines(self, lines: Sequence[Line], settings: Settings) -> Draft:
        """The same with other lines, added up anew."""
        priced = tuple(line.priced(settings) for line in lines)
        return replace(self, lines=priced, totals=_added_up(priced, settings))


def compose(books: Books, body: Mapping[str, Any]) -> Draft:
    """From a body that has the shape of a draft. Raises ApiError 400 with all that is wrong."""
    return _Composer(books, body).compose()


class _Composer:
    def __init__(self, books: Books, body: Mapping[str, Any]) -> None:
        self._books = books
        self._body = body
        self._problems = Problems()
        self._find = Finder(books, self._problems)

    def compose(self) -> Draft:
        body = self._body
        layout = self._layout()
        terms: PaymentTerms | None = self._find.row(("paymentTerms",), body["paymentTerms"], references.PAYMENT_TERMS)
        customer = self._find.customer(("customer",), body["customer"])
        zone = self._find.vat_zone(("recipient", "vatZone"), body["recipient"]["vatZone"])
        named = self._people_and_places()
        due = self._due(terms)
        rate = self._exchange_rate()
        lines = tuple(self._line(index, line, zone) for index, line in enumerate(body.get("lines", ())))
        self._problems.raise_any()
        assert layout is not None and terms is not None and customer is not None and zone is not None
        return Draft(
            day=body["date"],
            due=due,
            currency=body["currency"].upper(),
            exchange_rate=rate,
            layout=layout,
            terms=terms,
            customer=customer["customerNumber"],
            zone=zone,
            texts=_texts(body) | {name: value for name, value in named.items() if value},
            lines=lines,
            totals=_added_up(lines, self._books.settings),
        )

    def _layout(self) -> Layout | None:
        layout: Layout | None = self._find.row(("layout",), self._body["layout"], references.LAYOUT)
        if layout is not None and layout.deleted:
            message = f"Layout '{layout.number}' is deleted."
            self._problems.add(("layout",), message, Code.DELETED_LAYOUT, value=layout.number)
        return layout

    def _due(self, terms: PaymentTerms | None) -> date:
        """The caller's only with terms of type dueDate; ignored with all others."""
        invoiced: date = self._body["date"]
        if terms is None:
            return invoiced
        said = self._body["paymentTerms"].get("paymentTermsType", terms.type)
        if said != terms.type:
            message = "The type of the payment terms is another one."
            self._problems.add(("paymentTermsType",), message, Code.OTHER_TERMS_TYPE, value=said)
        if terms.type != "dueDate":
            return terms.due(invoiced)
        due: date | None = self._body.get("dueDate")
        if due is None:
            self._problems.add(("dueDate",), "dueDate is missing a value", Code.MISSING_VALUE)
        elif due < invoiced:
            message = "dueDate may not be set to an earlier date than property `date`"
            self._problems.add(("dueDate",), message, Code.DUE_BEFORE_DATE, value=due.isoformat())
        return due or invoiced

    def _exchange_rate(self) -> Decimal:
        """What 100 units cost in the base currency; for that currency itself whatever is sent is ignored."""
        currency = self._body["currency"].upper()
        if currency not in furniture.RATES:
            message = f"Currency '{self._body['currency']}' not found."
            hint = f"Find a list of currencies at {self._books.url}/currencies ."
            self._problems.add(("currency",), message, Code.NO_CURRENCY, value=self._body["currency"], hint=hint)
            return NOTHING
        if currency == furniture.BASE_CURRENCY or "exchangeRate" not in self._body:
            return Decimal(furniture.RATES[currency])
        self._check_scale(("exchangeRate",), self._body["exchangeRate"], 6)
        return Decimal(self._body["exchangeRate"])

    def _people_and_places(self) -> dict[str, Any]:
        """References and project, as they are shown. These books have no places of delivery and no contacts, so none of
        them is found."""
        said = dict(self._body.get("references", {}))
        for name in [name for name in ("salesPerson", "vendorReference") if name in said]:
            said[name] = self._link(("references", name), said[name], references.EMPLOYEE)
        project = {}
        if "project" in self._body:
            project = self._link(("project",), self._body["project"], references.PROJECT)
        self._find.row(("deliveryLocation",), self._body.get("deliveryLocation"), references.DELIVERY_LOCATION)
        for contact in (said.get("customerContact"), self._body["recipient"].get("attention")):
            if contact is not None:
                message = "The contact belongs to another customer than the document."
                number = contact.get("customerContactNumber")
                self._problems.add(("customerContact",), message, Code.OTHER_CUSTOMERS_CONTACT, value=number)
        return {"references": said, "project": project}

    def _link(self, path: Path, reference: Mapping[str, Any], resource: Resource) -> dict[str, Any]:
        row = self._find.row(path, reference, resource)
        link = f"{self._books.url}/{resource.collection}"
        return {} if row is None else {resource.number: row.number, "self": f"{link}/{row.number}"}

    def _line(self, index: int, line: Mapping[str, Any], zone: VatZone | None) -> Line:
        path: Path = ("lines", index)
        for name in AMOUNTS:
            if name in line:
                self._check_scale((*path, name), line[name], 2)
        unit: Unit | None = self._find.row((*path, "unit"), line.get("unit"), references.UNIT)
        numbered = {"number": line.get("lineNumber", index + 1), "sort_key": line.get("sortKey", index + 1)}
        if "product" not in line:
            for name in ("quantity", "unitNetPrice"):
                if line.get(name):
                    self._problems.add((*path, "product"), f"A product must be set when {name} is set.")
            return Line(**numbered, description=line.get("description", ""))
        product = self._find.product((*path, "product"), line["product"])
        if "quantity" not in line:
            message = "Property quantity must have a value when product is set."
            self._problems.add((*path, "quantity"), message, Code.NO_QUANTITY)
        if product is None or zone is None or "quantity" not in line:
            return Line(**numbered, description="")
        rate = self._books.chart.rate(self._books.group_of(product).accounts.get(zone.number))
        return _product_line(line, product, unit, numbered, rate).priced(self._books.settings)

    def _check_scale(self, path: Path, value: Decimal, places: int) -> None:
        if round(value, places) != value:
            message = f"Scale must not be greater than {places}."
            self._problems.add(path, message, Code.TOO_MANY_DECIMALS, value=value)


def _product_line(
    line: Mapping[str, Any], product: Mapping[str, Any], unit: Unit | None, numbered: Mapping[str, Any], rate: Decimal
) -> Line:
    """What the line leaves open comes from the product, except the price, which is nothing then."""
    return Line(
        **numbered,
        description=line.get("description", product["name"]),
        product=product["productNumber"],
        quantity=line["quantity"],
        unit_price=line.get("unitNetPrice", NOTHING),
        discount=line.get("discountPercentage", NOTHING),
        unit_cost=line.get("unitCostPrice", product.get("costPrice", NOTHING)),
        unit=unit,
        rate=rate,
    )


def _added_up(lines: Sequence[Line], settings: Settings) -> Totals:
    return add_up([(line.net, line.rate) for line in lines], settings.rounding, settings.ties)


def _texts(body: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: body[name] for name in ("delivery", "notes") if body.get(name)}
    if "deliveryDate" in texts.get("delivery", {}):
        texts["delivery"] = {**texts["delivery"], "deliveryDate": body["delivery"]["deliveryDate"].isoformat()}
    recipient = {name: value for name, value in body["recipient"].items() if name != "vatZone"}
    return {"recipient": recipient, **texts}
