"""The chart of accounts and the VAT codes: where the rate of a line comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from connectors.economic.sandbox.ids import encode_id

#: Sales accounts are opened from here on.
FIRST_SALES = 1011
DEBTORS, SALES_TAX = 5600, 5820
#: Characters of a VAT code at most.
CODE = 5


@dataclass(frozen=True, slots=True)
class VatAccount:
    code: str
    name: str
    #: Percent.
    rate: Decimal

    def as_json(self, url: str) -> dict[str, Any]:
        return {
            "vatCode": self.code,
            "name": self.name,
            "account": {"accountNumber": SALES_TAX, "self": f"{url}/accounts/{SALES_TAX}"},
            "ratePercentage": self.rate,
            "vatType": {"vatTypeNumber": 1, "name": "Salgsmoms", "self": f"{url}/vat-types/1"},
            "self": self.link(url),
        }

    def link(self, url: str) -> str:
        return f"{url}/vat-accounts/{encode_id(self.code)}"


@dataclass(frozen=True, slots=True)
class Account:
    number: int
    name: str
    type: str = "profitAndLoss"
    #: None: no VAT is applied.
    vat: VatAccount | None = None

    def as_json(self, url: str) -> dict[str, Any]:
        link = f"{url}/accounts/{self.number}"
        vat = {} if self.vat is None else {"vatAccount": {"vatCode": self.vat.code, "self": self.vat.link(url)}}
        return {
            "accountNumber": self.number,
            "accountType": self.type,
            "balance": Decimal("0.00"),
            "blockDirectEntries": False,
            "debitCredit": "credit" if self.type == "profitAndLoss" else "debit",
            "name": self.name,
            **vat,
            "accountingYears": f"{link}/accounting-years",
            "self": link,
        }


class Chart:
    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {
            row.number: row
            for row in (
                Account(1000, "RESULTATOPGØRELSE", "heading"),
                Account(DEBTORS, "Varedebitorer", "status"),
                Account(SALES_TAX, "Salgsmoms", "status"),
            )
        }
        self.vat_accounts: dict[str, VatAccount] = {}

    def rate(self, account: int | None) -> Decimal:
        """In percent; without an account, or a VAT code on it, none."""
        vat = None if account is None else self.accounts[account].vat
        return Decimal(0) if vat is None else vat.rate

    def open_sales_account(self, name: str, rate: Decimal) -> int:
        """Its number. For a rate of 0 it has no VAT code."""
        number = next(number for number in range(FIRST_SALES, DEBTORS) if number not in self.accounts)
        self.accounts[number] = Account(number, name, vat=self._vat_account(rate) if rate else None)
        return number

    def change_rate(self, code: str, rate: Decimal) -> None:
        """Of a VAT code, and with it of all accounts that have it. Raises ValueError for one that is not there."""
        if code not in self.vat_accounts:
            raise ValueError(f"there is no VAT code {code!r}")
        changed = self.vat_accounts[code] = replace(self.vat_accounts[code], rate=rate)
        for account in self.accounts.values():
            if account.vat is not None and account.vat.code == code:
                self.accounts[account.number] = replace(account, vat=changed)

    def _vat_account(self, rate: Decimal) -> VatAccount:
        """The one of that rate: U25, U5.5; where that is too long for a code, or taken, a number of its own."""
        for known in self.vat_accounts.values():
            if known.rate == rate:
                return known
        code = f"U{rate.normalize():f}"
        if len(code) > CODE or code in self.vat_accounts:
            code = f"V{len(self.vat_accounts) + 1}"
        made = self.vat_accounts[code] = VatAccount(code, f"Salgsmoms {rate.normalize():f} %", rate)
        return made
