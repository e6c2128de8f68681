"""Products that the books do not have or have barred: made, replaced by another one, or waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shared.domain.document import Place
from shared.store.database import Database
from tests.line.drafts import once_more, shown
from tests.line.rig import Line, line_to
from tests.support.orders import tell, woo_order
from workers.hand import LEASE
from workers.make_once import REST

NO_TAX: dict[str, Any] = {"subtotal_tax": "0", "total_tax": "0", "taxes": []}
REPLACED = "OTHER stands for what the books do not have, or have barred: {}."


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    """Nothing is made; OTHER stands for what is missing."""
    with line_to(store, create_products=False, fallback_product="OTHER") as line:
        line.books.put_product("OTHER", name="Diverse")
        yield line


def choose(line: Line, **settings: Any) -> None:
    line.choose({"create_products": False, "fallback_product": "OTHER", **settings})


def sold(line: Line, number: int = 1) -> list[tuple[str, str]]:
    """(product, text) of each line of that draft."""
    return [(one["product"]["productNumber"], one["description"]) for one in shown(line, number)["lines"]]


def products(line: Line) -> set[str]:
    return {one["productNumber"] for one in line.books.products()}


def asked_for_products(line: Line) -> int:
    return sum(entry.method == "GET" and entry.path == "/products" for entry in line.books.journal.entries())


@pytest.mark.parametrize("is_barred", [False, True], ids=["missing", "barred"])
def test_another_product_stands_for_one_that_cannot_be_used_with_the_text_of_the_shop(
    line: Line, is_barred: bool
) -> None:
    # Given
    if is_barred:
        line.books.put_product("MUG", barred=True)
    # When
    tell(line.shop, woo_order(1))
    line.work(1)
    # Then, and the owner reads for what it stands
    assert line.state(1) == ("done", "")
    assert sold(line) == [("OTHER", "Kaffekrus")]
    assert line.said(1) == REPLACED.format("MUG")


def test_only_what_cannot_be_used_is_replaced(line: Line) -> None:
    # Given books that have cups, and neither mugs nor jugs
    line.books.put_product("CUP")
    body = woo_order(1)
    (one,) = body["line_items"]
    items = [{**one, "id": at, "sku": sku, "name": sku.title()} for at, sku in enumerate(("CUP", "MUG", "JUG"), 1)]
    tax = {**body["tax_lines"][0], "tax_total": "75.00"}
    # When
    tell(line.shop, {**body, "line_items": items, "total": "375.00", "total_tax": "75.00", "tax_lines": [tax]})
    line.work(1)
    # Then
    assert line.state(1) == ("done", ""), line.said(1)
    assert sold(line) == [("CUP", "Cup"), ("OTHER", "Mug"), ("OTHER", "Jug")]
    assert line.said(1) == REPLACED.format("MUG, JUG")


def test_a_product_that_is_made_in_the_books_later_is_used_at_once(line: Line) -> None:
    # Given a draft with the other product
    tell(line.shop, woo_order(1))
    line.work(1)
    # When the product is there, and the next order comes to the same worker
    line.books.put_product("MUG")
    tell(line.shop, woo_order(2))
    line.work(2)
    # Then that has it, and the first draft stays as it was
    assert (sold(line, 1), sold(line, 2)) == ([("OTHER", "Kaffekrus")], [("MUG", "Kaffekrus")])
    assert line.said(2) == ""


def test_a_product_that_is_known_is_not_asked_for_again(line: Line) -> None:
    line.books.put_product("MUG")
    for number in (1, 2):
        tell(line.shop, woo_order(number))
    line.work(1)
    asked = asked_for_products(line)
    line.work(2)
    assert asked_for_products(line) == asked


@pytest.mark.parametrize("reason", ["unknown_product", "product_barred"])
def test_where_the_other_product_cannot_be_used_either_the_owner_reads_that_it_is_this_one(
    line: Line, reason: str
) -> None:
    # Given
    if reason == "product_barred":
        line.books.set_product_barred("OTHER", True)
    else:
        line.books.delete_product("OTHER")
    # When, then nothing is sent, and it is told from the order's own products
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1) == ("failed", reason)
    assert "OTHER (fallback_product)" in line.said(1)
    assert line.books.documents() == []
    # And it goes once that was put right
    line.books.put_product("OTHER")
    once_more(line)
    assert line.state(1) == ("done", "")
    assert sold(line) == [("OTHER", "Kaffekrus")]


def test_an_order_that_needs_no_replacement_goes_without_one(line: Line) -> None:
    line.books.put_product("MUG")
    line.books.delete_product("OTHER")
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1) == ("done", "")


def test_what_is_missing_is_made_rather_than_replaced_and_what_is_barred_is_replaced(line: Line) -> None:
    # Given an owner who wants both, and a product that he barred
    choose(line, create_products=True)
    line.books.put_product("OLD", barred=True)
    # When
    tell(line.shop, woo_order(1, sku="NEW"))
    tell(line.shop, woo_order(2, sku="OLD"))
    line.work(1)
    line.work(2)
    # Then
    assert (sold(line, 1), sold(line, 2)) == ([("NEW", "Kaffekrus")], [("OTHER", "Kaffekrus")])
    assert products(line) == {"OTHER", "NEW", "OLD"}
    assert (line.said(1), line.said(2)) == ("", REPLACED.format("OLD"))


def test_a_replacement_with_another_rate_is_told_before_anything_is_sent(line: Line) -> None:
    # Given a replacement in a group of 12 %
    line.books.put_product("OTHER", group=3)
    tell(line.shop, woo_order(1))
    line.work(1)
    # Then
    assert line.state(1) == ("failed", "vat_rate_differs")
    assert "25 % in the shop, 12 % in the books for product OTHER" in line.said(1)
    assert line.books.documents() == []


@pytest.mark.parametrize(("is_barred", "reason"), [(False, "unknown_product"), (True, "product_barred")])
def test_without_a_replacement_the_order_waits_and_all_of_its_products_are_named(
    line: Line, is_barred: bool, reason: str
) -> None:
    # Given
    choose(line, fallback_product=None)
    if is_barred:
        line.books.put_product("MUG", barred=True)
    # When
    tell(line.shop, woo_order(1))
    line.work(1)
    # Then
    assert line.state(1) == ("failed", reason)
    assert "product MUG" in line.said(1)
    # When he mended it, then it goes
    line.books.put_product("MUG")
    once_more(line)
    assert line.state(1) == ("done", "")


def test_new_products_stand_in_the_group_that_was_chosen_for_their_order(line: Line) -> None:
    # Given an owner whose used goods have a group of their own
    rows = [{"when": {"fact": "coupons", "is": "used"}, "use": 3}, {"use": 1}]
    choose(
        line, create_products=True, fallback_product=None, choices={"product_group": rows}, books={"customer_group": 1}
    )
    # When
    tell(line.shop, woo_order(1))
    line.work(1)
    # Then
    (made,) = [one for one in line.books.products() if one["productNumber"] == "MUG"]
    assert made["productGroup"]["productGroupNumber"] == 1


def test_a_product_that_comes_into_an_order_before_its_draft_is_booked_is_made(line: Line) -> None:
    # Given a draft whose booking the books were not up to
    choose(line, create_products=True, book=True)
    line.books.add_fault(kind="answer", status=429, body="{}", method="POST", path="*booked", count=1)
    tell(line.shop, woo_order(1))
    line.work(1)
    assert [one.place for one in line.books.documents()] == [Place.DRAFT]
    # When the customer takes another product at the same price, which the books do not have
    tell(line.shop, woo_order(1, sku="CUP", modified=9), delivery="d2")
    line.let_time_pass(REST + LEASE)
    line.work(1)
    # Then it is made, and stands in the invoice
    assert line.state(1) == ("done", ""), line.said(1)
    assert "CUP" in products(line)
    (line_of_it,) = shown(line, place="booked")["lines"]
    assert line_of_it["product"]["productNumber"] == "CUP"


@pytest.mark.parametrize("is_barred", [False, True], ids=["deleted", "barred"])
def test_a_product_that_goes_away_after_it_was_seen_is_replaced_at_the_second_try(line: Line, is_barred: bool) -> None:
    # Given a worker that saw the product a moment ago
    line.books.put_product("MUG")
    tell(line.shop, woo_order(1))
    line.work(1)
    # When its owner takes it out, and the next order comes
    if is_barred:
        line.books.set_product_barred("MUG", True)
    else:
        line.books.delete_product("MUG")
    tell(line.shop, woo_order(2))
    line.work(2)
    # Then the books refuse it once, and it goes with the other one
    assert line.state(2) == ("waiting", "books_changed")
    line.work(2)
    assert line.state(2) == ("done", ""), line.said(2)
    assert sold(line, 2) == [("OTHER", "Kaffekrus")]


def test_what_the_owner_reads_of_products_stays_readable_whatever_the_shop_has_for_numbers(line: Line) -> None:
    # Given an order of eleven products that are missing, one with a number without end
    body = woo_order(1, sku="X" * 50_000)
    (item,) = body["line_items"]
    mugs = [{**item, "id": 100 + at, "sku": f"MUG{at}", "subtotal": "0", "total": "0", **NO_TAX} for at in range(10)]
    # When
    tell(line.shop, {**body, "line_items": [item, *mugs]})
    line.work(1)
    # Then
    assert line.state(1) == ("done", "")
    listed = ", ".join(["X" * 37 + "...", *(f"MUG{at}" for at in range(9))])
    assert line.said(1) == REPLACED.format(f"{listed} and 1 more")
