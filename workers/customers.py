"""An order's customer in the books: the one who is linked, the one who is found, or one who is made there once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from connectors.accounting import Accounting, AccountingClient, Updated
from shared.domain.contact import Contact
from shared.domain.customers import Buyer, buyer, for_known, for_new, has
from shared.domain.document import Customer, CustomerKey, NewCustomer
from shared.domain.expected import Expected
from shared.domain.order import Order
from shared.domain.reasons import REASONS, needs_user
from shared.domain.settings import OrderSettings
from shared.domain.view import View
from shared.domain.zone_settings import Source
from shared.domain.zones import ChosenZone, zone
from shared.errors import Skip
from workers.hand import PutBack
from workers.make_once import LOOK_AGAIN, NothingMade, digest

#: Numbers that a sentence lists.
MOST_LISTED = 10


@dataclass(frozen=True, slots=True)
class Earlier:
    """Whom the order's document in the books names, and by what he was found: see `Expected.customer_key`."""

    number: str
    key: str

    @classmethod
    def of(cls, written: Mapping[str, Any] | None, there: str | None) -> Earlier | None:
        """`written`: as `Expected` writes it; None, and nobody knows by what the customer was found. `there`: whom the
        books name on it, one that it was moved to by hand, too; None where what stands there is not what was written.
        """
        if written is None:
            return None
        expected = Expected.read(written)
        return cls(expected.customer if there is None else there, expected.customer_key)


class Make(Protocol):
    """Makes a customer or a product once: see `make_once`; or says what it would make."""

    def __call__(
        self,
        what: Literal["customer", "product"],
        key: str,
        request: bytes,
        *,
        still_there: Callable[[str], bool],
        create: Callable[[bytes, str], str],
    ) -> str: ...


class Update(Protocol):
    """See `AccountingClient.update_customer`; or says what it would change."""

    def __call__(self, number: str, contact: Contact, fields: Collection[str]) -> Updated: ...


class Customers:
    """`books`: what the owner chose for these books, filled in. All raise fates."""

    def __init__(
        self,
        connector: Accounting,
        client: AccountingClient,
        settings: OrderSettings,
        books: BaseModel,
        make: Make,
        update: Update,
        earlier: Earlier | None = None,
    ) -> None:
        self._connector = connector
        self._client = client
        self._settings = settings
        self._books = books
        self._make = make
        self._update = update
        self._earlier = earlier
        #: By what the customer was found: see `Expected.customer_key`.
        self.found_by = ""
        self._seen: dict[str, Customer] = {}
        #: For the owner: what was changed of a customer, or did not fit.
        self.notes: list[str] = []

    def number(self, view: View) -> str:
        """In the books. Raises NeedsUser where there is not exactly one that may be used."""
        named = self._named_by_owner(view.order)
        if named is not None:
            return _usable(self.own(named))
        key = self._settings.customer_key
        assert key is not None, "one for all is named by the owner"
        who = buyer(view, self._settings)
        value = who.keys[key]
        if not value:
            return self._of_nobody(key)
        self.found_by = digest(f"{key}:{value}")
        stays = self._named_by_document()
        if stays is not None:
            self._bring_up_to_date(stays, who, key)
            return stays
        found = self._client.find_customers(key, value, self._settings.home_country)
        self._seen |= {one.number: one for one in found}
        if not found:
            return self._made(view, who, key, value)
        if len(found) > 1 and self._settings.several_customers == "default":
            return self._default()
        number = _usable(found[0] if len(found) == 1 else self._one_of(found))
        self._bring_up_to_date(number, who, key)
        return number

    def own(self, number: str) -> Customer:
        """What the books say of that customer. Raises NeedsUser where they have none."""
        if number not in self._seen:
            try:
                self._seen[number] = self._client.get_customer(number)
            except Skip:
                raise needs_user("customer_missing", number=number) from None
        return self._seen[number]

    def zone(self, order: Order, number: str) -> ChosenZone:
        """The VAT zone of a document to that customer. Raises NeedsUser where none of the owner's sources knows one."""
        has_own = Source.CUSTOMER in self._settings.zone_sources
        return zone(order, self._settings, customers_own=self.own(number).vat_zone if has_own else None)

    def _named_by_owner(self, order: Order) -> str | None:
        """Whoever is linked, or the one for all or for guests; None where the customer is to be found."""
        settings = self._settings
        linked = settings.linked_customers.get(order.customer_id or "") or self._linked_by_email(order)
        is_for_default = settings.customer_key is None or (settings.guests == "default" and order.customer_id is None)
        return linked or (settings.default_customer if is_for_default else None)

    def _named_by_document(self) -> str | None:
        """Who is there stays, as long as the order says the same of him: the owner may have corrected him."""
        if self._earlier is None or not self._earlier.number or self._earlier.key != self.found_by:
            return None
        number = self._earlier.number
        try:
            self._seen[number] = self._client.get_customer(number)
        except Skip:
            return None
        return _usable(self._seen[number])

    def _linked_by_email(self, order: Order) -> str | None:
        email = order.billing.email.strip().lower()
        linked = self._settings.linked_customers
        return next((number for known, number in linked.items() if email and known.lower() == email), None)

    def _default(self) -> str:
        assert self._settings.default_customer is not None
        return _usable(self.own(self._settings.default_customer))

    def _of_nobody(self, key: CustomerKey) -> str:
        if self._settings.default_customer is not None:
            return self._default()
        raise needs_user("no_email") if key is CustomerKey.EMAIL else needs_user("no_customer_key", key=_WORDS[key])

    def _one_of(self, found: Sequence[Customer]) -> Customer:
        in_order = sorted(found, key=lambda one: (len(one.number), one.number))
        if self._settings.several_customers == "lowest":
            return next((one for one in in_order if not one.barred), in_order[0])
        numbers = ", ".join(one.number for one in in_order[:MOST_LISTED])
        raise needs_user("several_customers", count=len(found), numbers=numbers)

    def _made(self, view: View, who: Buyer, key: CustomerKey, value: str) -> str:
        settings = self._settings
        if not settings.create_customers:
            raise needs_user("unknown_customer", key=_WORDS[key])
        new = NewCustomer(
            contact=for_new(who.contact, settings.new_customer_fields, key),
            currency=view.order.currency,
            vat_zone=zone(view.order, settings, customers_own=None).zone,
            number=who.number or self._next_number(),
        )
        request = self._connector.write_customer(new, self._books)
        self._note_cut([*(name for name in who.cut if getattr(new.contact, name)), *request.cut])

        def create(frozen: bytes, idempotency: str) -> str:
            try:
                made = self._client.create_customer(frozen, key=idempotency)
            except Skip:
                return self._has_the_number(self._connector.customer_number_of(frozen) or "", key, value)
            self._seen[made.number] = made
            return made.number

        number = self._make(
            "customer",
            value if key is CustomerKey.EMAIL else f"{key}:{value}",
            request.body,
            still_there=lambda there: self._is_still_there(there, key, value),
            create=create,
        )
        if number not in self._seen:  # it is only said what would be made
            self._seen[number] = Customer(
                number=number, name=new.contact.name, email=new.contact.email, barred=False, vat_zone=new.vat_zone
            )
        return _usable(self._seen[number])

    def _next_number(self) -> str | None:
        """None where the books are to give one."""
        numbers = self._settings.new_customer_numbers
        if numbers is None:
            return None
        number = self._client.next_customer_number(numbers.first, numbers.last)
        if number is None:
            raise needs_user("customer_numbers_used_up", first=numbers.first, last=numbers.last)
        return number

    def _has_the_number(self, number: str, key: CustomerKey, value: str) -> str:
        """Ours of an earlier try; else another worker, or the owner, was faster, and nothing was made.

        `number`: as it was asked for, maybe hours ago. The next try takes the next one of the range.
        """
        if self._is_still_there(number, key, value):
            return number
        if self._settings.new_customer_numbers is not None:
            raise NothingMade("being_made", wait=LOOK_AGAIN, what="customer")
        raise needs_user("customer_number_taken", number=number)

    def _bring_up_to_date(self, number: str, who: Buyer, key: CustomerKey) -> None:
        """But for what the customer was found by: that is the same, however it is written there."""
        wanted = self._settings.update_customers - {key}
        if not wanted:
            return
        contact = for_known(who, self.own(number), self._settings.home_country)
        done = brought_up_to_date(self._update, number, contact, wanted)
        self._seen[number] = done.customer
        if done.changed:
            self.notes.append(REASONS["customer_updated"].says(number=number, fields=", ".join(done.changed)))
        self._note_cut([name for name in (*who.cut, *done.cut) if name in done.changed])

    def _note_cut(self, names: Collection[str]) -> None:
        if names:
            self.notes.append(REASONS["texts_cut"].says(what="the customer's", names=", ".join(dict.fromkeys(names))))

    def _is_still_there(self, number: str, key: CustomerKey, value: str) -> bool:
        """Books may find a new customer by number before they find it by e-mail; it may have other addresses, too."""
        try:
            found = self._seen[number] = self._client.get_customer(number)
        except Skip:
            return False
        return has(found, key, value, self._settings.home_country)


def brought_up_to_date(update: Update, number: str, contact: Contact, fields: Collection[str]) -> Updated:
    """Raises PutBack where that customer was deleted since he was found."""
    try:
        return update(number, contact, fields)
    except Skip:
        raise PutBack("books_changed", counts=True) from None


_WORDS = {
    CustomerKey.EMAIL: "e-mail address",
    CustomerKey.NUMBER: "customer number",
    CustomerKey.COMPANY_NUMBER: "company number",
    CustomerKey.PHONE: "phone number",
}


def _usable(customer: Customer) -> str:
    if customer.barred:
        raise needs_user("customer_barred", number=customer.number)
    return customer.number
