"""Systems are asked before anything is written."""

from __future__ import annotations

import pytest

from connectors.economic.sandbox.furniture import Layout
from shared.domain.findings import Level
from shared.sandbox.journal import EntryKind
from tests.apply.rig import Desk, failing, nothing_was_written


def test_wrong_credentials_of_both_systems_are_told_at_once(desk: Desk) -> None:
    # Given
    desk.hold("ck_wrong", "cs_wrong")
    desk.books.revoke_grant()
    # When
    applied = desk.apply()
    # Then
    assert applied.done is None
    shop, books = failing(applied)
    assert shop.startswith("Webshop: credentials: ")
    assert books.startswith("Books: credentials: ")
    assert nothing_was_written(desk)


def test_a_wrong_new_key_leaves_the_old_one_in_place(desk: Desk) -> None:
    # Given
    desk.apply()
    before = desk.rows("select credentials from systems order by id")
    # When
    desk.hold(desk.woo.consumer_key, "cs_wrong")
    applied = desk.apply()
    # Then
    assert applied.done is None
    assert desk.rows("select credentials from systems order by id") == before


def test_products_and_customer_that_the_books_do_not_have_are_named(desk: Desk) -> None:
    # Given
    desk.books.put_product("BARRED", barred=True)
    # When
    desk.edit('shipping_product: "9000"', 'shipping_product: "9009"\n          fee_product: BARRED')
    desk.edit("        settings:\n", '        settings:\n          default_customer: "77"\n')
    applied = desk.apply()
    # Then all of them
    assert failing(applied) == [
        "Books: settings: shipping_product: the books have no product 9009.",
        "Books: settings: fee_product: the product BARRED is barred in the books.",
        "Books: settings: default_customer: the books have no customer 77.",
    ]
    assert nothing_was_written(desk)


def test_numbers_that_the_books_do_not_have_are_named_before_the_first_order(desk: Desk) -> None:
    # Given a layout that was deleted, terms that no shop's order can have, and numbers that were never there
    desk.edit(
        "books: {customer_group: 1, product_group: 1}",
        "books: {layout: 20, payment_terms: 2, vat_zone: 9, customer_group: 8, product_group: 7, unit: 6}",
    )
    # When
    applied = desk.apply()
    # Then all of them
    assert failing(applied) == [
        "Books: settings: layout: e-conomic has no layout 20.",
        "Books: settings: payment_terms: payment terms 2 ask for a due date, which a shop's order has not.",
        "Books: settings: vat_zone: e-conomic has no VAT zone 9.",
        "Books: settings: customer_group: e-conomic has no customer group 8.",
        "Books: settings: product_group: e-conomic has no product group 7.",
        "Books: settings: unit: e-conomic has no unit 6.",
    ]
    assert nothing_was_written(desk)


def test_a_layout_that_was_deleted_later_is_found_on_demand(desk: Desk) -> None:
    # Given a connection whose layout was there
    desk.books.books.layouts[5] = Layout(5, "Webshop")
    desk.edit("books: {", "books: {layout: 5, ")
    desk.apply()
    # When it is deleted, and nothing else has changed
    desk.books.books.layouts[5] = Layout(5, "Webshop", deleted=True)
    # Then
    assert failing(desk.apply(check_all=True)) == ["Books: settings: layout: e-conomic has no layout 5."]


def test_a_product_that_will_be_made_need_not_be_there(desk: Desk) -> None:
    # When
    desk.edit('shipping_product: "9000"', 'shipping_product: "9009"\n          create_products: true')
    # Then
    assert failing(desk.apply()) == []


def test_customers_that_nobody_can_make_are_a_warning(desk: Desk) -> None:
    # When
    desk.edit("customer_group: 1, ", "")
    applied = desk.apply()
    # Then
    assert applied.done is not None
    assert [one.finding.says for one in applied.plan.looked if one.finding.level is Level.WARNING] == [
        "create_customers: none can be made. Choose a customer group for new customers in the settings of e-conomic."
    ]


def test_what_does_not_change_is_asked_only_on_demand(desk: Desk) -> None:
    # Given
    desk.apply()
    desk.clear()
    # When
    desk.apply()
    # Then
    assert desk.books.journal.entries(EntryKind.REQUEST) == []
    # And
    assert desk.apply(check_all=True).done is not None
    assert desk.books.journal.entries(EntryKind.REQUEST) != []


def test_a_check_on_demand_that_fails_changes_nothing(desk: Desk) -> None:
    # Given
    desk.apply()
    desk.books.revoke_grant()
    # When
    desk.edit("active: true", "active: false")
    applied = desk.apply(check_all=True)
    # Then
    assert applied.done is None
    assert desk.rows("select active from connections") == [(True,)]


@pytest.mark.parametrize("status", [429, 503])
def test_books_that_do_not_answer_now_are_failing_findings(desk: Desk, status: int) -> None:
    # Given
    desk.apply()
    desk.books.add_fault(kind="answer", status=status)
    # When settings change, which need the books
    desk.edit('"9000"', '"9001"')
    applied = desk.apply()
    # Then
    assert applied.done is None
    assert len(failing(applied)) == 1
