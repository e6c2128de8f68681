"""WooCommerce's REST errors, word for word as recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RestError(Exception):
    """`data` is an object with the status, except where WooCommerce puts a number there."""

    def __init__(self, code: str, message: str, status: int, data: Any = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status
        self.data = {"status": status} if data is None else data

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "data": self.data}


def invalid_params(problems: Mapping[str, tuple[str, str]]) -> RestError:
    """400 for parameters outside their schema: name -> (code, message)."""
    return RestError(
        "rest_invalid_param",
        f"Invalid parameter(s): {', '.join(problems)}",
        400,
        {
            "status": 400,
            "params": {name: message for name, (_, message) in problems.items()},
            "details": {
                name: {"code": code, "message": message, "data": None} for name, (code, message) in problems.items()
            },
        },
    )


def missing_params(names: list[str]) -> RestError:
    return RestError(
        "rest_missing_callback_param",
        f"Missing parameter(s): {', '.join(names)}",
        400,
        {"status": 400, "params": names},
    )


def invalid_id(resource: str, status: int = 404) -> RestError:
    """`resource` as in the code: shop_order, shop_order_refund, shop_webhook, product."""
    return RestError(f"woocommerce_rest_{resource}_invalid_id", "Invalid ID.", status)


def no_route() -> RestError:
    return RestError("rest_no_route", "No route was found matching the URL and request method.", 404)


def invalid_json() -> RestError:
    return RestError(
        "rest_invalid_json",
        "Invalid JSON body passed.",
        400,
        {"status": 400, "json_error_code": 4, "json_error_message": "Syntax error"},
    )


def authentication_error(message: str) -> RestError:
    return RestError("woocommerce_rest_authentication_error", message, 401)


def refused(action: str, status: int = 401) -> RestError:
    """What somebody without the right to do it gets: list, view, create, edit, delete, batch."""
    code, message = {
        "list": ("view", "Sorry, you cannot list resources."),
        "view": ("view", "Sorry, you cannot view this resource."),
        "create": ("create", "Sorry, you are not allowed to create resources."),
        "edit": ("edit", "Sorry, you are not allowed to edit this resource."),
        "delete": ("delete", "Sorry, you are not allowed to delete this resource."),
        "batch": ("batch", "Sorry, you are not allowed to batch manipulate this resource."),
    }[action]
    return RestError(f"woocommerce_rest_cannot_{code}", message, status)


def refund_error(message: str) -> RestError:
    """HTTP 500 with a number for data: WooCommerce passes the status where an object belongs."""
    return RestError("woocommerce_rest_cannot_create_order_refund", message, 500, 500)
