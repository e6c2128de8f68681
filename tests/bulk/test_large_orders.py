"""Imports and replays of a shop with an order that is larger than an answer may be."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from tests.bulk.rig import MARCH, Bulk
from tests.look.conftest import Command
from tests.support.orders import woo_order

TOO_LARGE = "x" * 70_000
#: That one order, and no other.
IT_ALONE_FAILED = {"1": ("done", ""), "2": ("failed", "unreadable_order"), "3": ("done", "")}


@pytest.fixture(autouse=True)
def three_orders(bulk: Bulk) -> Iterator[None]:
    """Of which nobody told, and the shop cannot send the second one."""
    bulk.put(1, 3)
    large = woo_order(2, meta_data=[{"id": 1, "key": "_plugin", "value": TOO_LARGE}], modified=2)
    bulk.woo.put_raw_order(large, announce=False)
    with patch("connectors.woocommerce.rest.MAX_ANSWER_BYTES", 60_000):
        yield


@pytest.mark.parametrize("wanted", [MARCH, {"numbers": ["1", "2", "3"]}])
def test_an_order_that_the_shop_cannot_tell_of_is_named_and_the_others_are_imported(
    bulk: Bulk, wanted: dict[str, object]
) -> None:
    # When March, or each of them by its number, is imported
    run = bulk.finish(bulk.open(wanted))
    assert bulk.items(run.id) == IT_ALONE_FAILED


def test_a_missing_order_that_the_shop_cannot_tell_of_is_named_and_the_others_go(bulk: Bulk, command: Command) -> None:
    # Given that its day counts, when what is missing is looked for
    bulk.line.shop.rows("update connections set active_since = '2000-01-01' returning id")
    run = bulk.finish(command.json("replay", "missing", "--since", "2026-03-01", "--yes")["id"])
    assert bulk.items(run.id) == IT_ALONE_FAILED
