"""Systems are asked before anything is written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.economic.sandbox.furniture import Layout, VatZone
from shared.domain.findings import Level
from shared.sandbox.journal import EntryKind
from tests.apply.rig import Desk
from tools.apply import Applied


def failing(applied: Applied) -> list[str]:
    """What fails, and what to do about it."""
    looked = [one for one in applied.plan.looked if one.finding.level is Level.FAILING]
    assert all(one.finding.remedy for one in looked)
    return [f"{one.system}: {one.finding.about}: {one.finding.says}" for one in looked]


def warnings(applied: Applied) -> list[str]:
    return [one.finding.says for one in applied.plan.looked if one.finding.level is Level.WARNING]


def choose(desk: Desk, *settings: str) -> None:
    """Beside what the file chooses."""
    desk.edit("        settings:\n", "        settings:\n" + "".join(f"          {setting}\n" for setting in settings))


def nothing_was_written(desk: Desk) -> bool:
    there = desk.database.run(lambda c: c.execute("select * from accounts_there_are()").fetchall())
    return not there and not desk.webhooks()


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
    # But it must be known in which group
    desk.edit("product_group: 1", "unit: 1")
    desk.text = desk.text.replace("Lampeland", "Nordlys")
    assert failing(desk.apply()) == [
        "Books: settings: Choose a product group for new products in the settings of e-conomic."
    ]


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


CLOSING = ("closing_product: CENTS", 'products_by_rate: {closing: {"25": CENTS-25}}', "gift_card_product: CARD")


def put_closing_products(desk: Desk) -> None:
    for product, group in (("CENTS", 2), ("CENTS-25", 1), ("CARD", 2)):
        desk.books.put_product(product, group=group)


def test_products_with_the_vat_that_they_are_named_for_are_well(desk: Desk) -> None:
    # Given
    put_closing_products(desk)
    choose(desk, *CLOSING)
    # When
    applied = desk.apply()
    # Then
    assert applied.done is not None
    assert (failing(applied), warnings(applied)) == ([], [])


def test_products_with_another_vat_than_they_are_named_for_fail_with_both_rates(desk: Desk) -> None:
    # Given all of them in the group of another rate
    for product, group in (("CENTS", 1), ("CENTS-25", 3), ("CARD", 3)):
        desk.books.put_product(product, group=group)
    choose(desk, *CLOSING)
    # When
    applied = desk.apply()
    # Then
    there = "VAT in VAT zone 1 of the books, and must have"
    assert failing(applied) == [
        f"Books: settings: gift_card_product: the product CARD has 12 % {there} 0 % VAT.",
        f"Books: settings: closing_product: the product CENTS has 25 % {there} 0 % VAT.",
        f"Books: settings: products_by_rate.closing.25: the product CENTS-25 has 12 % {there} 25 % VAT.",
    ]
    assert applied.plan.looked[-1].finding.remedy == (
        "Give it a product group with 25 % VAT there, or name another product."
    )
    assert nothing_was_written(desk)
    # And where that was done, it goes
    put_closing_products(desk)
    assert desk.apply().done is not None


def test_a_product_whose_group_has_no_account_for_the_zone_fails(desk: Desk) -> None:
    # Given
    desk.books.put_product_group(7, {2: Decimal(0)})
    desk.books.put_product("CENTS", group=7)
    choose(desk, "closing_product: CENTS")
    # When, then
    (says,) = failing(desk.apply())
    assert says.startswith("Books: settings: closing_product: Product CENTS is in product group 7, which has no sales")


def test_books_that_hide_their_rates_are_one_warning(desk: Desk) -> None:
    # Given products whose VAT nobody may see
    put_closing_products(desk)
    desk.books.settings.hidden = ("vat-accounts",)
    choose(desk, *CLOSING)
    # When
    applied = desk.apply()
    # Then it is done, and what is to be looked at by hand is named
    assert applied.done is not None
    (warning,) = [one.finding for one in applied.plan.looked if one.finding.level is Level.WARNING]
    assert "does not let shopledger see its accounts and VAT codes" in warning.says
    assert warning.remedy.endswith("CARD 0 % VAT, CENTS 0 % VAT, CENTS-25 25 % VAT.")


def test_a_product_for_closing_that_would_be_made_is_a_warning(desk: Desk) -> None:
    # Given a file that lets missing products be made, whose group may have any VAT
    desk.books.put_product("CENTS-25", group=1)
    choose(desk, "create_products: true", *CLOSING[:2])
    # When
    applied = desk.apply()
    # Then
    assert applied.done is not None
    assert warnings(applied) == [
        "closing_product: the books have no product CENTS; it would be made in the group of new products, whatever VAT"
        " that has."
    ]


def test_a_rate_that_only_another_zone_has_is_looked_for_there(desk: Desk) -> None:
    # Given a product that has 25 % at home and 19 % in Germany, and settings that name it for both
    desk.books.books.vat_zones[8] = VatZone(8, "Tyskland OSS")
    desk.books.put_product_group(7, {1: Decimal(25), 8: Decimal(19)})
    desk.books.put_product("CENTS-VAT", group=7)
    choose(desk, 'products_by_rate: {closing: {"25": CENTS-VAT, "19": CENTS-VAT}}')
    # When all goes into the usual zone, then nothing has 19 % there
    (says,) = failing(desk.apply())
    assert "products_by_rate.closing.19: the product CENTS-VAT has 25 % VAT in VAT zone 1" in says
    # When orders to Germany go into its zone, then it is well
    choose(desk, "zone_sources: [map, default]", 'zone_map: [{where: DE, zone: "8"}]')
    assert desk.apply().done is not None


def test_where_the_customers_own_zones_count_a_rate_that_is_not_found_is_a_warning(desk: Desk) -> None:
    # Given
    desk.books.put_product("CENTS-19", group=1)
    choose(desk, "zone_sources: [customer, default]", 'products_by_rate: {closing: {"19": CENTS-19}}')
    # When
    applied = desk.apply()
    # Then
    assert applied.done is not None
    assert warnings(applied) == [
        "products_by_rate.closing.19: the product CENTS-19 has 25 % VAT in VAT zone 1 of the books, and must have"
        " 19 % VAT."
    ]


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
