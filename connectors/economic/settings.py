"""What the owner chooses for his documents in e-conomic, each by its number there."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[int, Field(ge=1, le=999_999_999)]


class Settings(BaseModel):
    """All of it may be left out.

    `layout` and `payment_terms` are then the books' own (`fill_settings`). The two groups are asked for only when a
    customer or a product is to be made: which one is right nobody can guess, since it decides on accounts and VAT.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: Number | None = None
    payment_terms: Number | None = None
    #: Of documents whose plan names none, and of new customers.
    #: 1 domestic with VAT, 2 EU, 3 abroad, 4 domestic without VAT, 8 and up country specific.
    vat_zone: Number = 1
    customer_group: Number | None = None
    product_group: Number | None = None
    #: On every line with a product, and on products that are made.
    unit: Number | None = None


def as_settings(settings: BaseModel) -> Settings:
    """Raises TypeError for those of another connector."""
    if not isinstance(settings, Settings):
        raise TypeError("settings of another connector")
    return settings
