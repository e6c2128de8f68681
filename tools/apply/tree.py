"""YAML -> a tree whose every value knows its line. Nothing is constructed: tags are refused, scalars are told apart.

What PyYAML forgives is refused here: a key that comes twice (the last one would count silently), several documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import yaml

from tools.apply.complaints import Complaints, Path, Where

#: Values in one file; a few lines of aliases of aliases could come to more than fit into memory.
MOST_VALUES = 100_000

_TAG = "tag:yaml.org,2002:"


class Kind(Enum):
    """What YAML takes a value for, as people call it."""

    TEXT = "text"
    NUMBER = "a number"
    FRACTION = "a number with a fraction"
    SWITCH = "a yes or no"
    DATE = "a date"
    NOTHING = "nothing"
    LIST = "a list"
    MAP = "a mapping"


_KINDS = {
    "str": Kind.TEXT,
    "int": Kind.NUMBER,
    "float": Kind.FRACTION,
    "bool": Kind.SWITCH,
    "timestamp": Kind.DATE,
    "null": Kind.NOTHING,
    "value": Kind.TEXT,
    "seq": Kind.LIST,
    "map": Kind.MAP,
}


@dataclass(frozen=True, slots=True)
class Node:
    """One value. It may be a secret: it is not shown by printing."""

    line: int
    kind: Kind
    #: A scalar as it was written.
    text: str = field(default="", repr=False)
    #: A scalar as YAML understands it; a date stays its text.
    value: str | int | float | bool | None = field(default=None, repr=False)
    items: tuple[Node, ...] = field(default=(), repr=False)
    entries: Mapping[str, Node] = field(default_factory=dict, repr=False)
    #: Where each key of `entries` stands.
    key_lines: Mapping[str, int] = field(default_factory=dict, repr=False)

    def plain(self) -> Any:
        """As JSON would hold it."""
        if self.kind is Kind.MAP:
            return {key: node.plain() for key, node in self.entries.items()}
        return [node.plain() for node in self.items] if self.kind is Kind.LIST else self.value


def read_tree(text: str, complaints: Complaints) -> Node | None:
    """The one document of the text, or None where it cannot be read: then there is a complaint, or it is empty."""
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        for line in loader.tags:
            complaints.add(Where(line, ()), "a tag (!...) is not read here: text that begins with ! goes in quotes")
        return _Grower(loader, complaints).node(root, (), frozenset()) if root is not None else None
    except _Unreadable:
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        complaints.add(Where(line, ()), "a character that YAML does not allow, perhaps one that cannot be seen")
    except yaml.MarkedYAMLError as error:
        complaints.add(*_told(error, text.splitlines()))
    except RecursionError:
        complaints.add(Where(1, ()), "values inside of values, more deeply than can be read")
    return None


class _Unreadable(Exception):
    """The complaint is made, and nothing behind it can be understood."""


class _Loader(yaml.SafeLoader):
    """Composes nodes and remembers the lines with tags, which the nodes do not tell."""

    def __init__(self, text: str) -> None:
        self.tags: list[int] = []
        super().__init__(text)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            self.tags.append(event.start_mark.line + 1)
        return super().compose_node(parent, index)


class _Grower:
    def __init__(self, loader: _Loader, complaints: Complaints) -> None:
        self._loader = loader
        self._complaints = complaints
        self._count = 0

    def node(self, composed: yaml.Node, path: Path, inside: frozenset[int], after: int = 1) -> Node:
        """`inside`: the nodes around this one, of which an alias could make it its own part.

        `after`: the line of its key. An alias is composed into the very node of its anchor, which stands before it.
        """
        line = max(composed.start_mark.line + 1, after)
        self._count += 1
        if id(composed) in inside:
            self._complaints.add(Where(line, path), "an alias (*name) of something that it is a part of itself")
            raise _Unreadable
        if self._count > MOST_VALUES:
            self._complaints.add(Where(line, path), f"more than {MOST_VALUES} values, aliases counted")
            raise _Unreadable
        if isinstance(composed, yaml.MappingNode):
            return self._map(composed, Where(line, path), inside | {id(composed)})
        if isinstance(composed, yaml.SequenceNode):
            items = tuple(self.node(item, path, inside | {id(composed)}, line) for item in composed.value)
            return Node(line, Kind.LIST, items=items)
        return self._scalar(composed, Where(line, path))

    def _map(self, composed: yaml.MappingNode, where: Where, inside: frozenset[int]) -> Node:
        path = where.path
        entries: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        merged: list[Node] = []
        for key_node, value_node in composed.value:
            line = key_node.start_mark.line + 1
            if key_node.tag == f"{_TAG}merge":
                merged.extend(self._merged(value_node, Where(line, path), inside))
            elif (key := self._key(key_node, Where(line, path))) is not None:
                if key in entries:
                    says = f"stands here twice: line {key_lines[key]} has it, too"
                    self._complaints.add(Where(line, (*path, key)), says)
                entries[key] = self.node(value_node, (*path, key), inside, line)
                key_lines[key] = line
        for other in merged:
            for key, node in other.entries.items():
                if key not in entries:
                    entries[key], key_lines[key] = node, other.key_lines[key]
        return Node(where.line, Kind.MAP, entries=entries, key_lines=key_lines)

    def _merged(self, value: yaml.Node, where: Where, inside: frozenset[int]) -> list[Node]:
        """What `<<: *name` or `<<: [*one, *other]` brings along; the first one that has a key counts."""
        node = self.node(value, where.path, inside, where.line)
        maps = [node] if node.kind is Kind.MAP else list(node.items)
        if not maps or any(one.kind is not Kind.MAP for one in maps):
            self._complaints.add(where, "<< takes an alias (*name) of a mapping, or a list of them")
            return []
        return maps

    def _key(self, composed: yaml.Node, where: Where) -> str | None:
        if not isinstance(composed, yaml.ScalarNode):
            self._complaints.add(where, "a key is a name: text that begins with { or [ goes in quotes")
            return None
        node = self._scalar(composed, where)
        if node.kind is not Kind.TEXT:
            self._complaints.add(where, in_quotes(node))
            return None
        if not node.text or not node.text.isprintable():
            self._complaints.add(where, "a key is a name of one line, and not empty")
            return None
        return node.text

    def _scalar(self, composed: yaml.Node, where: Where) -> Node:
        kind, text = _KINDS.get(composed.tag.removeprefix(_TAG), Kind.TEXT), str(composed.value)
        value: str | int | float | bool | None = text
        if kind in (Kind.NUMBER, Kind.FRACTION, Kind.SWITCH):
            try:
                value = self._loader.construct_object(composed)
            except ValueError:
                self._complaints.add(where, "a number that cannot be read: if it is text, put it in quotes")
                value = 0
        elif kind is Kind.NOTHING:
            value = None
        elif not _can_be_stored(text):
            self._complaints.add(where, "holds a character (\\0 or half of a pair) that cannot be stored")
        return Node(where.line, kind, text=text, value=value)


def in_quotes(node: Node) -> str:
    """For a scalar that YAML takes for something else than the text it was meant to be."""
    if node.kind is Kind.NUMBER and str(node.value) != node.text:
        return f'{node.text} is the number {node.value} to YAML: put it in quotes: "{node.text}"'
    if node.kind is Kind.NOTHING:
        return "is empty"
    return f'{node.text} is {node.kind.value} to YAML: put it in quotes: "{node.text}"'


def _can_be_stored(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _told(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[Where, str]:
    """What PyYAML found, in words that hold nothing of the file: it might be a secret."""
    mark = error.problem_mark or error.context_mark
    line = min(mark.line + 1 if mark else 1, max(len(lines), 1))
    where, problem = Where(line, ()), f"{error.context or ''} {error.problem or ''}"
    if re.match(r" *\t", lines[line - 1]):
        return where, "a tab: YAML is indented with spaces"
    for found, says in _TOLD.items():
        if found in problem:
            return where, says
    plain = re.sub(r" '(?![<\[\]{},:?-])[^']{2,}'", "", error.problem or "it cannot be read")
    return where, f"this is no YAML: {plain}"


_TOLD = {
    "single document": "a second document (---) begins here: one file holds one",
    "undefined alias": "an alias (*name) without its anchor (&name): text that begins with * goes in quotes",
    "duplicate anchor": "an anchor (&name) that was there before",
    "mapping values are not allowed": "a colon where none can be: look at the indentation; text with a colon in it goes"
    " in quotes",
    "could not find expected ':'": "a line that is neither a key with its colon nor a value: look at the indentation",
    "expected <block end>": "indented otherwise than the lines before it",
    "unexpected end of stream": "a quote that is never closed",
    "found character '%'": "text that begins with % goes in quotes",
    "found character '@'": "text that begins with @ goes in quotes",
    "found character '`'": "text that begins with ` goes in quotes",
}
