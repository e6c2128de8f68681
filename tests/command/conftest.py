"""A data folder that nobody made yet, and the two ends of a demo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.demo.outside import Outside, outside


@pytest.fixture
def folder(own_folder: Path) -> Path:
    return own_folder / "data"


@pytest.fixture
def ends() -> Iterator[Outside]:
    with outside() as made:
        yield made
