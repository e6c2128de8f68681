"""What would be made and changed in the books for an order, said and not done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

from connectors.accounting import Accounting, AccountingClient, Updated
from shared.domain.contact import Contact

#: Stands for the number that the books would give a new customer, where the request names none; it is none that they
#: give.
NEW_CUSTOMER = "999999999"


class Would:
    """Takes the place of what makes and updates."""

    def __init__(self, connector: Accounting, client: AccountingClient) -> None:
        self._connector = connector
        self._client = client
        #: Kind and request of each customer and product that would be made.
        self.made: list[tuple[str, bytes]] = []
        #: Of customers who would be changed: the number, the contact, and the names of its fields.
        self.updated: list[tuple[str, Contact, tuple[str, ...]]] = []

    def make(
        self,
        what: Literal["customer", "product"],
        key: str,
        request: bytes,
        *,
        still_there: Callable[[str], bool],  # noqa: ARG002
        create: Callable[[bytes, str], str],  # noqa: ARG002
    ) -> str:
        self.made.append((what, request))
        return self._connector.customer_number_of(request) or NEW_CUSTOMER if what == "customer" else key

    def update(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        would = self._client.would_update_customer(number, contact, fields)
        if would.changed:
            self.updated.append((number, contact, would.changed))
        return would
