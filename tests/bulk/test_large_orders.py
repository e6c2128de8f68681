"""An import of a shop with an order that is larger than an answer may be."""

from __future__ import annotations

from unittest.mock import patch

from tests.bulk.rig import Bulk
from tests.support.orders import woo_order

TOO_LARGE = "x" * 70_000


def test_an_order_that_the_shop_cannot_tell_of_is_named_and_the_others_go(bulk: Bulk) -> None:
    # Given such an order between others
    bulk.put(1, 3)
    large = woo_order(2, meta_data=[{"id": 1, "key": "_plugin", "value": TOO_LARGE}], modified=2)
    bulk.woo.put_raw_order(large, announce=False)
    # When March is imported, then it alone failed
    with patch("connectors.woocommerce.rest.MAX_ANSWER_BYTES", 60_000):
        run = bulk.finish(bulk.open())
    assert bulk.items(run.id) == {"1": ("done", ""), "2": ("failed", "unreadable_order"), "3": ("done", "")}
