"""What the owner reads of an order that changed after its document was made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shared.domain.changes import as_told, changes
from shared.domain.order import Order
from tests.domain.test_build import order

THEN = order()
(LINE,) = THEN.lines


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (THEN, []),
        (replace(THEN, modified_at=THEN.modified_at.replace(year=2027)), []),
        (replace(THEN, status="completed"), ["state processing to completed"]),
        (replace(THEN, total=Decimal("150.00")), ["total 125.00 to 150.00"]),
        (
            replace(THEN, lines=(replace(LINE, quantity=Decimal(2), total=Decimal("200.00")),)),
            ["line 1 (Kaffekrus): quantity 1 to 2, net 100.00 to 200.00"],
        ),
        (replace(THEN, lines=(LINE, replace(LINE, id="9", name="Fat"))), ["line 2 (Fat) added"]),
        (replace(THEN, lines=()), ["a line (Kaffekrus) removed"]),
        (replace(THEN, lines=(replace(LINE, sku=None),)), ["line 1 (Kaffekrus): product number MUG to nothing"]),
    ],
)
def test_what_changed_is_named(now: Order, says: list[str]) -> None:
    # Given an order as it was sent, when it is looked at as it is now, then the owner reads what is different
    assert changes(as_told(THEN), as_told(now)) == says


def test_who_bought_is_not_told() -> None:
    # Given an order that somebody else is to get, when it is told of, then that is said, and not who or where
    moved = replace(THEN, billing=replace(THEN.billing, last_name="Krogh", city="Odense"))
    assert changes(as_told(THEN), as_told(moved)) == ["billing address"]
