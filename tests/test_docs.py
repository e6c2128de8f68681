"""The pages say what the code says."""

from __future__ import annotations

import re

import pytest
from pydantic import SecretStr

from shared.settings import Settings
from tests.support.processes import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("connectors/**/README.md")])


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_table_with_its_default(name: str) -> None:
    # Given a setting, when the table for operators is read, then it has the setting's row, word for word
    field = Settings.model_fields[name]
    default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    shown = "(must be set)" if field.is_required() else "" if default is None else f"`{default}`"
    row = f"| `SHOPLEDGER_{name.upper()}` | {shown} | {field.description} |"
    assert row in (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: object) -> None:
    # Given a page, when its links into the project are followed, then each file is there
    path = ROOT / str(page)
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", path.read_text())
    missing = [target for target in targets if not (path.parent / target).exists()]
    assert missing == []
