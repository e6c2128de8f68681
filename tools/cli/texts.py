"""Money, moments and sizes for people, and texts of strangers made harmless for a terminal."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, tzinfo
from decimal import Decimal


def harmless(text: str) -> str:
    """A shop's texts may hold control characters, which a terminal would obey: they are spelt out instead."""
    return "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C" else _spelt(c) for c in text)


def money(amount: Decimal | None, currency: str | None) -> str:
    if amount is None:
        return ""
    return f"{amount:,.2f} {currency or ''}".strip()


def moment(when: datetime) -> str:
    """In the local zone."""
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def moment_in_list(when: datetime, zone: tzinfo | None = None) -> str:
    """In that zone, else in the local one; the time alone where it is today."""
    local = when.astimezone(zone)
    is_today = local.date() == datetime.now(UTC).astimezone(zone).date()
    return local.strftime("%H:%M:%S" if is_today else "%Y-%m-%d %H:%M")


def size(count: int) -> str:
    return f"{count} bytes" if count < 1000 else f"{count / 1000:.1f} kB"


def many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _spelt(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()
