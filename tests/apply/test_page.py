"""docs/apply.md says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.accounting import Accounting
from connectors.registry import installed
from shared.domain.job_settings import JobSettings
from shared.domain.settings import OrderSettings
from tests.support.processes import ROOT
from tools.cli.problems import Exit

PAGE = (ROOT / "docs" / "apply.md").read_text()
EXAMPLE = (Path(__file__).parent / "examples" / "shop.yaml").read_text()


def test_the_whole_file_is_the_one_that_is_tried() -> None:
    assert f"```yaml\n{EXAMPLE}```" in PAGE


@pytest.mark.parametrize("name", OrderSettings.model_fields)
def test_every_setting_stands_there_with_what_it_is(name: str) -> None:
    # Given a setting, when the page is read, then its row says what the model says
    field = OrderSettings.model_fields[name]
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    assert row.endswith(f"| {field.description} |")


@pytest.mark.parametrize("name", JobSettings.model_fields)
def test_every_setting_of_jobs_stands_there_with_what_it_is(name: str) -> None:
    field = JobSettings.model_fields[name]
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    assert row == f"| `{name}` | `{field.default}` | {field.description} |"


@pytest.mark.parametrize("kind", installed())
def test_every_connector_stands_there_with_its_fields(kind: str) -> None:
    # Given a connector, when the page is read, then its required credentials and its own settings are there
    connector = installed()[kind]
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |")]
    needed = [name for name, field in connector.Credentials.model_fields.items() if field.is_required()]
    assert all(f"`{name}`" in row for name in needed)
    chosen = connector.Settings.model_fields if isinstance(connector, Accounting) else {}
    assert all(f"| `{name}` |" in PAGE for name in chosen)


@pytest.mark.parametrize("code", [Exit.FOUND_TROUBLE, Exit.WRONG_FILE, Exit.UNAVAILABLE, Exit.NO_PERMISSION])
def test_every_exit_code_of_the_command_stands_there(code: Exit) -> None:
    assert f"| {code.value} |" in PAGE
