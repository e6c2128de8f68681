"""The suite of accounting systems. A connector's file is one line:

class TestExample(AccountingConformance): rig = ExampleRig
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.conformance.books.booking import Booking
from tests.connectors.conformance.books.checking import Checking
from tests.connectors.conformance.books.choosing import Choosing
from tests.connectors.conformance.books.contacts import Contacts
from tests.connectors.conformance.books.customer_keys import CustomerKeys
from tests.connectors.conformance.books.customers import Customers
from tests.connectors.conformance.books.declaration import Declaration
from tests.connectors.conformance.books.drafts import Drafts
from tests.connectors.conformance.books.endings import Endings
from tests.connectors.conformance.books.finding import Finding
from tests.connectors.conformance.books.open_days import OpenDays
from tests.connectors.conformance.books.pacing import Pacing
from tests.connectors.conformance.books.products import Products
from tests.connectors.conformance.books.refusals import Refusals
from tests.connectors.conformance.books.replacing import Replacing
from tests.connectors.conformance.books.rig import BooksRig
from tests.connectors.conformance.books.saying import Saying
from tests.connectors.conformance.books.secrecy import Secrecy
from tests.connectors.conformance.books.unknown import Unknown
from tests.connectors.conformance.books.vat_rates import VatRates
from tests.connectors.conformance.books.writing import Writing


class AccountingConformance(
    Declaration,
    Writing,
    Saying,
    Drafts,
    Finding,
    Replacing,
    Endings,
    Booking,
    OpenDays,
    Customers,
    CustomerKeys,
    Contacts,
    Products,
    VatRates,
    Checking,
    Choosing,
    Unknown,
    Refusals,
    Pacing,
    Secrecy,
):
    """Set `rig` in a subclass whose name begins with Test."""

    @pytest.fixture
    def books(self) -> Iterator[BooksRig]:
        with self.rig() as books:
            yield books
