"""A connection's settings: what is stored, with what the file names over it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python

from shared.domain.settings import OrderSettings


@dataclass(frozen=True, slots=True)
class Chosen:
    """What settings come to, defaults included."""

    ours: OrderSettings
    books: BaseModel

    @classmethod
    def read(cls, settings: Mapping[str, Any], books: type[BaseModel]) -> Chosen:
        """Raises ValidationError where they make no sense, or are not of this release."""
        return cls(OrderSettings.model_validate(settings), books.model_validate(settings.get("books", {})))

    def fields(self) -> Iterator[tuple[str, object]]:
        for name in OrderSettings.model_fields:
            if name != "books":
                yield name, getattr(self.ours, name)
        for name in type(self.books).model_fields:
            yield f"books.{name}", getattr(self.books, name)

    def changes(self, after: Chosen) -> list[str]:
        """As "shipping_product: none -> 9000", for each field that means something else. Both are of the same books."""
        return [
            f"{name}: {shown(old)} -> {shown(new)}"
            for (name, old), (_, new) in zip(self.fields(), after.fields(), strict=True)
            if old != new
        ]


@dataclass(frozen=True, slots=True)
class Settled:
    #: As they will be saved.
    settings: Mapping[str, Any]
    #: "shipping_product: none -> 9000", one for each field that will mean something else.
    changes: Sequence[str]
    #: Fields that differ from their default, and that the file does not name.
    kept: Sequence[str]


def settle(stored: Mapping[str, Any], named: Mapping[str, Any], books: type[BaseModel]) -> Settled:
    """Raises ValidationError where the two together make no sense."""
    before = _readable(stored, books)
    base = stored if before is not None else {}
    settings = {**base, **named}
    if "books" in base and "books" in named:
        settings["books"] = {**base["books"], **named["books"]}
    after = Chosen.read(settings, books)
    if before is None:
        return Settled(settings, ["the stored settings cannot be read, and are replaced"], ())
    usual = dict(Chosen.read({}, books).fields())
    files = {*named, *(f"books.{name}" for name in named.get("books", {}))}
    kept = [name for name, value in before.fields() if name not in files and value != usual[name]]
    return Settled(settings, before.changes(after), kept)


def _readable(stored: Mapping[str, Any], books: type[BaseModel]) -> Chosen | None:
    try:
        return Chosen.read(stored, books)
    except ValidationError:
        return None


def shown(value: object) -> str:
    """As people read it; what holds several things as JSON, but for a set."""
    if value is None or value in ((), [], {}, frozenset()):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, BaseModel | Mapping | list | tuple):
        return json.dumps(to_jsonable_python(value), ensure_ascii=False)
    return str(value)
