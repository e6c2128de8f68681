"""The first look at a body: types, nulls, lengths, what must be there. What a shape does not name is ignored."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.economic.sandbox.problems import Code, Path, Problems

#: Of any amount, quantity or rate.
LARGEST = 999_999_999_999

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Rule(ABC):
    """What one property may hold. `read` returns the value without what is ignored; problems are noted, not raised."""

    required = False

    @abstractmethod
    def read(self, value: Any, path: Path, problems: Problems) -> Any: ...


@dataclass(frozen=True, slots=True)
class Text(Rule):
    """`limit` and `shortest` in UTF-16 units, of which an emoji has two."""

    limit: int | None = None
    required: bool = False
    shortest: int = 0
    choices: tuple[str, ...] = ()

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        if not isinstance(value, str):
            _wrong_type(problems, path, "String", value)
        elif self.limit is not None and _units(value) > self.limit:
            problems.add(path, f"Longer than {self.limit} characters.", value=value)
        elif _units(value) < self.shortest:
            problems.add(path, f"Shorter than {self.shortest} characters.", value=value)
        elif self.choices and value not in self.choices:
            problems.add(path, f"Not one of {', '.join(self.choices)}.", value=value)
        return value


@dataclass(frozen=True, slots=True)
class Day(Rule):
    """A date, YYYY-MM-DD; read as `date`."""

    required: bool = False

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        if not isinstance(value, str):
            _wrong_type(problems, path, "String", value)
            return None
        try:
            if _DATE.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        problems.add(path, "Not a date like YYYY-MM-DD.", value=value)
        return None


@dataclass(frozen=True, slots=True)
class Whole(Rule):
    least: int | None = None
    most: int | None = None
    required: bool = False

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            _wrong_type(problems, path, "Integer", value)
        elif self.least is not None and value < self.least:
            problems.add(path, f"Less than {self.least}.", value=value)
        elif self.most is not None and value > self.most:
            problems.add(path, f"More than {self.most}.", value=value)
        return value


@dataclass(frozen=True, slots=True)
class Number(Rule):
    """Read as Decimal."""

    required: bool = False

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            _wrong_type(problems, path, "Number", value)
        elif abs(Decimal(value)) > LARGEST:
            problems.add(path, f"More than {LARGEST}.")
        else:
            return Decimal(value)
        return None


@dataclass(frozen=True, slots=True)
class Flag(Rule):
    required: bool = False

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        if not isinstance(value, bool):
            _wrong_type(problems, path, "Boolean", value)
        return value


@dataclass(frozen=True, slots=True)
class Shape(Rule):
    fields: Mapping[str, Rule]
    required: bool = False

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        if not isinstance(value, dict):
            _wrong_type(problems, path, "Object", value)
            return None
        read = {}
        for name, rule in self.fields.items():
            if name in value:
                read[name] = rule.read(value[name], (*path, name), problems)
            elif rule.required:
                problems.add((*path, name), f"{name} is missing a value", Code.MISSING_VALUE)
        return read


@dataclass(frozen=True, slots=True)
class Rows(Rule):
    row: Shape
    required: bool = False

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        if not isinstance(value, list):
            _wrong_type(problems, path, "Array", value)
            return None
        return [self.row.read(item, (*path, index), problems) for index, item in enumerate(value)]


def reference(name: str, rule: Rule, *, required: bool = False) -> Shape:
    """Another resource, by its number or by its `self` link."""
    return Shape({name: rule, "self": Text()}, required)


def read_body(shape: Shape, body: Any) -> dict[str, Any]:
    """Raises ApiError 400; the problems of lines are a bare list here."""
    problems = Problems(bare_lists=True)
    read = shape.read(body, (), problems)
    problems.raise_any()
    return dict(read)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _wrong_type(problems: Problems, path: Path, wanted: str, value: Any) -> None:
    problems.add(path, f"Expected {wanted} but got {_name_of(value)}")


def _name_of(value: Any) -> str:
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    names = {str: "String", int: "Integer", Decimal: "Float", list: "Array", dict: "Object"}
    return names[type(value)]
