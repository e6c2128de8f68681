"""Orders of somebody in particular, and what the books know of customers."""

from __future__ import annotations

from typing import Any

from tests.line.drafts import meta
from tests.line.rig import Line
from tests.support.orders import tell, woo_order

EMAIL = "mette@lampeland.example"
#: With the right check digits.
DANISH, GERMAN = "DK13585628", "DE136695976"


def bought(
    number: int, *, customer_id: int = 0, custom: dict[str, str] | None = None, modified: int = 0, **billing: str
) -> dict[str, Any]:
    """`customer_id` 0 is a guest; `custom` are fields that a plugin adds to the order."""
    body = woo_order(number, customer_id=customer_id, modified=modified, **meta(**(custom or {})))
    return {**body, "billing": {**body["billing"], **billing}}


def handled(line: Line, body: dict[str, Any], *, delivery: str = "d1") -> tuple[str, str]:
    """(state, reason) of an order that was told of and worked on once."""
    tell(line.shop, body, delivery=delivery)
    line.work(body["id"])
    return line.state(body["id"])


def debtors(line: Line) -> dict[str, int]:
    """Order -> the customer's number on its document."""
    return {document.reference.partition("-")[2]: document.customer for document in line.books.documents()}


def customer(line: Line, number: int) -> dict[str, Any]:
    (found,) = [one for one in line.books.customers() if one["customerNumber"] == number]
    return found


def numbers(line: Line) -> list[int]:
    return sorted(one["customerNumber"] for one in line.books.customers())


def delete(line: Line, number: int) -> None:
    """By hand, in the books."""
    books = line.books.books
    with books.lock:
        books.customers.remove(number)


def written(line: Line) -> list[str]:
    """Method and path of what was written of customers and documents."""
    entries = line.books.journal.entries()
    return [
        f"{entry.method} {entry.path}" for entry in entries if entry.method != "GET" and "products" not in entry.path
    ]
