"""What the bodies of all requests have in common: the owner's choices, numbers, codes, and their bytes.

e-conomic refuses null, so what is empty is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from connectors.economic.settings import Settings
from connectors.economic.texts import fits, is_plain
from shared.errors import NeedsUser

EMAIL = 255


def zone_number(zone: str) -> int:
    """Raises NeedsUser."""
    if not is_number(zone):
        raise NeedsUser("vat_zone", "A VAT zone of e-conomic is a whole number: correct it in the settings.")
    return int(zone)


def zone_of(chosen: str | None, settings: Settings) -> int:
    return settings.vat_zone if chosen is None else zone_number(chosen)


def customer_number(number: str) -> int:
    if not is_number(number):
        raise NeedsUser(
            "customer_number", "A customer's number in e-conomic has one to nine digits: choose another one."
        )
    return int(number)


def currency_code(code: str) -> str:
    if not re.fullmatch("[A-Za-z]{3}", code):
        raise NeedsUser("currency", "The order's currency has no code of three letters: correct it in the shop.")
    return code.upper()


def terms_number(settings: Settings) -> int:
    return chosen(settings.payment_terms, "payment_terms", "payment terms")


def new_products_group(settings: Settings) -> int:
    """Raises NeedsUser where none was chosen."""
    return chosen(settings.product_group, "product_group", "a product group for new products")


def chosen(value: int | None, reason: str, what: str) -> int:
    if value is None:
        raise NeedsUser(reason, f"Choose {what} in the settings of e-conomic.")
    return value


def is_number(value: str) -> bool:
    return bool(re.fullmatch("[1-9][0-9]{0,8}", value))


def is_email(value: str) -> bool:
    """Whether e-conomic can hold it; whether it is one, the shop has seen to."""
    return fits(value, EMAIL) and is_plain(value)


def filled(**fields: Any) -> Mapping[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", {})}


def as_json(body: Mapping[str, Any]) -> bytes:
    return orjson.dumps(filled(**body), default=_exact)


def _exact(value: object) -> orjson.Fragment:
    """An amount as e-conomic wrote it."""
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value:f}")
    raise TypeError
