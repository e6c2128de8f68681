"""Where recordings of real shops are, on a machine that has them. They are others' work and never part of this one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).parents[4] / "shared" / "fixtures"
WOOCOMMERCE = FIXTURES / "woocommerce"
SIGNATURES = FIXTURES / "signatures"
SETS = ("live", "docs-v3", "synthetic-eu", "ios-app")

needs_recordings = pytest.mark.skipif(not WOOCOMMERCE.is_dir(), reason="the recordings are not on this machine")


def load(path: Path) -> Any:
    return json.loads(path.read_bytes(), parse_float=Decimal)


def rest_bodies() -> Iterator[tuple[str, Any]]:
    """(name, decoded body) of every recorded REST answer."""
    for path in sorted(path for folder in SETS for path in (WOOCOMMERCE / folder).rglob("*.json")):
        if path.parent.name != "webhooks" and not path.name.endswith(".headers.json") and path.stat().st_size:
            yield path.relative_to(WOOCOMMERCE).as_posix(), load(path)


def orders_in(value: Any) -> Iterator[dict[str, Any]]:
    """Whatever looks like an order, at any depth: in lists, batches, and the app's `{"data": ...}`."""
    if isinstance(value, dict):
        if isinstance(value.get("line_items"), list) and isinstance(value.get("currency"), str):
            yield value
        else:
            for inner in value.values():
                yield from orders_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from orders_in(inner)
