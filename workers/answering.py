"""Whether a shop answers at all: then it is an order that it cannot tell of, and not the shop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.base import WebshopClient

A_MINUTE = timedelta(minutes=1)


def ask_whether_it_answers(client: WebshopClient) -> None:
    """Raises fates where it does not."""
    now = datetime.now(UTC)
    client.count_orders(after=now - A_MINUTE, before=now)
