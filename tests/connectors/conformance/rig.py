"""What the tests of a connector must provide, so that the suite can judge it: here all of it for a webshop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, ClassVar, Self
from unittest.mock import patch

import pytest
from pydantic import BaseModel

from connectors.base import Connector, WebhookRequest, Webshop, WebshopClient
from shared.domain.findings import Finding
from shared.errors import Fate
from shared.sandbox.journal import Entry, EntryKind
from shared.sandbox.server import Sandbox

#: A customer's address that stands in every refusal of a vendor; it must come out nowhere.
CUSTOMER = "mette.planted@lampeland.example"
#: The zone of a shop where a case asks for no other.
ZONE = "Europe/Copenhagen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An order as the shop itself states it: amounts gross unless named otherwise, in `currency`."""

    id: str
    number: str
    status: str
    currency: str
    total: Decimal
    total_tax: Decimal
    discount_total: Decimal
    shipping_total: Decimal
    #: (net, tax) of every line, sorted.
    lines: tuple[tuple[Decimal, Decimal], ...]
    #: Aware, UTC.
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorError:
    """One refusal that the vendor is known to send, and the fate it must have. `read` or `write` is None where it
    does not belong to such a request."""

    name: str
    status: int
    body: str
    read: type[Fate] | None
    write: type[Fate] | None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def fault(self) -> dict[str, Any]:
        """As a sandbox is told to answer so."""
        return {"kind": "answer", "status": self.status, "headers": self.headers, "body": self.body}


class SystemRig(ABC):
    """A running system of one vendor, between `with` and its end."""

    connector: ClassVar[Connector]
    vendor_errors: ClassVar[Sequence[VendorError]]
    #: Cases that cannot be asked of this vendor: name of the method -> why.
    exempt: ClassVar[Mapping[str, str]] = {}
    sandbox: Sandbox

    def __enter__(self) -> Self:
        self.sandbox.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sandbox.stop()

    @property
    @abstractmethod
    def credentials(self) -> BaseModel:
        """`connector.Credentials` that the system accepts."""

    @property
    @abstractmethod
    def secrets(self) -> Sequence[str]:
        """Every text of these credentials, and of what proves a request, that must appear in no log."""

    @abstractmethod
    def impatient(self) -> AbstractContextManager[object]:
        """Clients opened within give up after a fraction of a second, not after the connector's real time-out."""

    @abstractmethod
    def refuse_credentials(self) -> None:
        """What was accepted is revoked."""

    @abstractmethod
    def check(self) -> Sequence[Finding]:
        """What a new client finds."""

    @abstractmethod
    def contents(self) -> object:
        """All that the system holds and a connector could change, to be compared; read inside of it."""

    @abstractmethod
    def put_clock_forward(self, seconds: float) -> None:
        """The clock that dates the system's answers is so much ahead of the right time, below zero behind it."""

    @property
    def requests(self) -> list[Entry]:
        """What the system was asked so far, oldest first."""
        return self.sandbox.journal.entries(EntryKind.REQUEST)

    @contextmanager
    def between_requests(self, happen: Callable[[int], None]) -> Iterator[None]:
        """Calls `happen(n)` after the n-th answer is made up (from 1) and before the client has it."""
        finish, answers = self.sandbox.journal.finish, 0
        requests = {entry.seq for entry in self.requests}

        def finish_and_move(seq: int, status: int, *, note: str | None = None) -> None:
            nonlocal answers
            finish(seq, status, note=note)
            if seq not in requests and seq in {entry.seq for entry in self.requests}:
                requests.add(seq)
                answers += 1
                happen(answers)

        with patch.object(self.sandbox.journal, "finish", finish_and_move):
            yield


class ShopRig(SystemRig):
    """A running shop. Make it with `zone`, the shop's own time zone."""

    connector: ClassVar[Webshop]
    #: Orders that one page of the vendor holds at most.
    page_size: ClassVar[int]
    #: In lower case: where the proof of a webhook travels.
    proof_header: ClassVar[str]
    #: An order id of the vendor's form; whether there is such an order does not matter.
    some_order_id: ClassVar[str]
    #: The same of a webhook.
    some_webhook_id: ClassVar[str]
    #: Topics of `connector.order_topics` by what they say.
    topic_created: ClassVar[str]
    topic_updated: ClassVar[str]
    topic_deleted: ClassVar[str]

    @abstractmethod
    def __init__(self, *, zone: str = ZONE) -> None:
        """Makes `sandbox`; it is started by `with`."""

    @contextmanager
    def client(self) -> Iterator[WebshopClient]:
        client = self.connector.connect(self.credentials)
        try:
            yield client
        finally:
            client.close()

    def check(self) -> Sequence[Finding]:
        with self.client() as client:
            return client.check()

    @abstractmethod
    def let_read_only(self) -> None:
        """What was accepted may only read from now on."""

    # Selling.

    @abstractmethod
    def put_order(self, *, status: str | None = None) -> Placed:
        """An order that is hard to add up: several lines and tax rates, odd amounts, a discount, freight."""

    @abstractmethod
    def put_order_in_whole_units(self, typed: Sequence[Decimal]) -> Placed:
        """An order of a shop that keeps amounts exactly and rounds every one that it states to a whole unit.

        It has a line for each of these prices, 25 % VAT in them.
        """

    @abstractmethod
    def put_orders(self, count: int) -> list[str]:
        """Ids of that many simple orders, all made in the second on the clock."""

    @abstractmethod
    def change_order(self, order_id: str, *, status: str) -> None: ...

    @abstractmethod
    def put_note(self, order_id: str, text: str) -> None:
        """What the shop's people write beside an order."""

    @abstractmethod
    def own_notes(self, order_id: str) -> list[str]:
        """What we wrote beside it, oldest first, without what marks it as ours."""

    @abstractmethod
    def mailed_notes(self, order_id: str) -> list[str]:
        """What was written beside it and sent to the customer, by anybody."""

    @abstractmethod
    def put_field(self, order_id: str, key: str, value: str) -> None:
        """A custom field of a plugin's."""

    @abstractmethod
    def field(self, order_id: str, key: str) -> list[object]:
        """The values of all custom fields of that name."""

    @abstractmethod
    def own_fields(self, order_id: str) -> list[str]:
        """The values of all custom fields that are ours, whatever is behind the name."""

    @abstractmethod
    def trash(self, order_id: str) -> None: ...

    @abstractmethod
    def delete(self, order_id: str) -> None:
        """For good."""

    @abstractmethod
    def date_order(self, order_id: str, moment: datetime) -> None:
        """Sets by hand when the order was made, as an aware moment."""

    @abstractmethod
    def set_clock(self, moment: datetime) -> None:
        """Stops the shop's clock at an aware moment."""

    @abstractmethod
    def tick(self, seconds: float = 1.0) -> None:
        """Moves the stopped clock on."""

    @abstractmethod
    def put_order_state(self, name: str, title: str) -> None:
        """One more that orders may have, as a plugin of the shop adds it; `name` as in an order's status."""

    @property
    @abstractmethod
    def order_states(self) -> Mapping[str, str]:
        """Name -> title of every state that an order may have, read inside the shop."""

    # Webhooks.

    @abstractmethod
    def register_webhook(self, *, topic: str, delivery_url: str, secret: str) -> None:
        """By the shop's own hand, not through the connector."""

    @abstractmethod
    def webhooks_to(self, delivery_url: str) -> int:
        """How many webhooks the shop has for that address, counted inside the shop."""

    @abstractmethod
    def signed(self, body: bytes, *, topic: str, secret: str) -> WebhookRequest:
        """Any bytes as the shop would sign and send them."""

    @abstractmethod
    def hold_deliveries(self) -> None:
        """Webhooks wait until `drain`."""

    @abstractmethod
    def drain(self) -> None:
        """Returns when every webhook that waits was delivered."""

    @abstractmethod
    def demote_webhook_owner(self) -> None:
        """From now on the shop may not show orders to whom its webhooks belong."""

    @abstractmethod
    def throttle(self, after: timedelta, *, count: int | None = None) -> None:
        """Turns the next requests away in the vendor's way, asking to wait that long; `count` None: all of them."""


class SystemCases:
    """Base of the parts of a suite: `rig` is whose connector is judged."""

    rig: ClassVar[type[SystemRig]]

    @pytest.fixture(autouse=True)
    def leave_out_what_the_vendor_cannot(self, request: pytest.FixtureRequest) -> None:
        reason = self.rig.exempt.get(request.function.__name__)
        if reason:
            pytest.skip(reason)


class Cases(SystemCases):
    """Base of the parts of the webshops' suite."""

    rig: ClassVar[type[ShopRig]]
