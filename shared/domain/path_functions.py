"""The functions that a path may call, and the meter that counts what it does.

They are ours, and few: those of the library look into whatever they are given, however large, and know no Decimal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from shared.domain.values import DIGITS, NotAValue, TooMuch, exact, is_number, number_of

#: Of one answer: a step for each part that is visited, each member of a list that is made or gone through, each
#: character of a text that is put together or handed out, and each thousand characters that are looked through.
STEPS = 100_000

_EXACT = Context(prec=4 * DIGITS)


class Meter:
    """The steps of one answer."""

    def __init__(self) -> None:
        self._left = STEPS

    def charge(self, steps: int) -> None:
        """Raises TooMuch where there are none left."""
        self._left -= steps
        if self._left < 0:
            raise TooMuch(f"it takes more than {STEPS} steps on this order")

    def look_through(self, text: str) -> None:
        self.charge(len(text) // 1000)


def is_same(meter: Meter, left: Any, right: Any) -> bool:
    """Raises NotAValue for two lists or objects: one that holds itself many times over would be compared as often."""
    if isinstance(left, (list, Mapping)) and isinstance(right, (list, Mapping)):
        if left and right:
            raise NotAValue("lists and objects cannot be compared: compare what is in them")
        return isinstance(left, list) is isinstance(right, list) and not left and not right
    if is_number(left) and is_number(right):
        return exact(left) == exact(right)
    if isinstance(left, str) and isinstance(right, str):
        meter.look_through(left)
        return left == right
    return left is right


@dataclass(frozen=True, slots=True)
class Function:
    #: How many arguments; None: one or more.
    takes: int | None
    run: Callable[..., Any]


def _contains(meter: Meter, subject: Any, wanted: Any) -> bool:
    if isinstance(subject, list):
        meter.charge(len(subject))
        return any(is_same(meter, one, wanted) for one in subject)
    return _text(meter, "contains", wanted) in _text(meter, "contains", subject)


def _starts_with(meter: Meter, text: Any, wanted: Any) -> bool:
    return _text(meter, "starts_with", text).startswith(_text(meter, "starts_with", wanted))


def _ends_with(meter: Meter, text: Any, wanted: Any) -> bool:
    return _text(meter, "ends_with", text).endswith(_text(meter, "ends_with", wanted))


def _length(_: Meter, subject: Any) -> int:
    if not isinstance(subject, (str, list, Mapping)):
        raise NotAValue("length() is of a text or a list, and neither stands there")
    return len(subject)


def _join(meter: Meter, between: Any, texts: Any) -> str:
    parts = [_text(meter, "join", one) for one in _list(meter, "join", texts)]
    meter.charge(sum(map(len, parts)) + len(_text(meter, "join", between)) * len(parts))
    return str(between).join(parts)


def _to_number(meter: Meter, value: Any) -> Decimal | None:
    if isinstance(value, str):
        meter.look_through(value)
        return number_of(value)
    return exact(value) if is_number(value) else None


def _not_null(_: Meter, *values: Any) -> Any:
    return next((one for one in values if one is not None), None)


def _sum(meter: Meter, values: Any) -> Decimal:
    total = Decimal(0)
    for number in _numbers(meter, "sum", values):
        total = _EXACT.add(total, number)
    return total


def _min(meter: Meter, values: Any) -> Decimal | None:
    return min(_numbers(meter, "min", values), default=None)


def _max(meter: Meter, values: Any) -> Decimal | None:
    return max(_numbers(meter, "max", values), default=None)


def _text(meter: Meter, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise NotAValue(f"{name}() is of texts, and something else or nothing stands there")
    meter.look_through(value)
    return value


def _list(meter: Meter, name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise NotAValue(f"{name}() is of a list, and none stands there")
    meter.charge(len(value))
    return value


def _numbers(meter: Meter, name: str, value: Any) -> Sequence[Decimal]:
    """Also of texts, as which shops write their amounts."""
    numbers = [_to_number(meter, one) for one in _list(meter, name, value)]
    if None in numbers:
        raise NotAValue(f"{name}() is of numbers, and something else stands there")
    return [one for one in numbers if one is not None]


#: By name; the only ones that there are.
FUNCTIONS: Mapping[str, Function] = {
    "contains": Function(2, _contains),
    "ends_with": Function(2, _ends_with),
    "join": Function(2, _join),
    "length": Function(1, _length),
    "max": Function(1, _max),
    "min": Function(1, _min),
    "not_null": Function(None, _not_null),
    "starts_with": Function(2, _starts_with),
    "sum": Function(1, _sum),
    "to_number": Function(1, _to_number),
}
