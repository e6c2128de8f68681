"""Refunds: by line, by amount, or because the whole order was marked as refunded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.woocommerce.sandbox.amounts import Rounding
from connectors.woocommerce.sandbox.errors import RestError, invalid_id, refund_error
from connectors.woocommerce.sandbox.life import enter, touch
from connectors.woocommerce.sandbox.orders import Orders
from connectors.woocommerce.sandbox.specs import RefundLineSpec, RefundSpec
from connectors.woocommerce.sandbox.state import Shop
from connectors.woocommerce.sandbox.webhooks import Webhooks

#: An order's lists of lines that can be paid back, by the name they have in a refund, too.
LINE_LISTS = ("line_items", "shipping_lines", "fee_lines")


class Refunds:
    def __init__(self, shop: Shop, orders: Orders, webhooks: Webhooks) -> None:
        self._shop = shop
        self._orders = orders
        self._webhooks = webhooks

    def create(self, order_id: int, spec: RefundSpec) -> dict[str, Any]:
        """Pays back; the order becomes `refunded` by itself when nothing is left. Raises RestError (HTTP 500)."""
        with self._shop.lock:
            order = self._orders.find(order_id)
            amount = self._checked_amount(order, spec)
            refund = self._body(order, spec, amount)
            self._shop.kept_refunds[refund["id"]] = refund
            order["refunds"] = [*order["refunds"], {"id": refund["id"], "reason": spec.reason, "total": -amount}]
            if refund["meta_data"][0]["value"] == "full":
                enter(self._shop, order, "refunded")
                self._webhooks.fire("woocommerce_order_status_refunded", order_id)
            touch(self._shop, order)
            self._webhooks.fire("woocommerce_order_refunded", order_id)
            self._webhooks.announce("order.updated", order_id)
            return self.shown(order_id, refund["id"])

    def create_full(self, order_id: int) -> None:
        """What setting the status `refunded` does beside: one refund of all that is left, without lines."""
        with self._shop.lock:
            left = self._left(self._orders.find(order_id))
            if left > 0:
                self.create(order_id, RefundSpec(amount=left, reason="Order fully refunded.", api_refund=False))

    def delete(self, order_id: int, refund_id: int) -> dict[str, Any]:
        """Takes a refund back: no webhook, and the order's date_modified stays."""
        with self._shop.lock:
            last = self.shown(order_id, refund_id)
            order = self._orders.find(order_id)
            order["refunds"] = [refund for refund in order["refunds"] if refund["id"] != refund_id]
            del self._shop.kept_refunds[refund_id]
            return last

    def shown(self, order_id: int, refund_id: int, dp: int | None = None) -> dict[str, Any]:
        """As `Orders.shown`."""
        with self._shop.lock:
            refund = self._shop.kept_refunds.get(refund_id)
            if refund is None or refund["parent_id"] != order_id:
                raise invalid_id("shop_order_refund")
            body = self._shop.stated(refund, dp)
            del body["parent_id"]
            order_url = f"{self._shop.url}/wp-json/wc/v3/orders/{order_id}"
            body["_links"] = {
                "self": [{"href": f"{order_url}/refunds/{refund_id}", "targetHints": {"allow": ["GET", "DELETE"]}}],
                "collection": [{"href": f"{order_url}/refunds"}],
                "up": [{"href": order_url}],
            }
            return body

    def of_order(self, order_id: int, dp: int | None = None) -> list[dict[str, Any]]:
        """Newest first."""
        with self._shop.lock:
            order = self._orders.find(order_id)
            return [self.shown(order_id, refund["id"], dp) for refund in reversed(order["refunds"])]

    def _left(self, order: Mapping[str, Any]) -> Decimal:
        return Decimal(order["total"]) + sum(Decimal(refund["total"]) for refund in order["refunds"])

    def _checked_amount(self, order: Mapping[str, Any], spec: RefundSpec) -> Decimal:
        amount = _lines_amount(spec.line_items) if spec.amount is None else spec.amount
        if amount < 0:
            message = "Refund amount must be greater than zero."
            raise RestError("woocommerce_rest_invalid_order_refund", message, 500, 400)
        if amount > self._left(order):
            raise refund_error("Invalid refund amount.")
        if spec.api_refund:
            raise refund_error("The payment gateway for this order does not support automatic refunds.")
        if amount == 0:
            raise refund_error("Invalid refund amount.")
        return amount

    def _body(self, order: Mapping[str, Any], spec: RefundSpec, amount: Decimal) -> dict[str, Any]:
        shop = self._shop
        rounding = Rounding(shop.settings.price_decimals, bool(order.get("prices_include_tax")))
        lists = {name: self._lines(order[name], spec.line_items, rounding) for name in LINE_LISTS}
        kind = "full" if amount == self._left(order) else "partial"
        return {
            "id": shop.next_id(),
            "parent_id": order["id"],
            **shop.clock.stamps("date_created", shop.clock.now()),
            "amount": amount,
            "reason": spec.reason,
            "refunded_by": 1,
            "refunded_payment": False,
            "meta_data": [{"id": shop.next_item_id(), "key": "_refund_type", "value": kind}],
            "line_items": lists["line_items"],
            "shipping_lines": lists["shipping_lines"],
            "tax_lines": self._tax_lines(order, lists, rounding),
            "fee_lines": lists["fee_lines"],
        }

    def _lines(
        self, originals: Sequence[Mapping[str, Any]], specs: Sequence[RefundLineSpec], rounding: Rounding
    ) -> list[dict[str, Any]]:
        by_id, next_id = {spec.id: spec for spec in specs}, self._shop.next_item_id
        return [
            _negated(original, by_id[original["id"]], rounding, next_id(), next_id())
            for original in originals
            if original["id"] in by_id
        ]

    def _tax_lines(
        self, order: Mapping[str, Any], lists: Mapping[str, Sequence[Mapping[str, Any]]], rounding: Rounding
    ) -> list[dict[str, Any]]:
        cart = _by_rate([*lists["line_items"], *lists["fee_lines"]], rounding)
        shipping = _by_rate(lists["shipping_lines"], rounding)
        return [
            {
                **line,
                "id": self._shop.next_item_id(),
                "tax_total": cart.get(line["rate_id"], Decimal(0)),
                "shipping_tax_total": shipping.get(line["rate_id"], Decimal(0)),
            }
            for line in order["tax_lines"]
            if line["rate_id"] in cart or line["rate_id"] in shipping
        ]


def _lines_amount(lines: Sequence[RefundLineSpec]) -> Decimal:
    return sum((line.refund_total + sum(_taxes(line).values()) for line in lines), Decimal(0))


def _taxes(line: RefundLineSpec) -> dict[int, Decimal]:
    return {int(tax["id"]): Decimal(str(tax["refund_total"])) for tax in line.refund_tax}


def _negated(
    original: Mapping[str, Any], spec: RefundLineSpec, rounding: Rounding, line_id: int, meta_id: int
) -> dict[str, Any]:
    """A line of the order as a line of the refund: what is paid back, with a minus."""
    taxes = _taxes(spec)
    tax = -rounding.line_tax(taxes)
    origin = str(original["id"])
    line = {
        **original,
        "id": line_id,
        "total": -spec.refund_total,
        "total_tax": tax,
        "meta_data": [
            {
                "id": meta_id,
                "key": "_refunded_item_id",
                "value": origin,
                "display_key": "_refunded_item_id",
                "display_value": origin,
            }
        ],
    }
    has_subtotal = "subtotal" in original
    line["taxes"] = [
        {"id": rate_id, "total": -amount, "subtotal": -amount if has_subtotal else ""}
        for rate_id, amount in taxes.items()
    ]
    if has_subtotal:
        line |= {"quantity": -spec.quantity, "subtotal": line["total"], "subtotal_tax": tax}
    return line


def _by_rate(lines: Sequence[Mapping[str, Any]], rounding: Rounding) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for line in lines:
        for tax in line["taxes"]:
            sums[tax["id"]] = sums.get(tax["id"], Decimal(0)) + rounding.tax(tax["total"])
    return sums
