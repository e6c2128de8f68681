"""When the shop is asked for the role of an order's customer, which stands in no order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: See `view.FACTS`.
ROLE = "customer_role"


def asks_for_role(settings: Any) -> bool:
    """Whether a condition or a row anywhere in settings, or in a part of them, is about it. As they are stored."""
    if isinstance(settings, Mapping):
        return settings.get("fact") == ROLE or any(map(asks_for_role, settings.values()))
    return isinstance(settings, (list, tuple)) and any(map(asks_for_role, settings))
