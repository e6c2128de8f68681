"""A connection's settings: what is stored, with what the file names over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.domain.settings import OrderSettings

M = TypeVar("M", bound=BaseModel)


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
    before = _read(stored, books)
    base = stored if before is not None else {}
    settings = {**base, **named}
    if "books" in base and "books" in named:
        settings["books"] = {**base["books"], **named["books"]}
    after = OrderSettings.model_validate(settings), books.model_validate(settings.get("books", {}))
    if before is None:
        return Settled(settings, ["the stored settings cannot be read, and are replaced"], ())
    changes = [
        f"{name}: {_shown(old)} -> {_shown(new)}"
        for (name, old), (_, new) in zip(_fields(before), _fields(after), strict=True)
        if old != new
    ]
    usual = dict(_fields((OrderSettings(), books())))
    files = {*named, *(f"books.{name}" for name in named.get("books", {}))}
    kept = [name for name, value in _fields(before) if name not in files and value != usual[name]]
    return Settled(settings, changes, kept)


def _read(stored: Mapping[str, Any], books: type[M]) -> tuple[OrderSettings, M] | None:
    try:
        return OrderSettings.model_validate(stored), books.model_validate(stored.get("books", {}))
    except ValidationError:
        return None


def _fields(settings: tuple[OrderSettings, BaseModel]) -> Iterator[tuple[str, object]]:
    ours, books = settings
    for name in OrderSettings.model_fields:
        if name != "books":
            yield name, getattr(ours, name)
    for name in type(books).model_fields:
        yield f"books.{name}", getattr(books, name)


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(sorted(map(str, value))) or "none" if isinstance(value, frozenset) else str(value)
