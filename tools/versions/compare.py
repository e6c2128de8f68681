"""What differs between two versions of a connection's settings: by what they mean, else by what was saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from connectors.registry import UnknownConnector, accounting
from shared.store.versions import SettingsVersion
from tools.apply.settings import Chosen, shown


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A version that this release cannot read."""

    version: int
    why: str

    def says(self) -> str:
        return f"version {self.version} cannot be read by this release ({self.why})"


@dataclass(frozen=True, slots=True)
class Difference:
    """`changes` as "shipping_product: none -> 9000"; of what was saved, word for word, where one is `unreadable`."""

    changes: Sequence[str]
    unreadable: Sequence[Unreadable] = ()


class Comparer:
    """Of the versions of one connection, whose books are of `kind`."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def first(self, version: SettingsVersion) -> Difference:
        """Against what somebody has who chooses nothing."""
        return self._difference({}, version.settings, self._read_all(version))

    def between(self, before: SettingsVersion, after: SettingsVersion) -> Difference:
        return self._difference(before.settings, after.settings, self._read_all(before, after))

    def unreadable(self, version: SettingsVersion) -> Unreadable | None:
        return next(iter(self._read_all(version)), None)

    def _difference(
        self, before: Mapping[str, Any], after: Mapping[str, Any], unreadable: Sequence[Unreadable]
    ) -> Difference:
        if unreadable:
            return Difference(list(_raw_changes(before, after)), unreadable)
        return Difference(self._chosen(before).changes(self._chosen(after)))

    def _read_all(self, *versions: SettingsVersion) -> list[Unreadable]:
        found = []
        for one in versions:
            try:
                self._chosen(one.settings)
            except ValidationError as error:
                found.append(Unreadable(one.version, _why(error)))
            except UnknownConnector as error:
                found.append(Unreadable(one.version, str(error)))
        return found

    def _chosen(self, settings: Mapping[str, Any]) -> Chosen:
        return Chosen.read(settings, accounting(self._kind).Settings)


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return f"{where}: it has no such setting"
    says = first["msg"].removeprefix("Value error, ")
    return f"{where}: {says}" if where else says


def _raw_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    old, new = _flat(before), _flat(after)
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name}: {shown(old.get(name))} -> {shown(new.get(name))}"


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    books = settings.get("books")
    if not isinstance(books, Mapping):
        return dict(settings)
    ours = {name: value for name, value in settings.items() if name != "books"}
    return ours | {f"books.{name}": value for name, value in books.items()}
