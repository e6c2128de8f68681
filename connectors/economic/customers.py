"""Customers: found by what the shop knows of them, made, and changed field by field.

e-conomic replaces a customer as a whole: what a request leaves out is emptied, and a flag that it leaves out is false.
So everything that was read goes back as it was, what we know nothing of, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import uuid4

from connectors.accounting import Updated
from connectors.economic import filters, read
from connectors.economic.body import as_json, is_email, is_number
from connectors.economic.errors import unexpected
from connectors.economic.lookups import read_page, rows
from connectors.economic.rest import Answer, Rest
from connectors.economic.write_customer import PLACES, by_property, is_written, write_contact
from shared.domain import company_numbers, phones
from shared.domain.company_numbers import read_company_number
from shared.domain.contact import Contact
from shared.domain.document import Customer, CustomerKey
from shared.errors import NeedsUser, Skip

#: What e-conomic computes or links to.
NOT_WRITTEN = frozenset(
    {
        "balance", "contacts", "deliveryLocations", "dueAmount", "invoices", "lastUpdated", "metaData", "self",
        "templates", "totals",
    }
)  # fmt: skip

Row = Mapping[str, Any]
T = TypeVar("T")


class Customers:
    """Those of one agreement."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def find(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        """`home`: whose phones and company numbers are written without its code or prefix."""
        searches: Mapping[CustomerKey, Callable[[str, str], Iterable[Row]]] = {
            CustomerKey.EMAIL: lambda email, _: self._by_email(email),
            CustomerKey.NUMBER: lambda number, _: self._by_number(number),
            CustomerKey.COMPANY_NUMBER: self._by_company_number,
            CustomerKey.PHONE: self._by_phone,
        }
        found = [_known(read.customer(row), write=False) for row in searches[key](value, home)]
        return list({customer.number: customer for customer in found}.values())

    def next_number(self, first: int, last: int) -> str | None:
        clause = {
            "filter": f"customerNumber$gte:{first}$and:customerNumber$lte:{last}",
            "sort": "-customerNumber",
            "pagesize": "1",
            "skippages": "0",
        }
        found, _ = read_page(self._rest.get("customers", clause))
        highest = int(_known(read.customer(found[0]), write=False).number) if found else first - 1
        return str(highest + 1) if highest < last else None

    def get(self, number: str) -> Customer:
        return _known(read.customer(self._get(number)), write=False)

    def create(self, request: bytes, *, key: str) -> Customer:
        """e-conomic's word for a number that is taken is not known: one that we ask for is looked up."""
        try:
            return _made(self._rest.post("customers", request, key=key))
        except NeedsUser:
            number = read.customer_number_of(request)
            if number is None or not list(self._by_number(number)):
                raise
        raise Skip("customer_exists", "e-conomic has a customer with this number.")

    def update(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        """A customer that is deleted at that very moment comes back as it was, since e-conomic makes what is not there.

        Each write has a key of its own: an old one could be answered with an old result.
        """
        row, changed, would = self._compared(number, contact, fields)
        if not would.changed:
            return would
        kept = {name: value for name, value in row.items() if name not in NOT_WRITTEN and value is not None}
        body = as_json({**kept, **by_property(changed)})
        customer = _made(self._rest.put(f"customers/{number}", body, key=uuid4().hex))
        if customer.number != number:
            raise unexpected(write=True)
        return replace(would, customer=customer)

    def would_update(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        return self._compared(number, contact, fields)[2]

    def _compared(
        self, number: str, contact: Contact, fields: Collection[str]
    ) -> tuple[Row, Mapping[str, str], Updated]:
        """The customer as it is, the texts of the fields that are to be others there, and what comes of that."""
        written = write_contact(contact, fields)
        row = self._get(number)
        changed = {
            field: text for field, text in written.texts.items() if not is_written(field, text, row.get(_name(field)))
        }
        cut = tuple(field for field in written.cut if field in changed)
        return row, changed, Updated(_known(read.customer(row), write=False), tuple(changed), cut)

    def _by_email(self, email: str) -> Iterator[Row]:
        if is_email(email):
            clauses = [filters.equals("email", email)]
            yield from self._ask(clauses, ["email"], lambda there: there.lower() == email.lower())

    def _by_number(self, number: str) -> Iterator[Row]:
        try:
            yield self._get(number)
        except Skip:
            return

    def _by_company_number(self, text: str, home: str) -> Iterator[Row]:
        wanted, name = read_company_number(text), _name("company_number")
        if wanted is not None:
            yield from self._ask(
                [filters.contains(name, spelt) for spelt in wanted.spellings()],
                [name],
                lambda there: company_numbers.is_written(text, there, home),
            )

    def _by_phone(self, phone: str, home: str) -> Iterator[Row]:
        names = [_name("phone"), _name("mobile_phone")]
        clauses = [filters.contains(name, spelt) for name in names for spelt in phones.spellings(phone)]
        yield from self._ask(clauses, names, lambda there: phones.is_written(phone, there, home))

    def _ask(self, clauses: Iterable[str], names: Sequence[str], is_it: Callable[[str], bool]) -> Iterator[Row]:
        """e-conomic compares characters, so what it finds is looked at: in one of these fields it must be the one."""
        for question in filters.either(clauses):
            for row in rows(self._rest, "customers", {"filter": question}):
                if any(isinstance(there := row.get(name), str) and is_it(there) for name in names):
                    yield row

    def _get(self, number: str) -> Row:
        if not is_number(number):
            raise Skip("customer_gone", "e-conomic has no such customer: its numbers have one to nine digits.")
        row = self._rest.get(f"customers/{number}").value
        if not isinstance(row, dict) or str(row.get("customerNumber")) != number:
            raise unexpected(write=False)
        return row


def _name(field: str) -> str:
    return PLACES[field].property


def _made(answer: Answer) -> Customer:
    """What a write made. An answer that does not say so leaves open whether it was made."""
    return _known(read.customer(answer.value) if isinstance(answer.value, dict) else None, write=True)


def _known(value: T | None, *, write: bool) -> T:
    if value is None:
        raise unexpected(write=write)
    return value
