"""Paths: JMESPath expressions on a shop's own body, checked when they are saved and bounded when they are asked.

The bounds count what is done and never look at a clock: the same path on the same body always ends in the same way.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, NoReturn

from jmespath.exceptions import EmptyExpressionError, IncompleteExpressionError, LexerError, ParseError
from jmespath.parser import Parser
from jmespath.visitor import TreeInterpreter
from pydantic import AfterValidator

from shared.domain.path_functions import FUNCTIONS, Meter, is_same
from shared.domain.values import NotAValue, Scalar, TooMuch, Value, exact, is_number

#: Characters of a path.
LENGTH = 200
#: How deep it nests, and of how many parts it is.
DEPTH, PARTS = 20, 60
#: Of a list that is found.
MEMBERS = 1000

_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`((?:\\.|[^`\\])*)`""", re.DOTALL)


def find(path: str, body: Mapping[str, Any]) -> Value:
    """What stands there in a decoded body; numbers as Decimal, a list without its nulls, None where nothing is.

    Raises TooMuch and NotAValue, and ValueError for what is no path (see `checked`).
    """
    asked = _Asked()
    found = asked.visit(_parsed(path), body)
    if not isinstance(found, list):
        return None if found is None else _scalar(asked.meter, found)
    if len(found) > MEMBERS:
        raise TooMuch(f"it finds more than {MEMBERS} values")
    return [_scalar(asked.meter, one) for one in found if one is not None]


def checked(path: str) -> str:
    """Raises ValueError with what is wrong with it, and where."""
    try:
        _parsed(path)
    except TooMuch as error:
        raise ValueError(error.why) from None
    return path


#: In settings.
Path = Annotated[str, AfterValidator(checked)]


@lru_cache(maxsize=1024)
def _parsed(path: str) -> Any:
    """The tree that the interpreter walks."""
    if len(path) > LENGTH:
        raise TooMuch(f"a path of {len(path)} characters is too long: {LENGTH} are allowed")
    _check_literals(path)
    try:
        tree = Parser().parse(path).parsed
    except EmptyExpressionError:
        raise ValueError("an empty path: write where it stands, like billing.company") from None
    except IncompleteExpressionError:
        _refuse(path, "it ends before it is complete", len(path))
    except LexerError as error:
        found = str(error.lexer_value)
        hint = "write == to compare" if found == "=" else "something is not closed, or written in another way"
        _refuse(path, f"{found!r} is not understood: {hint}", error.lexer_position)
    except ParseError as error:
        _refuse(path, f"{error.token_value!r} does not belong there", error.lex_position)
    except RecursionError:
        raise TooMuch(f"{path!r} nests too deep") from None
    return _Check(path).tree(tree)


def _refuse(path: str, what: str, at: int) -> NoReturn:
    raise ValueError(f"{path!r} is no path: {what} (character {at + 1})") from None


def _check_literals(path: str) -> None:
    """JMESPath itself takes `word` for a text, with a warning to the programmer."""
    for found in _QUOTED.finditer(path):
        literal = found.group(1)
        if literal is None:
            continue
        try:
            json.loads(literal.replace("\\`", "`"))
        except ValueError:
            _refuse(path, f"`{literal}` is no number; write a text as '{literal}'", found.start())


class _Check:
    """Walks a tree, holds it to its bounds, and makes its numbers exact."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._parts = 0

    def tree(self, node: Any, depth: int = 1) -> Any:
        self._parts += 1
        if depth > DEPTH or self._parts > PARTS:
            raise TooMuch(f"{self._path!r} is too much for one path: at most {PARTS} parts, {DEPTH} deep")
        kind, value, children = node["type"], node.get("value"), node["children"]
        if kind == "function_expression":
            self._function(value, len(children))
        elif kind == "expref":
            raise ValueError(f"{self._path!r}: & is for functions that are not allowed here")
        elif kind == "literal":
            value = self._literal(value)
        elif kind == "slice":
            if children[2] == 0:
                raise ValueError(f"{self._path!r}: a slice has no step of 0")
            return node
        return {"type": kind, "value": value, "children": [self.tree(child, depth + 1) for child in children]}

    def _function(self, name: str, count: int) -> None:
        if name not in FUNCTIONS:
            raise ValueError(f"{self._path!r}: there is no {name}(), but {', '.join(f'{one}()' for one in FUNCTIONS)}")
        takes = FUNCTIONS[name].takes
        if count != takes and not (takes is None and count):
            raise ValueError(f"{self._path!r}: {name}() takes {takes or 'at least one'}, not {count}")

    def _literal(self, value: Any) -> Any:
        if isinstance(value, float):
            if not math.isfinite(value):
                raise ValueError(f"{self._path!r} holds a number that is none")
            return Decimal(str(value))
        if isinstance(value, list):
            return [self._literal(one) for one in value]
        if isinstance(value, dict):
            return {key: self._literal(one) for key, one in value.items()}
        return value


class _Asked(TreeInterpreter):
    """One question to one body."""

    def __init__(self) -> None:
        super().__init__()
        self.meter = Meter()

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self.meter.charge(1)
        return super().visit(node, *args, **kwargs)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        self.meter.charge(sum(len(one) if isinstance(one, list) else 1 for one in base))
        return [inner for one in base for inner in (one if isinstance(one, list) else [one])]

    def visit_slice(self, node: Any, value: Any) -> Any:
        if isinstance(value, list):
            self.meter.charge(len(range(*slice(*node["children"]).indices(len(value)))))
        return super().visit_slice(node, value)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        left, right = (self.visit(child, value) for child in node["children"])
        sign = node["value"]
        if sign in ("eq", "ne"):
            return is_same(self.meter, left, right) is (sign == "eq")
        if isinstance(left, str) and isinstance(right, str):
            self.meter.look_through(left)
        elif is_number(left) and is_number(right):
            left, right = exact(left), exact(right)
        else:
            return None
        return self.COMPARATOR_FUNC[sign](left, right)

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        given = [self.visit(child, value) for child in node["children"]]
        return FUNCTIONS[node["value"]].run(self.meter, *given)


def _scalar(meter: Meter, found: Any) -> Scalar:
    if isinstance(found, str):
        meter.charge(len(found))
        return found
    if isinstance(found, bool):
        return found
    if is_number(found):
        return exact(found)
    raise NotAValue("it finds an object or a list of such; say what of it is wanted, like line_items[].sku")
