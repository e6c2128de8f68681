"""What the owner chooses for the lines of a document, and for bringing it to the order's totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticKnownError

from shared.domain.pricing import Role
from shared.domain.totals import Strictness
from shared.domain.values import EmptyIsNone

ZERO = Decimal(0)


def _as_number(key: object) -> object:
    """Keys of JSON are text."""
    try:
        return Decimal(key) if isinstance(key, str) else key
    except InvalidOperation:
        raise PydanticKnownError("decimal_parsing") from None


#: A rate of VAT in percent.
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=11, decimal_places=8), BeforeValidator(_as_number)]
#: Blanks around it do not count.
ProductNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

#: Or none: older releases kept an empty text for that.
MaybeProduct = Annotated[ProductNumber | None, EmptyIsNone]

#: Role -> the setting that names its product.
PRODUCT_SETTINGS: Mapping[Role, str] = {
    Role.PRODUCT: "unnumbered_product",
    Role.SHIPPING: "shipping_product",
    Role.FEE: "fee_product",
    Role.DISCOUNT: "discount_product",
    Role.GIFT_CARD: "gift_card_product",
    Role.CLOSING: "closing_product",
}
#: Whose product has no VAT, unless there is one by rate.
WITHOUT_VAT = frozenset({Role.GIFT_CARD, Role.CLOSING})
#: What may have a product for each rate.
BY_RATE = frozenset({Role.PRODUCT, Role.SHIPPING, Role.FEE, Role.DISCOUNT, Role.CLOSING})


class LineSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    unnumbered_product: Annotated[
        MaybeProduct,
        Field(description="The product's number for what has none in the shop, or was deleted there."),
    ] = None
    shipping: Annotated[
        bool,
        Field(description="Shipping goes along. Without it the document comes to the order's total less shipping."),
    ] = True
    shipping_product: Annotated[MaybeProduct, Field(description="The product's number for shipping lines.")] = None
    shipping_products: Annotated[
        dict[str, ProductNumber],
        Field(description="In place of shipping_product, by the shop's code of the shipping method (flat_rate)."),
    ] = {}
    fee_product: Annotated[MaybeProduct, Field(description="The product's number for fees.")] = None
    fee_products: Annotated[
        dict[str, ProductNumber],
        Field(
            description="In place of fee_product, by the fee's name in the shop: tips, cash rounding and gift cards may"
            " be fees, too."
        ),
    ] = {}
    discounts: Annotated[
        Literal["in_price", "percent", "line"],
        Field(
            description="A line's discount: inside its price; as percent beside the full price, where two decimals can"
            " say it; or as a line of its own for each VAT rate."
        ),
    ] = "in_price"
    discount_product: Annotated[MaybeProduct, Field(description="The product's number for discounts: line.")] = None
    discount_text: Annotated[str, Field(description="What discounts: line says; the coupons' codes follow.")] = (
        "Discount"
    )
    gift_card_product: Annotated[
        MaybeProduct,
        Field(
            description="The product's number for gift cards, sold ones that have no number of their own in the shop,"
            " and used ones where they are a line. Its group is one without VAT."
        ),
    ] = None
    gift_cards_used: Annotated[
        Literal["payment", "line"],
        Field(
            description="A gift card that was used is a way to pay, and the document comes to what was bought; or it is"
            " a line that takes it off."
        ),
    ] = "payment"
    gift_card_text: Annotated[str, Field(description="What a used gift card's line says; its code follows.")] = (
        "Gift card"
    )
    bundle_parts: Annotated[
        Literal["shown", "text", "hidden"],
        Field(description="Parts of a bundle that cost nothing: lines with their product, lines of text, or left out."),
    ] = "shown"
    zero_lines: Annotated[Literal["kept", "dropped"], Field(description="Other lines that come to nothing.")] = "kept"
    products_by_rate: Annotated[
        dict[Role, dict[Percent, ProductNumber]],
        Field(
            description="Products by VAT rate in percent, for kinds of lines that have different rates: shipping, fee,"
            " discount, closing, and product for what has no number."
        ),
    ] = {}
    closing: Annotated[
        Strictness,
        Field(
            description="What has to be met where prices of two decimals do not come to the order's totals. smallest:"
            " gross, net and VAT by the smallest lines, else gross; exact: all three, or nothing is sent; gross: one"
            " line without VAT at most."
        ),
    ] = Strictness.SMALLEST
    closing_product: Annotated[
        MaybeProduct,
        Field(description="The product's number for what closes a document without VAT; its group is one without VAT."),
    ] = None
    closing_text: Annotated[str, Field(min_length=1, description="What closing lines say.")] = "Rounding"
    closing_limit: Annotated[
        Decimal,
        Field(
            ge=0,
            le=100,
            decimal_places=2,
            description="How much closing lines may come to together, in the order's currency.",
        ),
    ] = Decimal("0.10")
    split_lines: Annotated[
        bool,
        Field(
            description="A line whose price times quantity misses its sum becomes two: 7 for 1.99 with 25 % VAT go as"
            " 6 x 1.59 and 1 x 1.60."
        ),
    ] = True

    @field_validator("products_by_rate", mode="before")
    @classmethod
    def _name_each_rate_once(cls, products: Any) -> Any:
        """25 and 25.0 are one key once they are read, and the last would win."""
        if isinstance(products, Mapping):
            for role, by_rate in products.items():
                for one, other in _same_rates(by_rate if isinstance(by_rate, Mapping) else ()):
                    raise ValueError(f"{role} names '{one}' and '{other}', which are the same rate: leave one out")
        return products

    @field_validator("products_by_rate")
    @classmethod
    def _are_kinds_of_their_own(cls, products: dict[Role, dict[Decimal, str]]) -> dict[Role, dict[Decimal, str]]:
        others = sorted({*products} - BY_RATE)
        if others:
            raise ValueError(f"{others[0]} lines have no product by rate; these have: {', '.join(sorted(BY_RATE))}")
        return products

    def named_products(self) -> Iterator[tuple[str, str, Decimal | None]]:
        """(setting, product's number, the VAT rate in percent that it must have; None for any)."""
        for role, setting in PRODUCT_SETTINGS.items():
            if number := getattr(self, setting):
                yield setting, number, ZERO if role in WITHOUT_VAT else None
        for setting in ("shipping_products", "fee_products"):
            yield from ((f"{setting}.{name}", number, None) for name, number in getattr(self, setting).items())
        for role, by_rate in self.products_by_rate.items():
            for percent, number in by_rate.items():
                yield f"products_by_rate.{role}.{percent.normalize():f}", number, percent

    def product_for(self, role: Role, percent: Decimal, *, name: str = "") -> str | None:
        """The number of the product of a line that is none of the shop's own; `name`: shipping method, or fee.

        What the owner chose for the rate goes before what he chose for the name, and that before the rest.
        """
        by_rate = self.products_by_rate.get(role, {})
        by_name = {Role.SHIPPING: self.shipping_products, Role.FEE: self.fee_products}.get(role, {})
        chosen: str | None = getattr(self, PRODUCT_SETTINGS[role])
        return by_rate.get(percent) or by_name.get(name) or chosen


def _same_rates(keys: Iterable[object]) -> Iterator[tuple[object, object]]:
    """Pairs that are one number; what is none is for others to refuse."""
    known: dict[Decimal, object] = {}
    for key in keys:
        try:
            rate = Decimal(str(key))
        except InvalidOperation:
            continue
        if rate.is_finite() and (first := known.setdefault(rate, key)) is not key:
            yield first, key
