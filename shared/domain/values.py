"""What stands in an order's body or in the settings of a field: texts, numbers, yes or no, and lists of those."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Decimal
from typing import Annotated, Any, TypeGuard, TypeVar

from pydantic import BeforeValidator, PlainSerializer, PlainValidator

#: Digits of a number before its point, and behind it.
DIGITS = 30
#: Of a text and of a number in the settings: what a number of JSON holds exactly.
LETTERS, FIGURES = 1000, 16

Scalar = str | Decimal | bool
Value = Scalar | None | list[Scalar]

T = TypeVar("T")

_NUMBER = re.compile(rf"[+-]?[0-9]{{1,{DIGITS}}}(\.[0-9]{{1,{DIGITS}}})?")


class NoAnswer(Exception):
    """`why`: for the owner; holds nothing of the order."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TooMuch(NoAnswer):
    """It takes more steps than are allowed."""


class NotAValue(NoAnswer):
    """What stands there is not of a kind that can be taken."""


def is_number(value: object) -> TypeGuard[int | Decimal | float]:
    return isinstance(value, (int, Decimal, float)) and not isinstance(value, bool)


def exact(number: int | Decimal | float) -> Decimal:
    """Raises NotAValue for one that no shop means."""
    value = Decimal(str(number)) if isinstance(number, float) else Decimal(number)
    if not value.is_finite() or abs(value.adjusted()) > DIGITS or len(value.as_tuple().digits) > 2 * DIGITS:
        raise NotAValue(f"a number of more than {DIGITS} digits stands there")
    return value


def number_of(text: str) -> Decimal | None:
    """With a point, and with nothing between its digits: "100.00"; None for any other text."""
    plain = text.strip()
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def text_of(value: Scalar) -> str:
    """As people read it; a number with the decimals it came with."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:f}"


def _as_tuple(given: Any) -> Any:
    return tuple(given) if isinstance(given, list) else given


def _constant(given: Any) -> str | Decimal:
    """Neither a number that is written as text, nor yes and no, become numbers."""
    if isinstance(given, str) and 0 < len(given) <= LETTERS:
        return given
    if is_number(given) and len(str(given)) <= FIGURES:
        with suppress(NotAValue):
            return exact(given)
    raise ValueError(f"must be a text of 1 to {LETTERS} characters, or a number of at most {FIGURES}")


def _asked(given: Any) -> Scalar:
    return given if isinstance(given, bool) else _constant(given)


def _for_json(value: Scalar) -> str | bool | int | float:
    """A number stays one in the stored settings."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


#: A list in the settings. Read strictly, a list of Python is no tuple, and that is what validators before it hand on.
Listed = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]

#: A text or a number in the settings.
Constant = Annotated[
    str | Decimal, PlainValidator(_constant), PlainSerializer(_for_json, when_used="json", return_type=Any)
]
#: Or yes or no.
Asked = Annotated[Scalar, PlainValidator(_asked), PlainSerializer(_for_json, when_used="json", return_type=Any)]


def _none_for_empty(value: object) -> object:
    return None if value == "" else value


#: For a setting that may be left out: an empty text leaves it out, too.
EmptyIsNone = BeforeValidator(_none_for_empty)
