"""What a connector declares: a folder here with one `Connector` subclass, a `Webshop` or an `Accounting`.

Credentials are a pydantic model per connector; its secret fields are `SecretStr`, so that printing never shows them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel

from connectors.pace import UNHURRIED, Budget, Pace
from shared.domain.findings import Finding
from shared.domain.notice import Notice
from shared.domain.order import Order


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A webhook as it arrived: header names in lower case, the body's raw bytes."""

    headers: Mapping[str, str]
    body: bytes


class UnreadableOrder(ValueError):
    """An order's body is not what the shop documents. `path` names the field: "line_items[2].total"."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path = path
        self.problem = problem


@dataclass(frozen=True, slots=True)
class WebhookSubscription:
    """A webhook as the shop keeps it. `status` is the shop's own word ("active", "paused", "disabled")."""

    id: str
    topic: str
    delivery_url: str
    status: str


@dataclass(frozen=True, slots=True)
class OrderState:
    """A state that an order of the shop may have: `name` as in its `status`, `title` as people see it."""

    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderGlance:
    """As much of an order as tells whether we know it. What its shop does not say readably is None."""

    id: str
    #: As people see it; the id where the shop gives no other.
    number: str
    status: str | None
    #: Both aware, UTC.
    modified_at: datetime | None
    created_at: datetime | None
    #: Gross, in `currency`.
    total: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders as the shop sent them: decoded JSON, amounts as str or Decimal."""

    orders: Sequence[Mapping[str, Any]]
    #: Those of the page that the shop cannot tell of: too large, or it fails at them. No other is kept back by them.
    untold: Sequence[OrderGlance] = ()


class WebshopClient(Protocol):
    """Talks to one shop. Every method but `check` raises a fate of `shared.errors`, and nothing of the HTTP library."""

    def get_order(self, order_id: str, *, exact: bool = False) -> Mapping[str, Any]:
        """The newest body of one order, a trashed one too. Raises Skip("order_gone") when the shop has none.

        `exact`: with amounts as exact as the shop keeps them, where it rounds what it shows. They are found in
        `Line.total` and `Line.taxes`; `Line.total_tax` and the order's totals may be sums of rounded amounts even so.
        """
        ...

    def list_orders(self, *, modified_after: datetime) -> Iterator[OrderPage]:
        """All orders modified at or after that moment (aware), oldest change first, without a gap while the set moves.

        An order that changes meanwhile may come twice. Trashed orders are not listed.
        """
        ...

    def list_orders_created(
        self, *, after: datetime, before: datetime | None = None, states: Sequence[str] | None = None
    ) -> Iterator[OrderPage]:
        """All orders made in [after, before) (aware), oldest first; `states` None: in any but the trash.

        None is missing that was among them all the time, whatever comes, goes or changes meanwhile. Behind the last
        come orders that were changed meanwhile, oldest change first: known ones again, and those that came in by
        another state or date.
        """
        ...

    def list_orders_by_id(self, ids: Sequence[str]) -> Iterator[OrderPage]:
        """The orders with these ids, trashed ones too, in any order: `most_by_id` of them a request.

        An id that the shop does not list is left out: ask `get_order` before taking it for gone, since an order may
        change its place meanwhile, be in a state that its shop has no more, or be one that it cannot tell of.
        """
        ...

    def list_order_ids(self, *, after: datetime, before: datetime | None = None) -> Iterator[Sequence[OrderGlance]]:
        """A little of each order of `list_orders_created`, in small answers: to find what was never seen."""
        ...

    def count_orders(self, *, after: datetime, before: datetime) -> int | None:
        """How many orders were made in [after, before), the trash left out; None where the shop does not say."""
        ...

    def customer_role(self, customer_id: str) -> str | None:
        """The shop's own word for what that customer is ("wholesale_customer"); None for one who is gone, or has none.

        Raises NeedsUser("customers_hidden") where the key reads orders and may not see customers.
        """
        ...

    def order_states(self) -> Sequence[OrderState]:
        """Every state that an order of this shop may have now, those of plugins too, each once and with a title.

        Raises NeedsUser where the key reads orders and may not see this.
        """
        ...

    def write_note(self, order_id: str, text: str) -> None:
        """Writes a note beside the order, which its customer never sees; none where the newest of ours says that.

        `text`: one line of plain ASCII. May be done again at any time: it looks first. Raises Skip("order_gone"), and
        NeedsUser("key_may_not_write") where the key reads orders and may not write to them; OutcomeUnknown is settled
        by doing it again.
        """
        ...

    def write_field(self, order_id: str, text: str) -> None:
        """Writes it into a custom field of ours, in place of what that held; nothing where it holds it already.

        As `write_note`. The field is no part of what `read_order` reads, and no other field is touched. Raises Skip for
        an order in the bin, which stays there.
        """
        ...

    def list_webhooks(self) -> Sequence[WebhookSubscription]: ...

    def create_webhook(self, *, topic: str, delivery_url: str, secret: str) -> WebhookSubscription: ...

    def delete_webhook(self, webhook_id: str) -> None:
        """Deletes it for good; succeeds when it is gone already, or never was. May be done again at any time."""
        ...

    def check(self) -> Sequence[Finding]:
        """Whether the credentials reach the shop and may do what is needed there. Changes nothing, and never raises.

        FAILING where no order can be read, or something could not be found out; WARNING where orders come all the same
        (a key that may only read makes no webhooks). No finding tells a secret, or who bought.
        """
        ...

    def close(self) -> None: ...


class Connector(ABC):
    """What every outside system declares: stateless; one instance serves all accounts."""

    #: Folder name and the value of `systems.kind`.
    kind: ClassVar[str]
    #: As people write it.
    title: ClassVar[str]
    Credentials: ClassVar[type[BaseModel]]
    #: What the system allows one credential; None where it states nothing.
    budget: ClassVar[Budget | None] = None

    @abstractmethod
    def origin(self, credentials: BaseModel) -> str:
        """Where its requests go ("https://host:port"): what is behind one origin is slow together."""


class WebhookSender(Connector):
    """A system that sends webhooks.

    How a webhook is proven is the connector's own choice: a signature over the raw bytes, or, where the system signs
    nothing, a secret in a header of our choosing (`connectors.proofs`); the secret address is part of every proof.
    """

    @abstractmethod
    def is_ping(self, request: WebhookRequest) -> bool:
        """Whether this is the system's test call, which carries no proof and must get exactly 200."""

    @abstractmethod
    def verify(self, request: WebhookRequest, secrets: Sequence[str]) -> bool:
        """Whether one of the secrets proves the request, compared in constant time on the raw bytes."""

    @abstractmethod
    def read_notice(self, request: WebhookRequest) -> Notice:
        """What a proven request says. Never raises: what cannot be read is REFUSED with its reason."""


class Webshop(WebhookSender):
    #: The topics that a subscription set needs for orders.
    order_topics: ClassVar[tuple[str, ...]]
    #: Orders that one request by ids takes; None where the shop lists none by id.
    most_by_id: ClassVar[int | None] = None

    @abstractmethod
    def read_order(self, body: Mapping[str, Any]) -> Order:
        """The normalised order. Raises UnreadableOrder. Decode JSON with `parse_float=Decimal` first."""

    @abstractmethod
    def decode_order(self, raw: bytes) -> Mapping[str, Any]:
        """A stored webhook body as the mapping `read_order` takes. Raises UnreadableOrder."""

    @abstractmethod
    def notice_of(self, body: Mapping[str, Any]) -> Notice:
        """What an order that was fetched or listed says, as `read_notice` says it of a webhook with that body.

        A STATE, of a trashed order too, with the topic "order.listed"; REFUSED with "no_id" without one. Never raises.
        """

    @abstractmethod
    def content(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the body says of the order: equal for two bodies by which the shop says the same.

        Whoever asks, on which way, and what we wrote back make no difference, nor does saving the order once more: its
        date of modification is left out. Only bodies with the same decimals can be compared. Never raises.
        """

    @abstractmethod
    def connect(self, credentials: BaseModel, pace: Pace = UNHURRIED) -> WebshopClient:
        """Opens no connection yet. Raises TypeError for another connector's credentials."""
