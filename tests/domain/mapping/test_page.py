"""The page about conditions, choices and fields says what the code says."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from shared.domain import choices, condition, expression, mapping, path_functions, steps, values
from shared.domain.choices import Choices
from shared.domain.condition import Condition
from shared.domain.mapping import Fields
from shared.domain.path_functions import FUNCTIONS
from shared.domain.questions import OPERATORS
from shared.domain.view import FACTS
from tests.support.processes import ROOT

PAGE = (ROOT / "docs" / "mapping.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


class Written(BaseModel):
    model_config = ConfigDict(extra="forbid")

    only: Condition | None = None
    choices: Choices = {}
    fields_: Fields = {}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_saved(example: str) -> None:
    # Given an example of the page, when it is saved, then it is taken
    written = yaml.safe_load(example)
    if "fields" in written:
        written["fields_"] = written.pop("fields")
    Written.model_validate_json(json.dumps(written), strict=True)


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_stands_in_the_table(fact: str) -> None:
    # Given a fact, when an owner looks for it, then it has its row, word for word
    assert f"| `{fact}` | {FACTS[fact].description} |" in PAGE


def test_every_word_of_the_settings_is_told() -> None:
    # Given operators, functions and steps, when an owner looks for them, then each is there
    named = set(re.findall(r"`\{?([a-z_]+)", PAGE))
    assert {*OPERATORS, *FUNCTIONS, *steps.NAMES} <= named


@pytest.mark.parametrize(
    ("of", "limits"),
    [
        ("a path", (expression.LENGTH, expression.PARTS, expression.DEPTH)),
        ("one answer", (path_functions.STEPS,)),
        ("what a path finds", (expression.MEMBERS, values.DIGITS)),
        ("a condition", (condition.DEPTH, condition.QUESTIONS, condition.VALUES)),
        ("a choice", (choices.ROWS,)),
        ("a field", (mapping.ROWS, mapping.PARTS, mapping.STEPS, steps.ENTRIES)),
        ("a value in the settings", (values.LETTERS, values.FIGURES)),
        ("a text on its way", (steps.LONGEST,)),
    ],
)
def test_every_limit_is_told(of: str, limits: tuple[int, ...]) -> None:
    # Given a bound, when an owner looks for it, then the page has it
    (row,) = re.findall(rf"^\| {of} \| (.*) \|$", PAGE, re.MULTILINE)
    assert [int(number.replace(",", "")) for number in re.findall(r"[0-9][0-9,]*[0-9]|[0-9]", row)] == list(limits)
