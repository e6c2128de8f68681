"""What the owner of a connection chooses for its orders."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.domain.order import Financial, Fulfilment

#: WooCommerce's own words for paid, and for sent.
USUAL_STATES = frozenset({"processing", "completed"})


class OrderSettings(BaseModel):
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
    document: Annotated[Literal["order", "invoice"], Field(description="What is made of an order: a draft of it.")] = (
        "invoice"
    )
    document_date: Annotated[
        Literal["order", "paid", "fulfilled", "today"],
        Field(description="Of which day the document is; of the order's where it was not paid or fulfilled yet."),
    ] = "order"
    customers: Annotated[
        Literal["by_email", "default"], Field(description="Each customer by e-mail, or one for all orders.")
    ] = "by_email"
    default_customer: Annotated[
        str | None, Field(description="The customer's number in the books, for orders without an e-mail, or for all.")
    ] = None
    create_customers: Annotated[bool, Field(description="Make a customer whose e-mail the books do not have.")] = True
    create_products: Annotated[bool, Field(description="Make a product whose number the books do not have.")] = False
    shipping_product: Annotated[str | None, Field(description="The product's number for shipping lines.")] = None
    fee_product: Annotated[str | None, Field(description="The product's number for fees.")] = None
    time_zone: Annotated[str, Field(description="In which days are told.")] = "Europe/Copenhagen"
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

    @property
    def states(self) -> frozenset[str] | None:
        """The allowed ones; None where a trigger was chosen."""
        if self.trigger is not None:
            return None
        return USUAL_STATES if self.allowed_states is None else self.allowed_states

    @model_validator(mode="after")
    def _default_is_there(self) -> OrderSettings:
        if self.customers == "default" and not self.default_customer:
            raise ValueError("customers: default needs default_customer, a customer's number in the books")
        return self
