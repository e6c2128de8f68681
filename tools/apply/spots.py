"""A place in the file that can be asked what stands there, and complained about."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tools.apply.complaints import Complaints, Where
from tools.apply.tree import Kind, Node, in_quotes
from tools.cli.words import did_you_mean, there_are

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Spot:
    node: Node
    #: Of the key, where it has one: its value may begin on a later line, or stand elsewhere behind an alias.
    where: Where
    complaints: Complaints

    def complain(self, says: str) -> None:
        self.complaints.add(self.where, says)

    def child(self, key: str) -> Spot:
        return Spot(self.node.entries[key], self.key(key), self.complaints)

    def key(self, key: str) -> Where:
        return Where(self.node.key_lines[key], (*self.where.path, key))

    def below(self, loc: Sequence[str | int]) -> Spot:
        """By keys and places in lists, as far as the file goes: what it leaves out has no place of its own."""
        place = self
        for part in loc:
            if isinstance(part, int) and part < len(place.node.items):
                item = place.node.items[part]
                place = Spot(item, Where(item.line, place.where.path), place.complaints)
            elif isinstance(part, str) and part in place.node.entries:
                place = place.child(part)
        return place

    def named(self, what: str) -> dict[str, Spot]:
        """The mapping's entries, whose keys are names that the user chose. Nothing at all is an empty one."""
        if self.node.kind is Kind.NOTHING:
            return {}
        if self.node.kind is not Kind.MAP:
            self.complain(f"must hold {what}, each by its name and a colon")
            return {}
        return {key: self.child(key) for key in self.node.entries}

    def fields(self, what: str, *, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Spot]:
        """The mapping's entries with these keys; complains about others, and about required ones that are missing."""
        known = [*required, *optional]
        if self.node.kind is not Kind.MAP:
            self.complain(f"{what} is a mapping of {', '.join(known)}")
            return {}
        for key in self.node.entries:
            if key not in known:
                self.complaints.add(self.key(key), f"{what} has no such key{there_are(key, sorted(known))}")
        for key in required:
            if key not in self.node.entries:
                self.complain(f"{key} is missing")
        return {key: self.child(key) for key in known if key in self.node.entries}

    def text(self) -> str | None:
        """What stands here, if it is text; complains otherwise."""
        if self.node.kind is Kind.TEXT and self.node.text:
            return self.node.text
        self.complain(_no_text(self.node))
        return None

    def switch(self) -> bool | None:
        if isinstance(self.node.value, bool):
            return self.node.value
        self.complain(_no_switch(self.node))
        return None


def judged(spot: Spot, model: type[M]) -> M | None:
    """What stands here as the model reads it, numbers as numbers and text as text; complains where it cannot."""
    if spot.node.kind not in (Kind.MAP, Kind.NOTHING):
        spot.complain(f"must be a mapping of {', '.join(model.model_fields)}")
        return None
    try:
        return model.model_validate_json(json.dumps(spot.node.plain() or {}), strict=True)
    except ValidationError as error:
        _complain_of(spot, error, model)
        return None


def _complain_of(spot: Spot, error: ValidationError, model: type[BaseModel]) -> None:
    """Each problem that the model found, at the value it is about."""
    for found in error.errors(include_url=False, include_input=False):
        loc = [part for part in found["loc"] if isinstance(part, (str, int))]
        place = spot.below(loc)
        if found["type"] == "extra_forbidden":
            key = str(loc[-1])
            holder = spot.below(loc[:-1])
            if key in holder.node.entries:
                known = sorted(_model_at(model, loc[:-1]).model_fields)
                holder.complaints.add(holder.key(key), f"there is no such setting{there_are(key, known)}")
        elif found["type"] == "missing":
            place.complain(f"{loc[-1]} is missing")
        else:
            is_about_key = loc[-1:] == ["[key]"]
            node = Node(place.where.line, Kind.TEXT, place.where.path[-1]) if is_about_key else place.node
            place.complain(_words(found, node))


def _model_at(model: type[BaseModel], path: Sequence[int | str]) -> type[BaseModel]:
    """The model of what stands there: one within the model, or the model itself where nobody can say."""
    for part in path:
        field = model.model_fields.get(str(part))
        within = field.annotation if field is not None else None
        if not (isinstance(within, type) and issubclass(within, BaseModel)):
            return model
        model = within
    return model


def _words(found: ErrorDetails, node: Node) -> str:
    """pydantic's finding as people say it; `node` is no secret."""
    match found["type"]:
        case "string_type":
            return _no_text(node)
        case "bool_type":
            return _no_switch(node)
        case "int_type" | "int_from_float" | "int_parsing":
            if node.kind is Kind.TEXT and re.fullmatch("[0-9]+", node.text):
                return "must be a number, without quotes"
            return "must be a whole number"
        case "frozen_set_type" | "list_type" | "tuple_type" | "set_type":
            return f"must be a list: [{node.text if node.kind is Kind.TEXT else 'one'}, another]"
        case "decimal_parsing" | "decimal_type":
            return "must be a number, with a point where it has a fraction: 0.10"
        case "decimal_max_places":
            return f"must have {found['ctx']['decimal_places']} decimals at most"
        case "dict_type":
            return f"must be a mapping, and is {node.kind.value}"
        case "string_too_short":
            return "is empty"
        case "literal_error" | "enum":
            allowed = re.findall("'([^']*)'", str(found.get("ctx", {}).get("expected", "")))
            return f"must be {' or '.join(allowed)}{did_you_mean(node.text, allowed)}"
        case "value_error":
            return found["msg"].removeprefix("Value error, ")
    return found["msg"].replace("Input should be", "must be")


def _no_text(node: Node) -> str:
    if node.kind in (Kind.MAP, Kind.LIST):
        return f"must be text, and is {node.kind.value}"
    return "is empty" if not node.text or node.kind is Kind.NOTHING else in_quotes(node)


def _no_switch(node: Node) -> str:
    quotes = ", without quotes" if node.text.lower() in ("true", "false", "yes", "no", "on", "off") else ""
    return f"must be true or false{quotes}"
