"""What a connection's choices and fields name: settings and fields that these books have, and values they can take.

What is wrong whatever the books hold is found without asking them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from pydantic import BaseModel, ValidationError

from connectors.accounting import Accounting, AccountingClient
from shared.domain.document_settings import CUSTOMERS_OWN, DOCUMENT
from shared.domain.findings import Finding, Level
from shared.domain.mapping import check
from shared.domain.settings import OrderSettings
from tools.cli.words import there_are

#: What lets something be made -> the setting of the books for the group in which it is, which nobody can guess.
GROUPS: Mapping[str, str] = {"create_products": "product_group", "create_customers": "customer_group"}


@dataclass(frozen=True, slots=True)
class Wrong:
    #: Where in the settings: ("choices", "layout", 0, "use"), with rows counted from 0.
    at: tuple[str | int, ...]
    says: str

    @property
    def setting(self) -> str:
        """As people read it: "choices.layout, row 1"."""
        rows = [f", row {part + 1}" for part in self.at if isinstance(part, int)]
        return ".".join(part for part in self.at if isinstance(part, str) and part != "use") + "".join(rows)

    @property
    def finding(self) -> Finding:
        remedy = "Put it right in the file, and apply it again."
        return Finding(Level.FAILING, "settings", f"{self.setting}: {self.says}.", remedy)


def wrong(connector: Accounting, settings: OrderSettings) -> Iterator[Wrong]:
    """Raises ValidationError where `books` is none of that connector."""
    yield from _choices(connector.Settings, settings)
    for name, rows in settings.fields.items():
        for complaint in check({name: rows}, connector.document_fields):
            yield Wrong(("fields", name), complaint.removeprefix(name).removeprefix(":").removeprefix(",").lstrip())
    books = connector.Settings.model_validate(settings.books)
    for setting in _named_to_be_made(settings):
        group = GROUPS[setting]
        if _is_open(books, group) and group not in settings.choices:
            says = f"nothing says in which group: name {group} under books, choose it by choices.{group}, or set"
            yield Wrong((setting,), f"{says} {setting}: false")


def with_chosen_groups(books: BaseModel, settings: OrderSettings) -> BaseModel:
    """With the first group that a choice names, where the settings name none of their own."""
    named = {
        group: settings.choices[group][0].use
        for group in GROUPS.values()
        if group in settings.choices and _is_open(books, group)
    }
    return type(books).model_validate(books.model_dump() | named)


def check_groups(settings: OrderSettings, books: BaseModel) -> Iterator[Finding]:
    """Choices of a group that leave some orders without one."""
    for setting in _to_be_made(settings):
        rows = settings.choices.get(GROUPS[setting], ())
        if rows and rows[-1].when is not None and _is_open(books, GROUPS[setting]):
            says = f"{setting}: none can be made for orders for which no row of choices.{GROUPS[setting]} holds."
            remedy = f"Name {GROUPS[setting]} under books, too, or let the last row have no `when`."
            yield Finding(Level.WARNING, "settings", says, remedy)


def check_uses(connector: Accounting, client: AccountingClient, settings: OrderSettings) -> Iterator[Finding]:
    """The books have what choices name, each value asked for once. Raises nothing."""
    own = connector.Settings.model_validate(settings.books)
    uses = {name: _uses(connector.Settings, settings, name, own) for name in settings.choices if name != DOCUMENT}
    for values in zip_longest(*uses.values()):
        picked = {name: value for name, value in zip(uses, values, strict=True) if value is not None}
        for found in client.check_settings(connector.Settings.model_validate(picked)):
            name = found.says.partition(":")[0]
            if name in picked:
                yield replace(found, says=f"choices.{found.says}")
            elif name not in connector.Settings.model_fields:  # it could not be found out
                yield found
                return


def _choices(books: type[BaseModel], settings: OrderSettings) -> Iterator[Wrong]:
    for name, rows in settings.choices.items():
        if name == DOCUMENT:
            continue
        if name not in books.model_fields:
            known = there_are(name, [*books.model_fields, DOCUMENT])
            yield Wrong(("choices", name), f"these books have no such setting to choose{known}")
            continue
        for at, row in enumerate(rows):
            if row.use != CUSTOMERS_OWN and (problem := _problem(books, {name: row.use})):
                yield Wrong(("choices", name, at, "use"), f"{row.use!r} is no value of {name}: it {problem}")


def _problem(books: type[BaseModel], choice: Mapping[str, Any]) -> str:
    try:
        books.model_validate(choice)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
        is_whole = found["type"] in ("int_type", "int_parsing", "int_from_float")
        return "must be a whole number" if is_whole else found["msg"].replace("Input should be", "must be")
    return ""


def _uses(books: type[BaseModel], settings: OrderSettings, name: str, own: BaseModel) -> Sequence[object]:
    """Without what the settings name themselves, which is asked for anyway."""
    uses = [row.use for row in settings.choices[name] if row.use != CUSTOMERS_OWN]
    read = [getattr(books.model_validate({name: use}), name) for use in uses]
    return [use for use in dict.fromkeys(read) if use != getattr(own, name)]


def _to_be_made(settings: OrderSettings) -> Iterator[str]:
    if settings.create_products:
        yield "create_products"
    if settings.create_customers and settings.customer_key is not None:
        yield "create_customers"


def _named_to_be_made(settings: OrderSettings) -> Iterator[str]:
    """What the owner said himself: customers may be made where he says nothing, and he may have all of them."""
    yield from (setting for setting in _to_be_made(settings) if setting in settings.model_fields_set)


def _is_open(books: BaseModel, group: str) -> bool:
    return group in type(books).model_fields and getattr(books, group) is None
