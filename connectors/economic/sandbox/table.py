"""A collection of entities by their key, sorted by it, with indexes for the fields that are looked up most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", int, str)
Entity = dict[str, Any]


def value_at(entity: Mapping[str, Any], name: str) -> Any:
    """The value of a field by its dotted name; None where it or its parent is missing."""
    value: Any = entity
    for part in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


class Table(Generic[Key]):
    """`indexed`: dotted names of text fields; case does not matter in them."""

    def __init__(self, *indexed: str) -> None:
        self._rows: dict[Key, Entity] = {}
        self._sorted: list[Key] | None = None
        self._indexes: dict[str, defaultdict[str, set[Key]]] = {name: defaultdict(set) for name in indexed}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def get(self, key: Key) -> Entity | None:
        return self._rows.get(key)

    def put(self, key: Key, entity: Entity) -> None:
        if key in self._rows:
            self._unindex(key)
        else:
            self._sorted = None
        self._rows[key] = entity
        for name, index in self._indexes.items():
            if isinstance(value := value_at(entity, name), str):
                index[value.lower()].add(key)

    def remove(self, key: Key) -> Entity:
        self._unindex(key)
        self._sorted = None
        return self._rows.pop(key)

    def all(self) -> list[Entity]:
        """In the order of the keys."""
        if self._sorted is None:
            self._sorted = sorted(self._rows)
        return [self._rows[key] for key in self._sorted]

    def keys(self) -> Iterable[Key]:
        return self._rows.keys()

    def is_indexed(self, name: str) -> bool:
        return name in self._indexes

    def with_values(self, name: str, values: Sequence[str]) -> list[Entity]:
        """Those whose indexed field is one of the values, case aside, in the order of the keys."""
        index = self._indexes[name]
        keys = {key for value in values if value.lower() in index for key in index[value.lower()]}
        return [self._rows[key] for key in sorted(keys)]

    def _unindex(self, key: Key) -> None:
        for name, index in self._indexes.items():
            if isinstance(value := value_at(self._rows[key], name), str):
                index[value.lower()].discard(key)
                if not index[value.lower()]:
                    del index[value.lower()]
