"""Mappings: what stands in the fields of a document or a customer, from rows of a source, steps and a condition."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.domain.condition import Condition, holds
from shared.domain.expression import Path
from shared.domain.steps import (
    LONGEST,
    Default,
    Flow,
    Kind,
    Lookup,
    Step,
    passed,
    read_as_day,
    read_as_number,
    read_as_text,
)
from shared.domain.values import Constant, Listed, NoAnswer, NotAValue, Scalar, Value, text_of
from shared.domain.view import FactName, View, nearest
from shared.errors import NeedsUser

#: Rows of one field, parts that are put together, and steps of one row.
ROWS, PARTS, STEPS = 20, 20, 20
#: For values of the settings, which have no time.
_NOWHERE = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A field that the books have."""

    name: str
    kind: Kind
    #: Characters of a text, decimals of a number; of no meaning for a date.
    limit: int
    #: A text may have line breaks.
    lines: bool = False
    #: A text that means something else without its end, such as a number: too long a one is a problem, and not cut.
    whole: bool = False
    description: str

    def __post_init__(self) -> None:
        if not 0 <= self.limit < LONGEST:
            raise ValueError(f"{self.name}: a limit is below {LONGEST}")


class _Source(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    path: Path | None = None
    fact: FactName | None = None
    const: Constant | None = None

    @property
    def _given(self) -> int:
        return sum(one is not None for one in (self.path, self.fact, self.const))

    def found(self, view: View) -> Flow:
        """Several values as one text. Raises NoAnswer."""
        if self.const is not None:
            return self.const
        value = view.path(self.path) if self.path is not None else view.fact(self.fact or "")
        return _as_one(value)


class Part(_Source):
    """One of those that are put together."""

    @model_validator(mode="after")
    def _is_one_source(self) -> Part:
        if self._given != 1:
            raise ValueError("a part has one of path, fact and const")
        return self


class Row(_Source):
    concat: Annotated[
        Annotated[Listed[Part], Field(min_length=1, max_length=PARTS)] | None,
        Field(description="Put together; empty ones are left out."),
    ] = None
    with_: Annotated[str, Field(alias="with", max_length=20, description="What stands between the parts.")] = ""
    then: Annotated[Listed[Step], Field(max_length=STEPS)] = ()
    when: Condition | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Row:
        if self._given + (self.concat is not None) != 1:
            raise ValueError("a row has one of path, fact, const and concat")
        if self.with_ and self.concat is None:
            raise ValueError("with stands between the parts of concat: leave it out")
        return self

    @property
    def always_gives(self) -> bool:
        """Whatever the order."""
        is_sure = self.const is not None and not self.then
        return self.when is None and (is_sure or any(isinstance(step, Default) for step in self.then[-1:]))

    def value(self, view: View, time_zone: tzinfo) -> Flow:
        """None where it has none for this order. Raises NoAnswer, and NeedsUser where `when` cannot be answered."""
        if self.when is not None and not holds(self.when, view):
            return None
        found = self.found(view) if self.concat is None else self._together(view, self.concat)
        return passed(_clipped(found), self.then, time_zone)

    def _together(self, view: View, parts: Sequence[Part]) -> str | None:
        texts = [read_as_text(one)[:LONGEST] for one in (part.found(view) for part in parts) if one is not None]
        return self.with_.join(text for text in texts if text.strip()) or None


def _as_rows(given: Any) -> Any:
    return (given,) if isinstance(given, (Mapping, Row)) else given


#: Of one field: the first row that gives a value counts; None: it stays empty on purpose.
Rows = Annotated[Annotated[Listed[Row], Field(min_length=1, max_length=ROWS)] | None, BeforeValidator(_as_rows)]
#: In settings, by the name of the target.
Fields = dict[str, Rows]


def check(fields: Mapping[str, Sequence[Row] | None], targets: Iterable[Target]) -> list[str]:
    """What is wrong with a mapping whatever the order, one sentence each: for saving."""
    known = {one.name: one for one in targets}
    complaints: list[str] = []
    for name, rows in fields.items():
        if name not in known:
            there = ", ".join(known) or "none"
            complaints.append(f"{name}: there is no such field{nearest(name, known)}; there are {there}")
            continue
        for at, row in enumerate(rows or (), start=1):
            place = f"{name}, row {at}" if len(rows or ()) > 1 else name
            complaints += [f"{place}: {complaint}" for complaint in _complaints(row, known[name])]
            if at < len(rows or ()) and row.always_gives:
                complaints.append(f"{place}: it gives a value for every order, so what follows is never reached")
                break
    return complaints


def _complaints(row: Row, target: Target) -> Iterator[str]:
    last = next((one for one in reversed(row.then) if not isinstance(one, (Default, Lookup))), None)
    if last is not None and target.kind in last.cannot_fill:
        yield f"what its last step gives is no {target.kind}"
        return
    for what, value, steps in _fixed(row):
        try:
            made = passed(value, steps, _NOWHERE)
            _, is_cut = (None, False) if made is None else fitted(made, target, _NOWHERE)
        except NotAValue as error:
            yield f"{what} {text_of(value)!r} does not fit: {error.why}"
        else:
            if is_cut:
                yield f"{what} {text_of(value)[:40]!r} is longer than the {target.limit} characters of the field"


def _fixed(row: Row) -> Iterator[tuple[str, Scalar, Sequence[Step]]]:
    """Each value that stands in the settings themselves, with the steps that it still passes."""
    if row.const is not None:
        yield "the constant", row.const, row.then
    if not row.then:
        yield from (("the constant", part.const, ()) for part in row.concat or () if part.const is not None)
    for at, step in enumerate(row.then, start=1):
        if isinstance(step, Default):
            yield "the default", step.default, row.then[at:]
        if isinstance(step, Lookup):
            for value in step.values:
                yield "the looked-up value", value, row.then[at:]


@dataclass(frozen=True, slots=True)
class Problem:
    target: str
    #: Holds nothing of the order.
    why: str


@dataclass(frozen=True, slots=True)
class Mapped:
    #: By target; of texts, numbers and days as their targets want them. Without those that have no value.
    values: Mapping[str, str | Decimal | date]
    #: Targets whose text was too long.
    cut: tuple[str, ...]
    problems: tuple[Problem, ...]


def mapped(
    fields: Mapping[str, Sequence[Row] | None], view: View, targets: Iterable[Target], *, time_zone: tzinfo
) -> Mapped:
    """What an order gives for these fields. Never raises: what cannot be filled is among the problems.

    `time_zone`: of the settings, in which days are told.
    """
    known = {one.name: one for one in targets}
    values: dict[str, str | Decimal | date] = {}
    cut: list[str] = []
    problems: list[Problem] = []
    for name, rows in fields.items():
        if rows is None:
            continue
        if name not in known:
            problems.append(Problem(name, "the books have no such field"))
            continue
        try:
            found = next(filter(_is_there, (row.value(view, time_zone) for row in rows)), None)
            if found is None:
                continue
            value, is_cut = fitted(found, known[name], time_zone)
        except NoAnswer as error:
            problems.append(Problem(name, error.why))
        except NeedsUser as error:
            problems.append(Problem(name, error.message))
        else:
            if value != "":
                values[name] = value
            if is_cut:
                cut.append(name)
    return Mapped(values, tuple(cut), tuple(problems))


def _is_there(value: Flow) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def fitted(value: Flow, target: Target, time_zone: tzinfo) -> tuple[str | Decimal | date, bool]:
    """As the target wants it, and whether it was cut. Raises NotAValue for a value of another kind."""
    if value is None:
        raise NotAValue("nothing stands there")
    if target.kind == "date":
        return read_as_day(value, time_zone), False
    if target.kind == "number":
        return _with_decimals(read_as_number(value), target.limit), False
    text = _printable(read_as_text(value), target.lines)
    if target.whole and len(text) > target.limit:
        raise NotAValue(f"what stands there has more than {target.limit} characters, and would mean another one cut")
    return text[: target.limit].rstrip(), len(text) > target.limit


def _with_decimals(number: Decimal, limit: int) -> Decimal:
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > limit:
        raise NotAValue(f"the number has more than {limit} decimals: add {{round: {limit}}}")
    return number


def _printable(text: str, lines: bool) -> str:
    """Without what no field can hold; blanks in place of it, and of line breaks where there is one line."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "\n" if lines else ""
    return "".join(
        one if one in kept or unicodedata.category(one) not in _UNPRINTABLE else " " for one in whole
    ).strip()


#: Control characters, halves of characters, and other ends of lines.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def _as_one(value: Value) -> Flow:
    """A list of one is that one."""
    if not isinstance(value, list):
        return value
    if len(value) == 1:
        return value[0]
    return ", ".join(text_of(one) for one in value) or None


def _clipped(value: Flow) -> Flow:
    return value[:LONGEST] if isinstance(value, str) else value
