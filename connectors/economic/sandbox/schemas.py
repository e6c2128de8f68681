"""The vendor's own JSON schemas (draft-03), where a folder of them is at hand: a second opinion on every body."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.economic.sandbox.problems import Problems

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

#: Rules of the schemas that the facts contradict: (schema, property, rule).
WRONG = frozenset({
    # A unit is referred to by its number alone, as in every other schema.
    ("orders.drafts.orderNumber.put", "lines.unit.name", "required"),
})  # fmt: skip


class Schemas:
    """Checks nothing without a folder. Needs the package jsonschema with one. Decimals are beyond it (`maxDecimal`)."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._validators: dict[str, Validator] = {}

    def check(self, name: str, body: dict[str, Any]) -> None:
        """`name` as the file has it, without its ending: "orders.drafts.post". Raises ApiError 400."""
        if self._folder is None:
            return
        problems = Problems(bare_lists=True)
        for error in self._validator(self._folder, name).iter_errors(body):
            path = tuple(error.absolute_path)
            names = ".".join(step for step in path if isinstance(step, str))
            if (name, names, error.validator) not in WRONG:
                problems.add(path, error.message)
        problems.raise_any()

    def _validator(self, folder: Path, name: str) -> Validator:
        if name not in self._validators:
            from jsonschema import Draft3Validator

            schema = json.loads((folder / f"{name}.schema.json").read_text())
            self._validators[name] = Draft3Validator(schema)
        return self._validators[name]
