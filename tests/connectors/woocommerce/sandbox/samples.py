"""Orders to place, and the recordings of a real shop that the sandbox is held against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

RECORDINGS = Path(__file__).parents[5] / "shared" / "fixtures" / "woocommerce" / "live"

MUG = {"name": "Kaffekrus", "price": "125", "sku": "MUG", "product_id": 21}
LAMP = {"name": "Tilbud lampe", "price": "299", "sku": "LAMP", "product_id": 31}
BOOK = {"name": "Kogebog", "price": "199", "sku": "BOOK", "product_id": 25, "tax_class": "reduced-rate"}
FREIGHT = {"total": "39.20"}


def recorded(path: str) -> Any:
    """A recorded JSON body; the test is skipped where the recordings are not."""
    file = RECORDINGS / path
    if not file.exists():
        pytest.skip("the recordings of the real shop are not here")
    return json.loads(file.read_text())


def recorded_headers(path: str) -> dict[str, str]:
    return dict(recorded(path)["headers"])
