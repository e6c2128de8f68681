"""What the owner chooses for customers: how one is found, made and kept up to date."""

from __future__ import annotations

from typing import Annotated, Literal

import babel
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.domain.contact import FIELDS
from shared.domain.document import CustomerKey
from shared.domain.mapping import Fields, Rows, Target, check
from shared.domain.values import EmptyIsNone

_Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
CustomerNumber = _Filled

#: By which somebody is found or reached: without its end it would be another one's.
UNCUT = frozenset({"email", "company_number", "vat_number", "ean", "p_number", "public_entry_number"})
#: Longer texts are cut, or refused, by the connector, which knows what its books hold.
CONTACT_TARGETS = tuple(
    Target(
        name=name,
        kind="text",
        limit=510,
        lines=name == "address",
        whole=name in UNCUT,
        description=f"The customer's {name}.",
    )
    for name in FIELDS
)
NUMBER_TARGET = Target(
    name="customer_number", kind="text", limit=40, whole=True, description="The customer's number in the books."
)


def _field(name: str) -> str:
    if name not in FIELDS:
        raise ValueError(f"customers have no field {name!r}; there are {', '.join(FIELDS)}")
    return name


def _language(name: str) -> str:
    try:
        babel.Locale.parse(name, sep="-" if "-" in name else "_")
    except (babel.UnknownLocaleError, ValueError):
        raise ValueError(f"{name!r} is no language; write it like da, en or pt_BR") from None
    return name


CustomerField = Annotated[str, AfterValidator(_field)]


class NumberRange(BaseModel):
    """Of customers' numbers, both ends included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _goes_up(self) -> NumberRange:
        if self.last < self.first:
            raise ValueError("the range ends before it begins")
        return self


class CustomerSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    customers: Annotated[
        Literal["by_email", "by_number", "by_company_number", "by_phone", "default"],
        Field(description="By what a customer is found in the books; or one, default_customer, for all orders."),
    ] = "by_email"
    customer_number: Annotated[
        Rows,
        Field(
            description="Where a customer's number comes from ([rows](mapping.md)), for by_number and for new ones; the"
            " books give one where it is left out."
        ),
    ] = None
    default_customer: Annotated[
        CustomerNumber | None,
        EmptyIsNone,
        Field(description="The customer's number in the books, for orders that do not say who bought, or for all."),
    ] = None
    guests: Annotated[
        Literal["own", "default"],
        Field(description="Who buys without an account in the shop: a customer like all others, or default_customer."),
    ] = "own"
    linked_customers: Annotated[
        dict[_Filled, CustomerNumber],
        Field(
            description="Customers who are known: the shop's number of the customer, or the e-mail -> the customer's"
            " number in the books."
        ),
    ] = {}
    several_customers: Annotated[
        Literal["ask", "lowest", "default"],
        Field(
            description="Where several customers of the books fit: the order waits, the lowest number that is not"
            " barred is taken, or default_customer."
        ),
    ] = "ask"
    create_customers: Annotated[bool, Field(description="Make a customer whom the books do not have.")] = True
    new_customer_numbers: Annotated[
        NumberRange | None,
        Field(
            description="From which `first` to which `last` number new customers get theirs: the one behind the highest"
            " that is taken; the books give one where neither this nor customer_number does."
        ),
    ] = None
    new_customer_fields: Annotated[
        frozenset[CustomerField] | None,
        Field(description="What a new customer gets of the order beside the name; everything where it is left out."),
    ] = None
    update_customers: Annotated[
        frozenset[CustomerField],
        Field(description="What is brought up to date with each order; nothing is ever emptied."),
    ] = frozenset()
    customer_fields: Annotated[
        Fields,
        Field(description="Fields of customers that come from elsewhere in the order, by [rows](mapping.md)."),
    ] = {}
    language: Annotated[
        str,
        AfterValidator(_language),
        Field(description="Of the countries' names in documents and on customers: da, en, de."),
    ] = "da"
    attention_text: Annotated[str, Field(description="What stands before the name of a person at a company.")] = "Att."

    @property
    def customer_key(self) -> CustomerKey | None:
        """None where all orders go to one."""
        return None if self.customers == "default" else CustomerKey(self.customers.removeprefix("by_"))

    @model_validator(mode="after")
    def _default_customer_is_there(self) -> CustomerSettings:
        for name in ("customers", "guests", "several_customers"):
            if getattr(self, name) == "default" and not self.default_customer:
                raise ValueError(f"{name}: default needs default_customer, a customer's number in the books")
        if self.customers == "by_number" and self.customer_number is None:
            raise ValueError("customers: by_number needs customer_number, the rows that say where it comes from")
        return self

    @model_validator(mode="after")
    def _links_are_one_each(self) -> CustomerSettings:
        """Capitals in an e-mail address make nobody else of it."""
        if len({known.lower() for known in self.linked_customers}) < len(self.linked_customers):
            raise ValueError("linked_customers names somebody twice, once in other letters: leave one of them")
        return self

    @model_validator(mode="after")
    def _one_source_of_numbers(self) -> CustomerSettings:
        if self.new_customer_numbers is not None and self.customer_number is not None:
            raise ValueError("new_customer_numbers and customer_number both say where numbers come from: choose one")
        return self

    @model_validator(mode="after")
    def _customer_fields_can_be(self) -> CustomerSettings:
        if "name" in self.customer_fields and self.customer_fields["name"] is None:
            raise ValueError("customer_fields: every customer has a name: say where it comes from, or leave it out")
        complaints = check(self.customer_fields, CONTACT_TARGETS)
        if self.customer_number is not None:
            complaints += check({NUMBER_TARGET.name: self.customer_number}, [NUMBER_TARGET])
        if complaints:
            raise ValueError(complaints[0])
        return self
