"""What the owner of a connection chooses for its orders."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.domain.customer_settings import CustomerSettings
from shared.domain.document import SendBy
from shared.domain.document_settings import DOCUMENT, DocumentSettings
from shared.domain.job_settings import JobSettings
from shared.domain.line_settings import LineSettings, MaybeProduct
from shared.domain.order import Financial, Fulfilment
from shared.domain.zone_settings import ZoneSettings

#: WooCommerce's own words for paid, and for sent.
USUAL_STATES = frozenset({"processing", "completed"})


class Handling(BaseModel):
    """What becomes of an order in the books. Handlings have an order among them, which a document only climbs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: Annotated[Literal["order", "invoice"], Field(description="What is made of an order: a draft of it.")] = (
        "invoice"
    )
    book: Annotated[bool, Field(description="The invoice is booked, once its totals agree with the order's.")] = False

    @model_validator(mode="after")
    def _can_be_booked(self) -> Handling:
        _check_can_be_booked(self.document, self.book)
        return self

    @property
    def rung(self) -> int:
        """0 an order, 1 an invoice, 2 a booked invoice."""
        return rung(self.document, is_booked=self.book)


def _check_can_be_booked(document: str, book: bool) -> None:
    if book and document != "invoice":
        raise ValueError("only an invoice can be booked: choose document: invoice, or leave book out")


def rung(document: str, *, is_booked: bool) -> int:
    """How far a document has come; see `Handling`."""
    return 0 if document == "order" else 1 + is_booked


Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
ExchangeRate = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=6)]


class OrderSettings(DocumentSettings, ZoneSettings, LineSettings, CustomerSettings, BaseModel):
    """Every field has a default that suits most shops, but for what only the owner's books can say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allowed_states: Annotated[
        frozenset[str] | None,
        Field(
            description="An order goes into the books when it is in one of these states of the shop, its own words;"
            " processing and completed where neither this nor `trigger` is chosen."
        ),
    ] = None
    trigger: Annotated[
        Literal["paid", "fulfilled", "updated"] | None,
        Field(description="Or: it goes when it is paid, when it is fulfilled, or when the filters below match."),
    ] = None
    financial: Annotated[
        frozenset[Financial], Field(description="For `trigger: updated`: one of these, as far as paying goes.")
    ] = frozenset()
    fulfilment: Annotated[
        frozenset[Fulfilment], Field(description="For `trigger: updated`: and one of these, as far as sending goes.")
    ] = frozenset()
    cancelled: Annotated[bool, Field(description="Cancelled orders go, too, if their moment had come.")] = False
    zero_totals: Annotated[bool, Field(description="Orders that come to nothing go, too.")] = True
    test_orders: Annotated[bool, Field(description="Orders that the shop calls a test go, too.")] = False
    by_state: Annotated[
        dict[str, Handling] | None,
        Field(
            description="In place of allowed_states, document and book: for each state of the shop what becomes of an"
            " order that reaches it. A document only climbs: order, invoice, booked invoice."
        ),
    ] = None
    document: Annotated[Literal["order", "invoice"], Field(description="What is made of an order: a draft of it.")] = (
        "invoice"
    )
    book: Annotated[
        bool,
        Field(description="The invoice is booked, once its totals agree with the order's. That cannot be undone."),
    ] = False
    send_by: Annotated[
        SendBy,
        Field(description="How the books send the booked invoice to the customer; the shop's mails go as ever."),
    ] = SendBy.NONE
    booked_number: Annotated[
        Literal["next", "order"],
        Field(description="The number of a booked invoice: the books' next one, or the order's, which may be taken."),
    ] = "next"
    document_date: Annotated[
        Literal["order", "paid", "fulfilled", "today"],
        Field(description="Of which day the document is; of the order's where it was not paid or fulfilled yet."),
    ] = "order"
    closed_period_days: Annotated[
        int,
        Field(
            ge=0,
            le=366,
            description="Where that day lies in a closed period or year of the books: by how many days the document may"
            " be dated later. 0: it does not go.",
        ),
    ] = 0
    create_products: Annotated[bool, Field(description="Make a product whose number the books do not have.")] = False
    fallback_product: Annotated[
        MaybeProduct,
        Field(
            description="The product's number in place of one that is barred in the books, or that they do not have and"
            " is not made."
        ),
    ] = None
    exchange_rates: Annotated[
        dict[Currency, ExchangeRate],
        Field(
            description="What 100 units of a currency cost in the books' own (EUR: 745.95); the books' own rate of the"
            " day for those that are not named."
        ),
    ] = {}
    write_back: Annotated[
        Literal["none", "note", "field"],
        Field(
            description="How the shop is told which document the order has, its number and whether it is a draft or"
            " booked: by a private note beside the order, or in its custom field `_shopledger_document`."
        ),
    ] = "none"
    time_zone: Annotated[str, Field(description="In which days are told, and jobs come at their times.")] = (
        "Europe/Copenhagen"
    )
    jobs: Annotated[JobSettings, Field(description="When the shop is looked at beside its webhooks.")] = JobSettings()
    books: Annotated[
        dict[str, Any], Field(description="What only these books know: layout, payment terms, VAT zone, groups.")
    ] = {}

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{name!r} is no time zone; write it like Europe/Copenhagen") from None
        return name

    @model_validator(mode="after")
    def _one_way(self) -> OrderSettings:
        has_filters = bool(self.financial or self.fulfilment)
        if self.trigger is not None and self.allowed_states is not None:
            raise ValueError("choose allowed_states or a trigger, not both")
        if self.trigger == "updated" and not has_filters:
            raise ValueError("trigger: updated needs a filter (financial, fulfilment or both), else any order would go")
        if has_filters and self.trigger != "updated":
            raise ValueError("financial and fulfilment are filters of trigger: updated")
        return self

    @model_validator(mode="after")
    def _one_handling(self) -> OrderSettings:
        if self.by_state is None:
            _check_can_be_booked(self.document, self.book)
        elif not self.by_state:
            raise ValueError("by_state names no state: name one, or leave it out")
        elif self.trigger is not None or self.allowed_states is not None:
            raise ValueError("by_state names the states itself: leave allowed_states and trigger out")
        elif {"document", "book"} & self.model_fields_set:
            raise ValueError("with by_state, document and book are said for each state: leave them out beside it")
        elif DOCUMENT in self.choices:
            raise ValueError("choices.document: by_state says for each state what is made: leave one of them out")
        if self.allowed_states is not None and not self.allowed_states:
            raise ValueError("allowed_states names no state: name one, or leave it out")
        for state in (*(self.allowed_states or ()), *(self.by_state or ())):
            if not state or state != state.strip():
                raise ValueError(
                    f"{state!r} is no state of a shop: write it as the shop does, without blanks around it"
                )
        is_booked = self.book or any(one.book for one in (self.by_state or {}).values())
        if not is_booked and (self.send_by != SendBy.NONE or self.booked_number != "next"):
            raise ValueError("send_by and booked_number are for what is booked: choose book: true, or leave them out")
        return self

    @property
    def states(self) -> frozenset[str] | None:
        """The allowed ones; None where a trigger was chosen."""
        if self.trigger is not None:
            return None
        if self.by_state is not None:
            return frozenset(self.by_state)
        return USUAL_STATES if self.allowed_states is None else self.allowed_states

    @property
    def handlings(self) -> Collection[Handling]:
        """All that can become of an order."""
        return [Handling(document=self.document, book=self.book)] if self.by_state is None else self.by_state.values()

    def handling(self, state: str) -> Handling | None:
        """What becomes of an order that reached that state of the shop; None where `by_state` names other states."""
        if self.by_state is None:
            return Handling(document=self.document, book=self.book)
        return self.by_state.get(state)
