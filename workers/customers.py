"""An order's customer in the books: the one who is linked, the one who is found, or one who is made there once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel

from connectors.accounting import Accounting, AccountingClient, Updated
from shared.domain.contact import Contact
from shared.domain.customers import Buyer, buyer, only
from shared.domain.document import Customer, CustomerKey, NewCustomer
from shared.domain.order import Order
from shared.domain.reasons import REASONS, needs_user
from shared.domain.settings import OrderSettings
from shared.domain.view import View
from shared.domain.zone_settings import Source
from shared.domain.zones import ChosenZone, zone
from shared.errors import Skip

#: Numbers that a sentence lists.
MOST_LISTED = 10


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
    ) -> None:
        self._connector = connector
        self._client = client
        self._settings = settings
        self._books = books
        self._make = make
        self._update = update
        self._seen: dict[str, Customer] = {}
        #: For the owner: what was changed of a customer, or did not fit.
        self.notes: list[str] = []

    def number(self, view: View) -> str:
        """In the books. Raises NeedsUser where there is not exactly one that may be used."""
        settings, order = self._settings, view.order
        linked = settings.linked_customers.get(order.customer_id or "") or self._linked_by_email(order)
        if linked is not None:
            return linked
        key = settings.customer_key
        if key is None or (settings.guests == "default" and order.customer_id is None):
            assert settings.default_customer is not None
            return settings.default_customer
        who = buyer(view, settings)
        value = who.value(key, order.billing.country)
        if not value:
            return self._of_nobody(key)
        found = self._client.find_customers(key, value)
        if len(found) > 1:
            return self._one_of(found)
        if not found:
            return self._made(view, who, key, value)
        number = _usable(found[0])
        self._seen[number] = found[0]
        self._bring_up_to_date(number, who)
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

    def _linked_by_email(self, order: Order) -> str | None:
        email = order.billing.email.strip().casefold()
        linked = self._settings.linked_customers
        return next((number for key, number in linked.items() if email and key.strip().casefold() == email), None)

    def _of_nobody(self, key: CustomerKey) -> str:
        if self._settings.default_customer is not None:
            return self._settings.default_customer
        raise needs_user("no_email") if key is CustomerKey.EMAIL else needs_user("no_customer_key", key=_WORDS[key])

    def _one_of(self, found: Sequence[Customer]) -> str:
        in_order = sorted(found, key=lambda one: (len(one.number), one.number))
        usable = [one for one in in_order if not one.barred]
        match self._settings.several_customers:
            case "lowest":
                return usable[0].number if usable else _usable(in_order[0])
            case "default":
                assert self._settings.default_customer is not None
                return self._settings.default_customer
        numbers = ", ".join(one.number for one in in_order[:MOST_LISTED])
        raise needs_user("several_customers", count=len(found), numbers=numbers)

    def _made(self, view: View, who: Buyer, key: CustomerKey, value: str) -> str:
        settings = self._settings
        if not settings.create_customers:
            raise needs_user("unknown_customer", key=_WORDS[key])
        new = NewCustomer(
            contact=only(who.contact, settings.new_customer_fields),
            currency=view.order.currency,
            vat_zone=zone(view.order, settings, customers_own=None).zone,
            number=who.number,
        )
        request = self._connector.write_customer(new, self._books)
        self._note_cut((*who.cut, *request.cut))

        def create(frozen: bytes, idempotency: str) -> str:
            try:
                return self._client.create_customer(frozen, key=idempotency).number
            except Skip:
                if key is CustomerKey.NUMBER:  # it is the natural key: whoever made it, it is there
                    return value
                raise needs_user("customer_number_taken", number=who.number) from None

        return self._make(
            "customer",
            value if key is CustomerKey.EMAIL else f"{key}:{value}",
            request.body,
            still_there=lambda number: self._is_still_there(number, key, value),
            create=create,
        )

    def _bring_up_to_date(self, number: str, who: Buyer) -> None:
        if not self._settings.update_customers:
            return
        done = self._update(number, who.contact, self._settings.update_customers)
        self._seen[number] = done.customer
        if done.changed:
            self.notes.append(REASONS["customer_updated"].says(number=number, fields=", ".join(done.changed)))
        self._note_cut(done.cut)

    def _note_cut(self, names: Collection[str]) -> None:
        if names:
            self.notes.append(REASONS["texts_cut"].says(what="the customer's", names=", ".join(names)))

    def _is_still_there(self, number: str, key: CustomerKey, value: str) -> bool:
        """Books may find a new customer by number before they find it by e-mail."""
        try:
            found = self._client.get_customer(number)
        except Skip:
            return False
        return key is not CustomerKey.EMAIL or found.email.strip().casefold() == value.casefold()


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
