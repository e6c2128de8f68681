"""Every call of an accounting client, made ready so that a case can put trouble in its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from connectors.accounting import AccountingClient
from shared.domain.contact import Contact
from shared.domain.document import (
    CustomerKey,
    DocumentKind,
    DocumentPlan,
    FoundDocument,
    NewCustomer,
    NewProduct,
    Place,
)
from tests.connectors.conformance.books.rig import BUYER, HOME, REFERENCE, BooksRig
from tests.connectors.conformance.rig import CUSTOMER

KEY = "shopledger-1-12-1"
#: A product that no plan puts in place.
PRODUCT = "KRUS-BLÅ"
PHONE = "+45 00 00 08 15"

Call = Callable[[AccountingClient], object]


@dataclass(frozen=True, slots=True)
class Deed:
    """One change. Given the same key each time: doing it twice is doing it once."""

    do: Call
    #: How often it was done, counted inside of the books.
    done: Callable[[], int]
    #: The same as the client finds it out.
    found: Callable[[AccountingClient], int]


def written(books: BooksRig, client: AccountingClient, plan: DocumentPlan) -> bytes:
    return books.connector.write_document(plan, client.fill_settings(books.settings)).body


def draft(books: BooksRig, client: AccountingClient, plan: DocumentPlan, *, key: str = KEY) -> FoundDocument:
    return client.create_document(plan.kind, written(books, client, plan), key=key)


def buyer(books: BooksRig, email: str = CUSTOMER) -> NewCustomer:
    contact = Contact(
        name=BUYER.name,
        email=email,
        phone=PHONE,
        address=BUYER.address,
        postcode=BUYER.postcode,
        city=BUYER.city,
        country=BUYER.country,
    )
    return NewCustomer(contact=contact, currency=books.currencies[0])


def request_for(books: BooksRig, client: AccountingClient, customer: NewCustomer) -> bytes:
    return books.connector.write_customer(customer, client.fill_settings(books.settings)).body


def _get_document(books: BooksRig) -> Call:
    number = books.put_draft(DocumentKind.ORDER, reference=REFERENCE)
    return lambda client: client.get_document(DocumentKind.ORDER, Place.DRAFT, number)


def _find_by_reference(books: BooksRig) -> Call:
    books.put_draft(DocumentKind.INVOICE, reference=REFERENCE)
    return lambda client: client.find_by_reference(REFERENCE)


def _find_customers(books: BooksRig) -> Call:
    books.put_customer(CUSTOMER)
    return lambda client: client.find_customers(CustomerKey.EMAIL, CUSTOMER, HOME)


def _get_customer(books: BooksRig) -> Call:
    number = books.put_customer(CUSTOMER)
    return lambda client: client.get_customer(number)


def _find_products(books: BooksRig) -> Call:
    books.put_product(PRODUCT)
    return lambda client: client.find_products([PRODUCT, "MISSING"])


def _open_day(books: BooksRig) -> Call:
    _, last = books.years
    return lambda client: client.open_day(last, within=0)


def _vat_rates(books: BooksRig) -> Call:
    home, *_ = books.zones
    books.put_taxed_product(PRODUCT, {home: Decimal(25)})
    return lambda client: client.vat_rates([PRODUCT, "MISSING"], home)


def _would_update_customer(books: BooksRig) -> Call:
    number = books.put_contact(Contact(phone="87654321"))
    return lambda client: client.would_update_customer(number, Contact(phone=PHONE), ["phone"])


READS: Mapping[str, Callable[[BooksRig], Call]] = {
    "fill_settings": lambda books: lambda client: client.fill_settings(books.settings),
    "is_usable": lambda _: lambda client: client.is_usable("layout", "1"),
    "find_by_reference": _find_by_reference,
    "get_document": _get_document,
    "find_customers": _find_customers,
    "get_customer": _get_customer,
    "find_products": _find_products,
    "would_update_customer": _would_update_customer,
    "next_customer_number": lambda _: lambda client: client.next_customer_number(1, 9),
    "open_day": _open_day,
    "vat_rates": _vat_rates,
    "new_product_rate": lambda books: lambda client: client.new_product_rate(books.settings, books.zones[0]),
    "vat_zones": lambda _: lambda client: client.vat_zones(),
}


def _create(kind: DocumentKind) -> Callable[[BooksRig, AccountingClient], Deed]:
    def ready(books: BooksRig, client: AccountingClient) -> Deed:
        request = written(books, client, books.plan(kind))
        return Deed(
            do=lambda client: client.create_document(kind, request, key=KEY),
            done=lambda: len(by_reference(books)),
            found=lambda client: len(client.find_by_reference(REFERENCE)),
        )

    return ready


def _replace_draft(books: BooksRig, client: AccountingClient) -> Deed:
    plan = books.plan(DocumentKind.ORDER)
    number = draft(books, client, plan, key="the order").number
    request = written(books, client, replace(plan, lines=plan.lines[:1]))
    return Deed(
        do=lambda client: client.replace_draft(DocumentKind.ORDER, number, request, reference=REFERENCE, key=KEY),
        done=lambda: sum(document.total != plan.total for document in by_reference(books)),
        found=lambda client: sum(one.total != plan.total for one in client.find_by_reference(REFERENCE)),
    )


def _delete_draft(books: BooksRig, client: AccountingClient) -> Deed:
    number = draft(books, client, books.plan(DocumentKind.ORDER), key="the order").number
    return Deed(
        do=lambda client: client.delete_draft(DocumentKind.ORDER, number, reference=REFERENCE, key=KEY),
        done=lambda: 1 - len(by_reference(books)),
        found=lambda client: 1 - len(client.find_by_reference(REFERENCE)),
    )


def _book(books: BooksRig, client: AccountingClient) -> Deed:
    number = draft(books, client, books.plan(DocumentKind.INVOICE), key="the invoice").number
    return Deed(
        do=lambda client: client.book(number, reference=REFERENCE, key=KEY),
        done=lambda: sum(document.place is Place.BOOKED for document in by_reference(books)),
        found=lambda client: sum(one.place is Place.BOOKED for one in client.find_by_reference(REFERENCE)),
    )


def _create_customer(books: BooksRig, client: AccountingClient) -> Deed:
    request = request_for(books, client, buyer(books))
    return Deed(
        do=lambda client: client.create_customer(request, key=KEY),
        done=lambda: sum(customer.email == CUSTOMER for customer in books.customers()),
        found=lambda client: len(client.find_customers(CustomerKey.EMAIL, CUSTOMER, HOME)),
    )


def _update_customer(books: BooksRig, client: AccountingClient) -> Deed:
    """It has no key: what it makes twice is the same."""
    number = books.put_contact(Contact(name=BUYER.name, email=CUSTOMER, phone="1"))
    return Deed(
        do=lambda client: client.update_customer(number, Contact(phone=PHONE), ["phone"]),
        done=lambda: int(books.contact(number).phone == PHONE),
        found=lambda client: len(client.find_customers(CustomerKey.PHONE, "+4500000815", HOME)),
    )


def _create_product(books: BooksRig, client: AccountingClient) -> Deed:
    product = NewProduct(number=PRODUCT, name="Krus, blå")
    request = books.connector.write_product(product, client.fill_settings(books.settings))
    return Deed(
        do=lambda client: client.create_product(request, key=KEY),
        done=lambda: sum(product.number == PRODUCT for product in books.products()),
        found=lambda client: len(client.find_products([PRODUCT])),
    )


WRITES: Mapping[str, Callable[[BooksRig, AccountingClient], Deed]] = {
    "create_document of an order": _create(DocumentKind.ORDER),
    "create_document of an invoice": _create(DocumentKind.INVOICE),
    "replace_draft": _replace_draft,
    "delete_draft": _delete_draft,
    "book": _book,
    "create_customer": _create_customer,
    "update_customer": _update_customer,
    "create_product": _create_product,
}
CALLS = (*READS, *WRITES)


def deed(books: BooksRig, method: str) -> Deed:
    """What it takes is in place afterwards, made by a client of its own."""
    with books.client() as client:
        return WRITES[method](books, client)


def call(books: BooksRig, method: str) -> Call:
    return READS[method](books) if method in READS else deed(books, method).do


def by_reference(books: BooksRig, reference: str = REFERENCE) -> list[FoundDocument]:
    """What the books themselves have under a reference."""
    return [document for document in books.documents() if document.reference == reference]
