"""e-conomic's filter language: `name$like:*a*$and:(number$gt:5$or:number$eq:$null:)`, parsed.

A value ends at `$and:`, `$or:` or `)`. In it `$$ $) $( $* $,` stand for the second character; `$[` and `$]` do not,
against the vendor's own documentation, so that they match nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "like", "in", "nin")
MOST_VALUES = 200

_ESCAPED = "$)(*,"
_COMPARISON = re.compile(r"([A-Za-z][A-Za-z0-9.]*)\$([a-z]+):")
_NULL = "$null:"


class FilterError(ValueError):
    """The text is no filter."""


@dataclass(frozen=True, slots=True)
class Value:
    """What stands after the colon. `marks`: the positions of characters that were not escaped and may be wildcards."""

    text: str
    marks: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Compare:
    field: str
    operator: str
    #: None: `$null:`. One, except for `in` and `nin`.
    values: tuple[Value, ...] | None


@dataclass(frozen=True, slots=True)
class Both:
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Either:
    left: Node
    right: Node


Node = Compare | Both | Either


def parse(text: str) -> Node:
    """`$and:` binds closer than `$or:`. Raises FilterError."""
    parser = _Parser(text)
    node = parser.either()
    if parser.at != len(text):
        raise FilterError(f"Unexpected '{text[parser.at]}' at position {parser.at}.")
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def either(self) -> Node:
        node = self.both()
        while self._skip("$or:"):
            node = Either(node, self.both())
        return node

    def both(self) -> Node:
        node = self.one()
        while self._skip("$and:"):
            node = Both(node, self.one())
        return node

    def one(self) -> Node:
        if self._skip("("):
            node = self.either()
            if not self._skip(")"):
                raise FilterError("A parenthesis is not closed.")
            return node
        found = _COMPARISON.match(self.text, self.at)
        if found is None or found[2] not in OPERATORS:
            raise FilterError(f"No comparison at position {self.at}.")
        self.at = found.end()
        return Compare(found[1], found[2], self._values(found[2]))

    def _values(self, operator: str) -> tuple[Value, ...] | None:
        if operator in ("in", "nin"):
            return self._list()
        if self._skip(_NULL):
            return None
        return (self._value(ends=")"),)

    def _list(self) -> tuple[Value, ...]:
        if not self._skip("["):
            raise FilterError("A list stands in brackets.")
        values = [self._value(ends=",]")]
        while self._skip(","):
            values.append(self._value(ends=",]"))
        if not self._skip("]"):
            raise FilterError("A list is not closed.")
        if len(values) > MOST_VALUES:
            raise FilterError(f"A list holds at most {MOST_VALUES} values.")
        return tuple(values)

    def _value(self, *, ends: str) -> Value:
        characters: list[str] = []
        marks: set[int] = set()
        while self.at < len(self.text):
            character = self.text[self.at]
            following = self.text[self.at + 1 : self.at + 2]
            if character in ends or self.text.startswith(("$and:", "$or:"), self.at):
                break
            if character == ")":
                raise FilterError(f"A ) that is not escaped at position {self.at}.")
            if character == "$" and following and following in _ESCAPED:
                characters.append(following)
                self.at += 2
            elif character == "$" and following not in ("[", "]"):
                raise FilterError(f"A $ that is not escaped at position {self.at}.")
            elif character == "$":
                characters.append(character + following)
                self.at += 2
            else:
                marks.add(len(characters))
                characters.append(character)
                self.at += 1
        return Value("".join(characters), frozenset(marks))

    def _skip(self, word: str) -> bool:
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True
