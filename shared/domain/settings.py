"""What the owner of a connection chooses for its orders."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class OrderSettings(BaseModel):
    """Every field has a default that suits most shops, but for what only the owner's books can say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allowed_states: Annotated[
        frozenset[str], Field(description="An order goes into the books when it is in one of these states of the shop.")
    ] = frozenset({"processing", "completed"})
    document: Annotated[Literal["order", "invoice"], Field(description="What is made of an order: a draft of it.")] = (
        "invoice"
    )
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
    time_zone: Annotated[str, Field(description="In which the day of an order is told.")] = "Europe/Copenhagen"
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
    def _default_is_there(self) -> OrderSettings:
        if self.customers == "default" and not self.default_customer:
            raise ValueError("customers: default needs default_customer, a customer's number in the books")
        return self
