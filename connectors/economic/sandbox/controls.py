"""`/__sandbox__` for the books: what their owner, his bookkeeper or a test does without the API."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict

from connectors.economic.sandbox.frame import dump
from connectors.economic.sandbox.hand import Hand
from connectors.economic.sandbox.state import Books, KeyPolicy, Role
from connectors.economic.sandbox.totals import Rounding, Ties
from shared.domain.document import DocumentKind, Place
from shared.sandbox.door import CONTROL_PREFIX


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Knobs(_Given):
    rounding: Rounding | None = None
    ties: Ties | None = None
    keys: KeyPolicy | None = None
    tokens_per_minute: int | None = None
    role: Role | None = None
    missing_modules: list[str] | None = None
    hidden: list[str] | None = None
    #: False: the owner has taken the grant back.
    granted: bool | None = None


class NewProduct(_Given):
    number: str
    name: str = "Vare"
    group: int = 1
    barred: bool = False


class NewEmployee(_Given):
    number: int
    name: str = "Ansat"


class NewProject(_Given):
    number: int


class NewProductGroup(_Given):
    number: int
    name: str = "Varer"
    #: Percent by VAT zone; a zone that is not named gets no sales account.
    rates: dict[int, Decimal]


class NewRate(_Given):
    #: Percent.
    rate: Decimal


class NewDraft(_Given):
    kind: DocumentKind
    reference: str
    customer: int | None = None
    currency: str = "DKK"
    day: date | None = None
    #: (product, quantity, net price)
    lines: list[tuple[str, Decimal, Decimal]] | None = None
    ean: str | None = None


class Change(_Given):
    #: Counted from 1.
    line: int
    #: Net.
    price: Decimal | None = None
    text: str | None = None


class Booking(_Given):
    with_number: int | None = None


class Credit(_Given):
    #: None: that of the invoice.
    reference: str | None = None


class Closing(_Given):
    year: str


class Move(_Given):
    place: Place


class Advance(_Given):
    #: Seconds.
    advance: float


class Days(_Given):
    from_date: date
    to_date: date


def books_controls(books: Books, hand: Hand) -> Blueprint:
    controls = Blueprint("books", __name__, url_prefix=CONTROL_PREFIX)
    _register_books(controls, books)
    _register_documents(controls, hand)
    _register_master(controls, books, hand)

    @controls.errorhandler(ValueError)
    def refuse(error: ValueError) -> ResponseReturnValue:
        return dump({"error": str(error)}, 400)

    return controls


def _register_books(controls: Blueprint, books: Books) -> None:
    @controls.get("/books")
    def about() -> Response:
        """Address, tokens and knobs: all a developer needs to connect."""
        return dump({
            "url": books.url,
            "app_secret_token": books.app_secret_token,
            "agreement_grant_token": books.agreement_grant_token,
            "now": books.clock.stamp(),
            "granted": books.granted,
            **asdict(books.settings),
        })  # fmt: skip

    @controls.patch("/books")
    def turn_knobs() -> Response:
        knobs = Knobs.model_validate(request.get_json()).model_dump(exclude_none=True)
        with books.lock:
            books.granted = knobs.pop("granted", books.granted)
            for name, value in knobs.items():
                setattr(books.settings, name, value)
        return about()

    @controls.post("/clock")
    def advance_clock() -> Response:
        """`{"advance": seconds}`; an idempotency key lives an hour."""
        books.clock.advance(Advance.model_validate(request.get_json()).advance)
        return about()

    @controls.post("/periods/bar")
    def bar_period() -> ResponseReturnValue:
        days = Days.model_validate(request.get_json())
        with books.lock:
            books.periods.bar(days.from_date, days.to_date)
        return "", 204

    @controls.post("/years/close")
    def close_year() -> ResponseReturnValue:
        """`{"year": "2026"}`"""
        with books.lock:
            books.periods.close_year(Closing.model_validate(request.get_json()).year)
        return "", 204

    @controls.post("/periods/open")
    def open_periods() -> ResponseReturnValue:
        with books.lock:
            books.periods.open_all()
        return "", 204


def _register_documents(controls: Blueprint, hand: Hand) -> None:
    @controls.get("/documents")
    def documents() -> Response:
        return dump([asdict(document) for document in hand.summaries()])

    @controls.post("/drafts")
    def put_draft() -> Response:
        return dump({"number": hand.draft(**dict(NewDraft.model_validate(request.get_json())))}, 201)

    @controls.delete("/drafts/<kind>/<int:number>")
    def delete_draft(kind: str, number: int) -> ResponseReturnValue:
        hand.delete(DocumentKind(kind), number)
        return "", 204

    @controls.patch("/drafts/<kind>/<int:number>")
    def change_draft(kind: str, number: int) -> ResponseReturnValue:
        given = Change.model_validate(request.get_json())
        hand.change(DocumentKind(kind), number, given.line, price=given.price, text=given.text)
        return "", 204

    @controls.post("/drafts/invoice/<int:number>/book")
    def book_draft(number: int) -> Response:
        given = Booking.model_validate(request.get_json(silent=True) or {})
        return dump({"number": hand.book(number, with_number=given.with_number)}, 201)

    @controls.post("/invoices/<int:number>/credit")
    def credit_invoice(number: int) -> Response:
        given = Credit.model_validate(request.get_json(silent=True) or {})
        return dump({"number": hand.credit(number, reference=given.reference)}, 201)

    @controls.post("/orders/<int:number>/move")
    def move_order(number: int) -> ResponseReturnValue:
        hand.move(number, Move.model_validate(request.get_json()).place)
        return "", 204


def _register_master(controls: Blueprint, books: Books, hand: Hand) -> None:
    @controls.get("/customers")
    def customers() -> Response:
        with books.lock:
            return dump(books.customers.all())

    @controls.post("/customers")
    def put_customer() -> Response:
        """Any fields of a customer as the API knows them; a `customerNumber` that is taken is replaced."""
        given: dict[str, Any] = request.get_json()
        return dump({"number": hand.customer(given.get("customerNumber"), given)}, 201)

    @controls.get("/products")
    def products() -> Response:
        with books.lock:
            return dump(books.products.all())

    @controls.post("/products")
    def put_product() -> ResponseReturnValue:
        """A number that is taken is replaced, so that this bars a product, too."""
        given = NewProduct.model_validate(request.get_json())
        hand.product(given.number, given.name, given.group, barred=given.barred)
        return "", 204

    @controls.post("/employees")
    def put_employee() -> ResponseReturnValue:
        given = NewEmployee.model_validate(request.get_json())
        hand.employee(given.number, given.name)
        return "", 204

    @controls.post("/projects")
    def put_project() -> ResponseReturnValue:
        hand.project(NewProject.model_validate(request.get_json()).number)
        return "", 204

    @controls.post("/product-groups")
    def put_product_group() -> ResponseReturnValue:
        """A number that is taken is replaced."""
        given = NewProductGroup.model_validate(request.get_json())
        hand.product_group(given.number, given.rates, given.name)
        return "", 204

    @controls.patch("/vat-accounts/<code>")
    def change_vat_rate(code: str) -> ResponseReturnValue:
        hand.change_vat_rate(code, NewRate.model_validate(request.get_json()).rate)
        return "", 204
