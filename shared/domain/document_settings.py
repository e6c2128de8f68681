"""What the owner chooses order by order: which go at all, what is taken for each, and what stands in its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.domain.choices import Choices
from shared.domain.condition import Condition
from shared.domain.mapping import Fields, Part, Row, Target
from shared.domain.order import Order

#: The choice that is not of the books' own settings.
DOCUMENT = "document"
#: What a choice may name in place of a value: the customer's own in the books.
CUSTOMERS_OWN = "customer"
#: Where the customer has something of his own.
OF_CUSTOMERS = frozenset({"payment_terms", "layout"})

#: What stands in a document's fields where the owner says nothing else.
USUAL_FIELDS: Mapping[str, Sequence[Row]] = {
    "heading": (Row(concat=(Part(const="Order"), Part(fact="number")), **{"with": " "}),),
    "text_1": (Row(fact="customer_note"),),
    "reference": (Row(fact="number"),),
}


class DocumentSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    only: Annotated[
        Condition | None,
        Field(description="Of the orders that would go, only those for which this [condition](mapping.md) holds."),
    ] = None
    choices: Annotated[
        Choices,
        Field(
            description="For a setting of the books (layout, payment_terms, customer_group) or `document`: rows of a"
            " [condition](mapping.md) and what to use; `use: customer` takes the customer's own."
        ),
    ] = {}
    fields: Annotated[
        Fields,
        Field(
            description="What stands in the fields of a document, by [rows](mapping.md); the order's number in heading"
            " and reference, and the customer's note in text_1, unless they are named here."
        ),
    ] = {}

    @field_validator("choices")
    @classmethod
    def _documents_can_be(cls, choices: Choices) -> Choices:
        for row in choices.get(DOCUMENT, ()):
            if row.use not in ("order", "invoice"):
                raise ValueError(f"document is order or invoice, not {row.use}")
        for name in sorted(choices.keys() - OF_CUSTOMERS):
            if any(row.use == CUSTOMERS_OWN for row in choices[name]):
                raise ValueError(
                    f"{name}: a customer has no {name} of his own: use: customer is for payment_terms and layout"
                )
        return choices

    def document_rows(self, targets: Sequence[Target], order: Order) -> Mapping[str, Sequence[Row] | None]:
        """The owner's, over the usual ones of those that the books have.

        Our own reference ends with the order's id: its number stands behind it only where that is another one.
        """
        usual = {one.name for one in targets} & {*USUAL_FIELDS} - ({"reference"} if order.number == order.id else set())
        return {name: USUAL_FIELDS[name] for name in usual} | dict(self.fields)
