"""The operators of a condition's questions, and how texts, numbers, and yes and no are compared."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.domain.values import NotAValue, Scalar, Value, number_of, text_of

#: As shops write them.
_YES, _NO = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})
#: Of a value and of several, in a reason.
_MOST_LETTERS, _MOST_VALUES = 40, 5


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    #: Of what stands there and one value of the settings, both of them plain.
    compare: Callable[[Scalar, Scalar], bool]
    #: Of the settings' values: "text", "number", or "anything".
    takes: str = "anything"
    #: "one that starts with DK is asked for"
    words: str = "{}"

    def complaint(self, values: Sequence[Any], kind: str) -> str:
        """What is wrong with asking something of that kind ("text", "number", "yes or no", "anything") for them."""
        if self.name == "exists":
            return ""
        if self.takes != "anything" and kind not in (self.takes, "anything"):
            return f"{self.name} is for {self.takes}s, and this is {kind}"
        for value in values:
            if isinstance(value, str) and not value.strip():
                return f"{self.name} has an empty text: write exists: false for what is not there"
            if self.takes == "text" and isinstance(value, bool):
                return f"{self.name} has yes or no in place of a text: write it in quotes"
            if self.takes == "number" and not isinstance(value, Decimal):
                return f"{self.name} asks for a number, without quotes"
            if kind == "number" and not isinstance(value, Decimal):
                return "this is a number: write one, without quotes"
            if kind == "yes or no" and not isinstance(value, bool):
                return "this is yes or no: write true or false, without quotes"
        return ""


def answer(asked: Operator, value: Value, wanted: Sequence[Any]) -> bool:
    """Of a list one member is enough, and one of the values that are wanted; what is not there answers no to all.

    Raises NotAValue where a number is wanted and none stands there.
    """
    found = [_plain(one) for one in (value if isinstance(value, list) else [value]) if one is not None]
    there = [one for one in found if one != ""]
    if asked.name == "exists":
        return bool(there) is wanted[0]
    plain = [_plain(one) for one in wanted]
    return any(asked.compare(one, other) for one in there for other in plain)


def _plain(value: Scalar) -> Scalar:
    return value.strip().casefold() if isinstance(value, str) else value


def _is(there: Scalar, wanted: Scalar) -> bool:
    if isinstance(wanted, bool) or isinstance(there, bool):
        return _switch(there) is not None and _switch(there) is _switch(wanted)
    if isinstance(wanted, Decimal) or isinstance(there, Decimal):
        number = _number(there)
        return number is not None and number == _number(wanted)
    return there == wanted


def _switch(value: Scalar) -> bool | None:
    if isinstance(value, bool):
        return value
    word = text_of(value)
    return True if word in _YES else False if word in _NO else None


def _number(value: Scalar) -> Decimal | None:
    return value if isinstance(value, Decimal) else number_of(value) if isinstance(value, str) else None


def _by_text(compare: Callable[[str, str], bool]) -> Callable[[Scalar, Scalar], bool]:
    return lambda there, wanted: compare(text_of(there), text_of(wanted))


def _by_number(compare: Callable[[Any, Any], bool]) -> Callable[[Scalar, Scalar], bool]:
    def compared(there: Scalar, wanted: Scalar) -> bool:
        number = _number(there)
        if number is None:
            raise NotAValue("what stands there is no number")
        return compare(number, wanted)

    return compared


#: By name.
OPERATORS: Mapping[str, Operator] = {
    one.name: one
    for one in (
        Operator("is", _is),
        Operator("contains", _by_text(operator.contains), "text", "one that contains {}"),
        Operator("starts_with", _by_text(str.startswith), "text", "one that starts with {}"),
        Operator("ends_with", _by_text(str.endswith), "text", "one that ends with {}"),
        Operator("above", _by_number(operator.gt), "number", "above {}"),
        Operator("at_least", _by_number(operator.ge), "number", "at least {}"),
        Operator("below", _by_number(operator.lt), "number", "below {}"),
        Operator("at_most", _by_number(operator.le), "number", "at most {}"),
        Operator("exists", _is),
    )
}


def asked_for(asked: Operator, values: Sequence[Scalar]) -> str:
    """To be read before "is asked for"."""
    if asked.name == "exists":
        return "any value" if values[0] else "none"
    return asked.words.format(_listed(values, " or "))


def shown(value: Value) -> str:
    """What stands there, shortened."""
    if value is None or value == []:
        return "not there"
    return _listed(value if isinstance(value, list) else [value], ", ")


def _listed(values: Sequence[Scalar], between: str) -> str:
    texts = [text_of(one)[:_MOST_LETTERS] for one in values[:_MOST_VALUES]]
    return between.join([*texts, *(["..."] if len(values) > _MOST_VALUES else [])])
