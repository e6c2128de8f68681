"""The few small values that webhooks and orders share: storable text, entities, UTC moments, ids."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TypeGuard

#: What a database's 64-bit key can hold; WordPress keys are BIGINT UNSIGNED and never come near.
MAX_ID = 2**63 - 1
#: A pattern of such a key as a text.
ID = "[1-9][0-9]{0,18}"

#: Entities with their semicolon only: without one, "Bed&copy centre" would lose letters.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)


def storable(text: str) -> str:
    """The text without what a store cannot keep: NUL becomes U+FFFD, a lone surrogate "?"."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def without_entities(text: str) -> str:
    """`&amp;` as `&`, once: what was encoded twice stays encoded once, as in the shop's own pages."""
    return _ENTITY.sub(lambda found: html.unescape(found.group()), text) if "&" in text else text


def parse_gmt(value: object) -> datetime | None:
    """A `*_gmt` field as an aware UTC moment; None when it is no date.

    WooCommerce writes UTC without a zone ("2026-11-22T11:31:12"); a zone that a plugin adds is obeyed.
    """
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_id(value: object) -> TypeGuard[int]:
    """Whether this is a key of the shop: a positive whole number (not a bool) that fits 64 bits."""
    return type(value) is int and 0 < value <= MAX_ID
