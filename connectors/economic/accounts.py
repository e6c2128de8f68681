"""Sales accounts and VAT codes as e-conomic tells them. What cannot be read is never taken for "without VAT"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.economic.errors import unexpected

#: Decimals of a rate, as its schema says.
DECIMALS = 8


@dataclass(frozen=True, slots=True)
class Account:
    number: int
    #: None: no VAT is applied.
    vat_code: str | None
    #: False where only its number was told, so that a VAT code may be missing.
    is_whole: bool = True


def read_sales_accounts(rows: Iterable[Mapping[str, Any]]) -> Mapping[int, Account]:
    """A product group's, by VAT zone. Raises Retry."""
    found: dict[int, Account] = {}
    for row in rows:
        zone = row.get("vatZone")
        number = zone.get("vatZoneNumber") if isinstance(zone, dict) else None
        if type(number) is not int:
            raise unexpected(write=False)
        if row.get("salesAccount") is not None:
            found[number] = read_account(row["salesAccount"])
    return found


def read_account(row: object) -> Account:
    """Its type stands on each account that is told as a whole. Raises Retry."""
    if not isinstance(row, dict) or type(row.get("accountNumber")) is not int:
        raise unexpected(write=False)
    vat = row.get("vatAccount")
    code = vat.get("vatCode") if isinstance(vat, dict) else None
    if vat is not None and not (isinstance(code, str) and code):
        raise unexpected(write=False)
    return Account(row["accountNumber"], code, is_whole=code is not None or "accountType" in row)


def read_rates(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Decimal]:
    """VAT code -> percent; without codes that state none, which no line may need. Raises Retry."""
    return dict(_rate(row) for row in rows if row.get("ratePercentage") is not None)


def _rate(row: Mapping[str, Any]) -> tuple[str, Decimal]:
    code, percent = row.get("vatCode"), row.get("ratePercentage")
    if not isinstance(code, str) or not code or not (type(percent) is int or isinstance(percent, Decimal)):
        raise unexpected(write=False)
    rate = Decimal(percent)
    if not 0 <= rate <= 100 or rate != round(rate, DECIMALS):
        raise unexpected(write=False)
    return code, rate
