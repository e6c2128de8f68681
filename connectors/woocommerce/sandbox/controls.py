"""`/__sandbox__` for the shop: everything a shop owner, a customer or a test does to it without the REST API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.woocommerce.sandbox.customers import put_customer
from connectors.woocommerce.sandbox.desk import Desk
from connectors.woocommerce.sandbox.frame import answer, parsed
from connectors.woocommerce.sandbox.products import put_product
from connectors.woocommerce.sandbox.specs import CouponSpec, OrderSpec, RefundSpec, Via
from shared.sandbox.door import CONTROL_PREFIX

#: Settings that can be turned while the shop runs.
TURNABLE = frozenset({
    "currency", "country", "prices_include_tax", "price_decimals", "basic_over_http", "owner", "customers_hidden",
    "delivery_timeout", "clock_ahead", "lost", "doubled", "shuffled", "unrest", "seed",
})  # fmt: skip


def shop_controls(desk: Desk) -> Blueprint:
    controls = Blueprint("shop", __name__, url_prefix=CONTROL_PREFIX)
    _order_controls(controls, desk)
    _queue_controls(controls, desk)
    _shop_controls(controls, desk)

    @controls.errorhandler(ValueError)
    def refuse(error: ValueError) -> ResponseReturnValue:
        return jsonify(error=str(error)), 400

    return controls


def _order_controls(controls: Blueprint, desk: Desk) -> None:
    @controls.post("/orders")
    def put_order() -> ResponseReturnValue:
        """`{"raw": a body, "via": .., "announce": ..}` puts it in as it is; anything else is an `OrderSpec`."""
        given = _given()
        if "raw" in given:
            via = Via(given.get("via", Via.REST))
            order_id = desk.orders.put_raw(given["raw"], via=via, announce=given.get("announce", True))
        else:
            order_id = desk.orders.create(parsed(OrderSpec, given))
        return answer(desk.orders.shown(order_id), 201)

    @controls.get("/orders/<int:order_id>")
    def get_order(order_id: int) -> ResponseReturnValue:
        return answer(desk.orders.shown(order_id))

    @controls.patch("/orders/<int:order_id>")
    def change_order(order_id: int) -> ResponseReturnValue:
        """Any fields; `?announce=0` keeps the webhook back, `?touched=0` leaves date_modified (a plugin's own SQL)."""
        how = {name: request.args.get(name, "1") != "0" for name in ("announce", "touched")}
        return answer(desk.change_order(order_id, _given(), **how))

    @controls.post("/orders/<int:order_id>/date")
    def date_order(order_id: int) -> ResponseReturnValue:
        """`{"created": "2026-10-25T00:30:00Z"}`: as when somebody sets it by hand."""
        return answer(desk.date_order(order_id, datetime.fromisoformat(_given()["created"])))

    @controls.post("/orders/<int:order_id>/trash")
    def trash(order_id: int) -> ResponseReturnValue:
        return answer(desk.orders.trash(order_id))

    @controls.post("/orders/<int:order_id>/restore")
    def restore(order_id: int) -> ResponseReturnValue:
        return answer(desk.orders.restore(order_id))

    @controls.post("/orders/<int:order_id>/delete")
    def delete(order_id: int) -> ResponseReturnValue:
        return answer(desk.orders.delete(order_id))

    @controls.post("/orders/<int:order_id>/refund")
    def refund(order_id: int) -> ResponseReturnValue:
        return answer(desk.refunds.create(order_id, parsed(RefundSpec, {"api_refund": False, **_given()})), 201)


def _queue_controls(controls: Blueprint, desk: Desk) -> None:
    @controls.get("/queue")
    def queue() -> ResponseReturnValue:
        waiting = [{"webhook": webhook_id, "argument": argument} for webhook_id, argument in desk.queue.waiting()]
        return jsonify(paused=desk.queue.paused, waiting=waiting)

    @controls.post("/queue/<verb>")
    def turn_queue(verb: str) -> ResponseReturnValue:
        """`pause`, `resume`, or `drain`: answers when everything that waited has been delivered."""
        verbs = {"pause": desk.queue.pause, "resume": desk.queue.resume, "drain": desk.queue.drain}
        if verb not in verbs:
            return jsonify(error=f"verbs: {', '.join(verbs)}"), 404
        verbs[verb]()
        return "", 204


def _shop_controls(controls: Blueprint, desk: Desk) -> None:
    shop = desk.shop

    @controls.get("/shop")
    def about() -> ResponseReturnValue:
        """Address, keys and settings: all a developer needs to connect."""
        settings = {name: getattr(shop.settings, name) for name in sorted(TURNABLE)}
        keys = [
            {
                "consumer_key": key.consumer_key,
                "consumer_secret": key.consumer_secret,
                "permissions": key.permissions,
            }
            for key in shop.keys.values()
        ]
        return jsonify(url=shop.url, now=shop.clock.now().isoformat(), settings=settings, keys=keys)

    @controls.patch("/shop")
    def turn_knobs() -> ResponseReturnValue:
        with shop.lock:
            for name, value in _given().items():
                if name not in TURNABLE:
                    return jsonify(error=f"settings: {', '.join(sorted(TURNABLE))}"), 400
                setattr(shop.settings, name, value)
        return about()

    @controls.post("/keys")
    def add_key() -> ResponseReturnValue:
        key = shop.add_key(_given().get("permissions", "read_write"))
        return jsonify(consumer_key=key.consumer_key, consumer_secret=key.consumer_secret), 201

    @controls.delete("/keys/<consumer_key>")
    def revoke_key(consumer_key: str) -> ResponseReturnValue:
        shop.keys.pop(consumer_key, None)
        return "", 204

    @controls.post("/clock")
    def turn_clock() -> ResponseReturnValue:
        """`{"set": "2026-10-25T00:30:00Z"}`, `{"advance": seconds}` or `{"run": true}`."""
        given = _given()
        if "set" in given:
            shop.clock.set(datetime.fromisoformat(given["set"]))
        elif "advance" in given:
            shop.clock.advance(given["advance"])
        else:
            shop.clock.run()
        return jsonify(now=shop.clock.now().isoformat())

    @controls.post("/products")
    def add_product() -> ResponseReturnValue:
        return answer(put_product(desk, _given()), 201)

    @controls.post("/customers")
    def add_customer() -> ResponseReturnValue:
        return answer(put_customer(shop, _given()), 201)

    @controls.post("/coupons")
    def add_coupon() -> ResponseReturnValue:
        coupon = parsed(CouponSpec, _given())
        shop.coupons[coupon.code] = coupon
        return jsonify(coupon.model_dump(mode="json")), 201

    @controls.put("/order-states/<name>")
    def add_order_state(name: str) -> ResponseReturnValue:
        """`{"title": ..}`: one more that orders may have, as a plugin registers it."""
        with shop.lock:
            shop.order_states[name] = str(_given().get("title", name))
        return jsonify(shop.order_states)

    @controls.delete("/order-states/<name>")
    def delete_order_state(name: str) -> ResponseReturnValue:
        """As when its plugin is switched off; orders keep it."""
        with shop.lock:
            shop.order_states.pop(name, None)
        return "", 204

    @controls.get("/webhooks/<int:webhook_id>")
    def webhook_insides(webhook_id: int) -> ResponseReturnValue:
        """What the REST API never tells: the failures in a row, and whether the ping is still due."""
        webhook = desk.webhooks.find(webhook_id)
        return jsonify(
            status=webhook.status, failure_count=webhook.failure_count, pending_delivery=webhook.pending_delivery
        )


def _given() -> dict[str, Any]:
    return request.get_json(silent=True) or {}
