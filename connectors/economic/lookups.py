"""What the books offer to choose from. It seldom changes, so each list is kept for some minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from connectors.economic.accounts import Account, read_account, read_rates, read_sales_accounts
from connectors.economic.errors import unexpected
from connectors.economic.ids import encode_id
from connectors.economic.rest import Answer, Rest
from connectors.economic.settings import Settings
from shared.errors import NeedsUser

#: Seconds. An owner who opens a period, or mends the VAT of an account, lets an order go at once, and waits for it.
KEPT, KEPT_SHORTLY = 600.0, 60.0
#: The largest page that e-conomic gives.
PAGE_SIZE = 1000
#: More pages than any list has; it only bounds a server that repeats itself.
MAX_PAGES = 1000
#: The type of payment terms that ask each document for a day of its own.
DUE_DATE = "dueDate"

T = TypeVar("T")


class Lookup(Enum):
    """A list of the books: its path, and the property that is an entry's id."""

    LAYOUTS = ("layouts", "layoutNumber")
    PAYMENT_TERMS = ("payment-terms", "paymentTermsNumber")
    VAT_ZONES = ("vat-zones", "vatZoneNumber")
    CUSTOMER_GROUPS = ("customer-groups", "customerGroupNumber")
    PRODUCT_GROUPS = ("product-groups", "productGroupNumber")
    UNITS = ("units", "unitNumber")
    CURRENCIES = ("currencies", "code")


@dataclass(frozen=True, slots=True)
class Entry:
    """`id` is a number's digits, or a currency's code; `kind` is the type of a payment term ("net", "dueDate")."""

    id: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """An accounting year or a period of one, both days included. `id` is a year's ("2026", "2026/2027")."""

    first: date
    last: date
    is_closed: bool
    id: str = ""


def rows(rest: Rest, path: str, parameters: Mapping[str, str] | None = None) -> Iterator[Mapping[str, Any]]:
    """Every entry of a collection, page by page. Links are not followed: they might lead elsewhere, with our tokens."""
    for page in range(MAX_PAGES):
        answer = rest.get(path, {**(parameters or {}), "skippages": str(page), "pagesize": str(PAGE_SIZE)})
        collection, is_last = read_page(answer)
        yield from collection
        if is_last:
            return


def read_page(answer: Answer) -> tuple[list[Mapping[str, Any]], bool]:
    """The entries of a page, and whether it is the last one. Raises Retry for an answer that is none."""
    value = answer.value
    found = value.get("collection") if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise unexpected(write=False)
    pagination = value.get("pagination")
    return found, not found or not isinstance(pagination, dict) or not pagination.get("nextPage")


class Lookups:
    """The lists of one agreement; keep it as long as its client."""

    def __init__(self, rest: Rest, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest = rest
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}

    def entries(self, which: Lookup) -> Sequence[Entry]:
        """All entries that may be used, lowest number first: no deleted layouts, no VAT zones of suppliers only."""
        path, key = which.value

        def ask() -> Sequence[Entry]:
            usable = [row for row in rows(self._rest, path) if row.get("deleted") is not True]
            # e-conomic leaves out a false, so a zone that is silent is meant only where others speak.
            usable = [row for row in usable if row.get("enabledForCustomer") is True] or usable
            return sorted((_entry(row, key) for row in usable), key=lambda entry: (len(entry.id), entry.id))

        return self._keep(path, ask)

    def years(self) -> Sequence[Span]:
        """The accounting years, oldest first."""
        return self._keep("accounting-years", lambda: self._spans("accounting-years", "year"), KEPT_SHORTLY)

    def periods(self, year: Span) -> Sequence[Span]:
        """Those of one accounting year, oldest first."""
        path = f"accounting-years/{encode_id(year.id)}/periods"
        return self._keep(path, lambda: self._spans(path), KEPT_SHORTLY)

    def sales_accounts(self, group: int) -> Mapping[int, Account]:
        """Those of a product group, by VAT zone."""
        path = f"product-groups/{group}/sales-accounts"
        return self._keep(path, lambda: read_sales_accounts(rows(self._rest, path)), KEPT_SHORTLY)

    def account(self, number: int) -> Account:
        path = f"accounts/{number}"
        return self._keep(path, lambda: read_account(self._rest.get(path).value), KEPT_SHORTLY)

    def rates(self) -> Mapping[str, Decimal]:
        """VAT code -> percent."""
        return self._keep("vat-accounts", lambda: read_rates(rows(self._rest, "vat-accounts")), KEPT_SHORTLY)

    def _spans(self, path: str, key: str = "") -> Sequence[Span]:
        return sorted((_span(row, key) for row in rows(self._rest, path)), key=lambda span: span.first)

    def agreement(self) -> Mapping[str, Any]:
        """What e-conomic says of the agreement, the app and its roles (`/self`)."""

        def ask() -> Mapping[str, Any]:
            value = self._rest.get("self").value
            if not isinstance(value, dict):
                raise unexpected(write=False)
            return value

        return self._keep("self", ask)

    def fill(self, settings: Settings) -> Settings:
        """With the books' own layout and payment terms where the owner chose none. Raises NeedsUser."""
        return settings.model_copy(
            update={
                "layout": settings.layout or self._first_layout(),
                "payment_terms": settings.payment_terms or self._usual_terms(),
            }
        )

    def _first_layout(self) -> int:
        layouts = self.entries(Lookup.LAYOUTS)
        if not layouts:
            raise NeedsUser("layout", "e-conomic has no layout for invoices: make one there.")
        return int(layouts[0].id)

    def _usual_terms(self) -> int:
        """The agreement's default, else the lowest number. A shop's order has no due date of its own to go with
        terms of the type "dueDate"."""
        terms = [entry for entry in self.entries(Lookup.PAYMENT_TERMS) if entry.kind != DUE_DATE]
        if not terms:
            raise NeedsUser(
                "payment_terms", "e-conomic has no payment terms that a shop's order can have: make some there."
            )
        usual = self._default_term()
        return int(next((entry for entry in terms if usual in (entry.id, entry.name)), terms[0]).id)

    def _default_term(self) -> str:
        """Documented as a text only: it may be a number or a name. A reference is taken for its number."""
        chosen = self.agreement().get("settings")
        default = chosen.get("defaultPaymentTerm") if isinstance(chosen, dict) else None
        if isinstance(default, dict):
            default = default.get("paymentTermsNumber")
        return str(default) if isinstance(default, (int, str)) else ""

    def forget(self) -> None:
        self._kept.clear()

    def _keep(self, name: str, ask: Callable[[], T], seconds: float = KEPT) -> T:
        now = self._clock()
        kept = self._kept.get(name)
        if kept is None or kept[0] <= now:
            kept = self._kept[name] = (now + seconds, ask())
        value: T = kept[1]
        return value


def _entry(row: Mapping[str, Any], key: str) -> Entry:
    id_, name, kind = row.get(key), row.get("name"), row.get("paymentTermsType")
    if not (type(id_) is int or (key == "code" and isinstance(id_, str) and id_)):
        raise unexpected(write=False)
    return Entry(str(id_), name if isinstance(name, str) else "", kind if isinstance(kind, str) else "")


def _span(row: Mapping[str, Any], key: str) -> Span:
    """e-conomic leaves out a false, so a year or period that does not say "closed" is open; all else must be there."""
    id_, closed = row.get(key) if key else "", row.get("closed", False)
    try:
        first, last = date.fromisoformat(row["fromDate"]), date.fromisoformat(row["toDate"])
    except (KeyError, TypeError, ValueError):
        raise unexpected(write=False) from None
    if type(closed) is not bool or first > last or not isinstance(id_, str) or bool(key) is not bool(id_):
        raise unexpected(write=False)
    return Span(first, last, closed, id_)
