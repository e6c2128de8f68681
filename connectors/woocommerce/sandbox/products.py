"""Products, as far as orders need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.woocommerce.sandbox.desk import Desk


def put_product(desk: Desk, given: Mapping[str, Any]) -> dict[str, Any]:
    """Adds a product or replaces the one with that id. `price` as the shop types its prices."""
    shop = desk.shop
    with shop.lock:
        product_id = given.get("id") or shop.next_id()
        is_new = product_id not in shop.products
        now = shop.clock.now()
        product = {
            "id": product_id,
            "name": "",
            **shop.clock.stamps("date_created", now),
            **shop.clock.stamps("date_modified", now),
            "type": "simple",
            "status": "publish",
            "sku": "",
            "price": "0.00",
            "regular_price": str(given.get("price", "0.00")),
            "tax_status": "taxable",
            "tax_class": "",
            "manage_stock": False,
            "stock_quantity": None,
            "parent_id": 0,
            "meta_data": [],
            **given,
        }
        shop.products[product_id] = product
        if is_new:
            desk.webhooks.announce("product.created", product_id)
        desk.webhooks.announce("product.updated", product_id)
        return dict(product)
