"""Which entities of a table a parsed filter keeps."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.economic.sandbox.fields import Fields, Kind
from connectors.economic.sandbox.filters import Both, Compare, Either, FilterError, Node, Value
from connectors.economic.sandbox.problems import bad_filter, server_error
from connectors.economic.sandbox.table import Entity, Key, Table, value_at

Test = Callable[[Entity], bool]

ORDERINGS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def keep(table: Table[Key], fields: Fields, node: Node) -> list[Entity]:
    """Raises ApiError: 400 for a field or a value that cannot be filtered by, 500 where the real server does."""
    test = _test(node, fields)
    return [entity for entity in _candidates(table, node) if test(entity)]


def _candidates(table: Table[Key], node: Node) -> list[Entity]:
    """The whole table, or what an index knows to be enough."""
    if isinstance(node, Both):
        left, right = _candidates(table, node.left), _candidates(table, node.right)
        return left if len(left) <= len(right) else right
    if not isinstance(node, Compare) or node.operator not in ("eq", "in") or node.values is None:
        return table.all()
    if not table.is_indexed(node.field):
        return table.all()
    return table.with_values(node.field, [value.text for value in node.values])


def _test(node: Node, fields: Fields) -> Test:
    if isinstance(node, Compare):
        return _comparison(node, fields)
    left, right = _test(node.left, fields), _test(node.right, fields)
    if isinstance(node, Either):
        return lambda entity: left(entity) or right(entity)
    return lambda entity: left(entity) and right(entity)


def _comparison(node: Compare, fields: Fields) -> Test:
    kind = fields.filterable.get(node.field)
    if kind is None:
        raise bad_filter(f"Filtering is not allowed on property '{node.field}'.", sorted(fields.filterable))
    if {(node.field, ""), (node.field, node.operator)} & fields.broken:
        raise server_error()
    if node.values is None:
        return _null(node, fields)
    if node.operator == "like":
        pattern = _pattern(node.values[0])
        return lambda entity: _likes(pattern, value_at(entity, node.field), kind)
    try:
        wanted = [_read(value, kind) for value in node.values]
    except FilterError as error:
        raise bad_filter(str(error), sorted(fields.filterable)) from None
    if node.operator in ("in", "nin"):
        among = node.operator == "in"
        return lambda entity: (known := _known(entity, node.field, kind)) is not None and (known in wanted) is among
    compare = ORDERINGS[node.operator]
    return lambda entity: (known := _known(entity, node.field, kind)) is not None and compare(known, wanted[0])


def _null(node: Compare, fields: Fields) -> Test:
    """A missing value equals nothing but `$null:`; a flag that is false is not missing."""
    if (node.field, "null") in fields.broken:
        raise server_error()
    if node.operator not in ("eq", "ne"):
        raise bad_filter(f"'{node.operator}' does not go with $null:.", sorted(fields.filterable))
    kind = fields.filterable[node.field]
    missing = node.operator == "eq"
    return lambda entity: (_known(entity, node.field, kind) is None) is missing


def _known(entity: Entity, field: str, kind: Kind) -> Any:
    value = value_at(entity, field)
    if kind is Kind.FLAG:
        return bool(value)
    return value.lower() if isinstance(value, str) else value


def _read(value: Value, kind: Kind) -> Any:
    text = value.text
    if kind is Kind.NUMBER:
        try:
            return Decimal(text)
        except InvalidOperation:
            raise FilterError(f"'{text}' is not a number.") from None
    if kind is Kind.FLAG:
        if text.lower() not in ("true", "false"):
            raise FilterError(f"'{text}' is neither true nor false.")
        return text.lower() == "true"
    return text.lower()


def _likes(pattern: re.Pattern[str], value: Any, kind: Kind) -> bool:
    return value is not None and kind is not Kind.FLAG and pattern.fullmatch(str(value)) is not None


def _pattern(value: Value) -> re.Pattern[str]:
    """`*` is anything, brackets are a character class as in SQL; without `*` the value may stand anywhere."""
    parts: list[str] = []
    has_star = False
    at = 0
    while at < len(value.text):
        marked = at in value.marks
        end = value.text.find("]", at) if marked and value.text[at] == "[" else -1
        if end > at + 1:
            parts.append(_class(value.text[at + 1 : end]))
            at = end
        elif marked and value.text[at] == "*":
            has_star = True
            parts.append(".*")
        else:
            parts.append(re.escape(value.text[at]))
        at += 1
    body = "".join(parts)
    return re.compile(body if has_star else f".*{body}.*", re.IGNORECASE | re.DOTALL)


def _class(content: str) -> str:
    negated = content.startswith("^")
    escaped = re.escape(content.removeprefix("^")).replace(r"\-", "-")
    return f"[{'^' if negated else ''}{escaped}]"
