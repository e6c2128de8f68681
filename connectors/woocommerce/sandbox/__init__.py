"""An imitation of a WooCommerce shop, served over HTTP: see README.md for what it imitates."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask

from connectors.woocommerce.sandbox import customers, frame, notes, rest_more, rest_orders
from connectors.woocommerce.sandbox.auth import Gate
from connectors.woocommerce.sandbox.controls import shop_controls
from connectors.woocommerce.sandbox.desk import Desk
from connectors.woocommerce.sandbox.products import put_product
from connectors.woocommerce.sandbox.specs import CouponSpec, OrderSpec, RefundSpec, Via
from connectors.woocommerce.sandbox.state import Shop
from shared.sandbox.control import control_blueprint
from shared.sandbox.faults import Faults
from shared.sandbox.journal import Journal
from shared.sandbox.server import Sandbox

__all__ = ["OrderSpec", "RefundSpec", "Via", "WooCommerceSandbox"]

#: Parameters of a query that are never written down.
SECRET_PARAMETERS = ("consumer_key", "consumer_secret", "oauth_consumer_key", "oauth_signature")


class WooCommerceSandbox(Sandbox):
    """A shop on loopback, with one read and write key. Use it as a context manager, or `start` and `stop` it.

    Its methods do what `/__sandbox__` does over HTTP. Bodies are returned as the REST API would show them.
    """

    def __init__(self, *, port: int = 0, zone: str = "Europe/Copenhagen", basic_over_http: bool = False) -> None:
        journal, faults = Journal(secret_parameters=SECRET_PARAMETERS), Faults()
        self.shop = Shop(zone=zone)
        self.shop.settings.basic_over_http = basic_over_http
        self.desk = Desk(self.shop, journal)
        knobs = self.shop.settings
        application = _application(self.desk, journal, faults)
        super().__init__(application, journal, faults, port=port, now=lambda: time.time() + knobs.clock_ahead)
        self.shop.url = self.url
        key = self.shop.add_key()
        self.consumer_key = key.consumer_key
        self.consumer_secret = key.consumer_secret

    def start(self) -> WooCommerceSandbox:
        super().start()
        self.desk.start()
        return self

    def stop(self) -> None:
        super().stop()
        self.desk.stop()

    def put_order(self, spec: OrderSpec | None = None, **described: Any) -> dict[str, Any]:
        """Places an order, described by an `OrderSpec` or by its fields; taxes and totals are computed."""
        return self.desk.orders.shown(self.desk.orders.create(spec or OrderSpec.model_validate(described)))

    def put_raw_order(self, body: Mapping[str, Any], *, via: Via = Via.REST, announce: bool = True) -> dict[str, Any]:
        """Puts a body in as it is."""
        return self.desk.orders.shown(self.desk.orders.put_raw(body, via=via, announce=announce))

    def change_order(
        self, order_id: int, *, announce: bool = True, touched: bool = True, **fields: Any
    ) -> dict[str, Any]:
        """Changes fields; without webhook or date_modified where a plugin writes past WooCommerce."""
        return self.desk.change_order(order_id, fields, announce=announce, touched=touched)

    def date_order(self, order_id: int, created: datetime) -> dict[str, Any]:
        """Sets an order's date of creation (aware), as people do by hand in its page."""
        return self.desk.date_order(order_id, created)

    def order(self, order_id: int) -> dict[str, Any]:
        return self.desk.orders.shown(order_id)

    def trash(self, order_id: int) -> None:
        self.desk.orders.trash(order_id)

    def restore(self, order_id: int) -> None:
        self.desk.orders.restore(order_id)

    def delete(self, order_id: int) -> None:
        """For good."""
        self.desk.orders.delete(order_id)

    def refund(self, order_id: int, spec: RefundSpec | None = None, **described: Any) -> dict[str, Any]:
        """Pays back; `amount` gross and positive, or `line_items`."""
        spec = spec or RefundSpec.model_validate({"api_refund": False, **described})
        return self.desk.refunds.create(order_id, spec)

    def delete_refund(self, order_id: int, refund_id: int) -> None:
        self.desk.refunds.delete(order_id, refund_id)

    def put_note(self, order_id: int, text: str, *, customer_note: bool = False) -> None:
        """What the shop's people write beside an order; a customer note goes to the customer by mail."""
        notes.add_note(self.shop, order_id, text, customer_note=customer_note)

    def notes(self, order_id: int) -> list[dict[str, Any]]:
        """Of one order, oldest first."""
        with self.shop.lock:
            return [dict(note) for note in self.shop.notes.get(order_id, ())]

    def put_customer(self, **fields: Any) -> dict[str, Any]:
        """With an account; `id` and `role` as they are given."""
        return customers.put_customer(self.shop, fields)

    def delete_customer(self, customer_id: int) -> None:
        """Orders keep its number."""
        with self.shop.lock:
            self.shop.customers.pop(customer_id, None)

    def put_product(self, **fields: Any) -> dict[str, Any]:
        return put_product(self.desk, fields)

    def put_coupon(self, **fields: Any) -> None:
        coupon = CouponSpec.model_validate(fields)
        self.shop.coupons[coupon.code] = coupon

    def put_order_state(self, name: str, title: str) -> None:
        """One more that orders may have, as a plugin registers it; `name` as in an order's status."""
        with self.shop.lock:
            self.shop.order_states[name] = title

    def delete_order_state(self, name: str) -> None:
        """As when its plugin is switched off; orders keep it."""
        with self.shop.lock:
            self.shop.order_states.pop(name, None)

    def put_webhook(self, *, topic: str, delivery_url: str, secret: str) -> int:
        """Makes a webhook, ping included; returns its id."""
        return self.desk.create_webhook({"topic": topic, "delivery_url": delivery_url, "secret": secret}).id

    def set_clock(self, moment: datetime) -> None:
        """Stops the shop's clock at an aware moment."""
        self.shop.clock.set(moment)

    def advance_clock(self, seconds: float) -> None:
        self.shop.clock.advance(seconds)

    def pause_deliveries(self) -> None:
        self.desk.queue.pause()

    def resume_deliveries(self) -> None:
        self.desk.queue.resume()

    def drain(self, timeout: float = 30.0) -> None:
        """Returns when every webhook that waits has been delivered, even while deliveries are paused."""
        self.desk.queue.drain(timeout)


def _application(desk: Desk, journal: Journal, faults: Faults) -> Flask:
    app = Flask("woocommerce-sandbox", static_folder=None)
    frame.install(app, desk, Gate(desk.shop))
    api = Blueprint("api", __name__, url_prefix=frame.API)
    rest_orders.register(api, desk)
    notes.register(api, desk)
    customers.register(api, desk)
    rest_more.register_refunds(api, desk)
    rest_more.register_webhooks(api, desk)
    rest_more.register_rest(api, desk)
    app.register_blueprint(api)
    app.register_blueprint(control_blueprint(journal, faults))
    app.register_blueprint(shop_controls(desk))
    return app
