"""How WooCommerce and what stands before it are known to refuse, and what becomes of it.

Status, code and the shape of `data` are as recorded on a real shop; the messages are not, since the shop translates
them and writes customers' data into some. Retrying, asking the user and giving up are our own decisions.
"""

from __future__ import annotations

import json
from typing import Any

from shared.errors import ConnectionBroken, Fate, NeedsUser, OutcomeUnknown, Retry, Skip
from tests.connectors.conformance.rig import CUSTOMER, VendorError

HTML = {"Content-Type": "text/html; charset=UTF-8"}
PAGE = f"<!DOCTYPE html><html><body><p>There has been a critical error. {{ {CUSTOMER} }} [ ]</p></body></html>"

#: A shop that moves a request to another address repeats its query, and with it what proves it over http.
SIGNED = "oauth_consumer_key=ck_1&oauth_signature=c2lnbmVk"

Kind = type[Fate]


def error(
    status: int, code: str, read: Kind | None, write: Kind | None, data: Any = None, **headers: str
) -> VendorError:
    """A REST error; `data` as WooCommerce sends it with this code, the status by default."""
    body = {
        "code": code,
        "message": f"Sorry, {CUSTOMER} says no.",
        "data": {"status": status} if data is None else data,
    }
    named = {"Content-Type": "application/json; charset=UTF-8"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return VendorError(
        name=f"{status} {code}", status=status, body=json.dumps(body), read=read, write=write, headers=named
    )


def page(status: int, what: str, read: Kind, write: Kind, body: str = PAGE, **headers: str) -> VendorError:
    """What a web server, a proxy or a firewall answers."""
    named = HTML | {name.replace("_", "-"): value for name, value in headers.items()}
    return VendorError(name=f"{status} {what}", status=status, body=body, read=read, write=write, headers=named)


PARAMS = {"status": 400, "params": {"status": f"{CUSTOMER} is not one of any, trash."}, "details": {}}

VENDOR_ERRORS = (
    # Rights.
    error(401, "woocommerce_rest_cannot_view", ConnectionBroken, ConnectionBroken),
    error(403, "woocommerce_rest_cannot_view", ConnectionBroken, ConnectionBroken),
    error(401, "woocommerce_rest_cannot_create", None, ConnectionBroken),
    error(401, "woocommerce_rest_cannot_edit", None, ConnectionBroken),
    error(401, "woocommerce_rest_authentication_error", ConnectionBroken, ConnectionBroken),
    error(401, "woocommerce_rest_authentication_missing_parameter", ConnectionBroken, ConnectionBroken),
    error(401, "rest_not_logged_in", ConnectionBroken, ConnectionBroken),
    error(403, "rest_forbidden", ConnectionBroken, ConnectionBroken),
    error(403, "rest_cookie_invalid_nonce", ConnectionBroken, ConnectionBroken),
    # Gone.
    error(404, "woocommerce_rest_shop_order_invalid_id", Skip, None),
    error(400, "woocommerce_rest_shop_order_invalid_id", None, Skip),
    error(404, "woocommerce_rest_order_invalid_id", Skip, Skip),
    error(404, "woocommerce_rest_shop_order_refund_invalid_id", Skip, None),
    error(404, "woocommerce_rest_product_invalid_id", Skip, None),
    error(404, "woocommerce_rest_product_variation_invalid_id", Skip, None),
    error(404, "rest_no_route", ConnectionBroken, ConnectionBroken),
    # What was asked is wrong.
    error(400, "rest_invalid_param", NeedsUser, NeedsUser, PARAMS),
    error(400, "rest_missing_callback_param", None, NeedsUser, {"status": 400, "params": ["delivery_url"]}),
    error(400, "rest_invalid_json", None, NeedsUser, {"status": 400, "json_error_code": 4}),
    error(400, "woocommerce_rest_shop_webhook_invalid_topic", None, NeedsUser),
    error(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", None, NeedsUser),
    error(400, "woocommerce_rest_invalid_customer_id", None, NeedsUser),
    error(400, "woocommerce_rest_invalid_item_id", None, NeedsUser),
    error(400, "woocommerce_rest_required_product_reference", None, NeedsUser),
    error(400, "woocommerce_rest_coupon_code_already_exists", None, NeedsUser),
    error(400, "woocommerce_rest_invalid_coupon", None, NeedsUser),
    error(400, "registration-error-email-exists", None, NeedsUser),
    error(400, "product_invalid_sku", None, NeedsUser, {"status": 400, "resource_id": 21}),
    error(413, "woocommerce_rest_request_entity_too_large", None, NeedsUser),
    error(410, "woocommerce_rest_already_trashed", None, NeedsUser),
    error(501, "woocommerce_rest_trash_not_supported", None, NeedsUser),
    error(500, "woocommerce_rest_cannot_create_order_refund", None, NeedsUser, 500),
    error(500, "woocommerce_rest_invalid_order_refund", None, NeedsUser, 400),
    # Out of order.
    error(500, "internal_server_error", Retry, OutcomeUnknown),
    error(500, "wp_die", Retry, OutcomeUnknown),
    error(503, "wp_die", Retry, Retry, Retry_After="600"),
    error(500, "a_plugin_nobody_has_heard_of", Retry, OutcomeUnknown),
    error(400, "a_plugin_nobody_has_heard_of", NeedsUser, NeedsUser, "no object"),
    error(404, "a_plugin_nobody_has_heard_of", NeedsUser, NeedsUser),
    # What stands before the shop.
    page(301, "to www", ConnectionBroken, ConnectionBroken, Location=f"https://www.example/?who={CUSTOMER}&{SIGNED}"),
    page(302, "to a login", ConnectionBroken, ConnectionBroken, Location="/wp-login.php"),
    page(401, "of a password on the folder", ConnectionBroken, ConnectionBroken),
    page(403, "of a firewall", Retry, Retry),
    page(404, "without an API", ConnectionBroken, ConnectionBroken),
    page(408, "of a proxy", Retry, OutcomeUnknown),
    page(413, "of a proxy", NeedsUser, NeedsUser),
    page(429, "of a host", Retry, Retry, Retry_After="5"),
    page(429, "without a time", Retry, Retry, ""),
    page(500, "of a fatal error", Retry, OutcomeUnknown),
    page(500, "of a database that is down", Retry, OutcomeUnknown, f"<h1>Error establishing {CUSTOMER}</h1>"),
    page(502, "of nginx without PHP", Retry, OutcomeUnknown),
    page(503, "of maintenance", Retry, OutcomeUnknown, Retry_After="600"),
    page(504, "of a gateway", Retry, OutcomeUnknown),
    page(520, "of a CDN", Retry, OutcomeUnknown),
    page(200, "of a challenge", Retry, OutcomeUnknown),
    page(200, "of a coming-soon plugin", Retry, OutcomeUnknown, ""),
)
