"""Products that a file names for a certain VAT, and the one that closes documents."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from connectors.economic.sandbox.furniture import VatZone
from shared.domain.findings import Level
from tests.apply.rig import Desk, choose, failing, nothing_was_written, warnings

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


@pytest.mark.parametrize(
    "named",
    [
        ("closing: smallest", "closing_product: CENTS"),
        ("closing: gross", 'products_by_rate: {closing: {"0": CENTS}}'),
        ("closing: exact",),
    ],
    ids=["a product", "a product for 0 %", "orders are to wait"],
)
def test_orders_that_miss_their_total_have_a_product_or_are_to_wait(desk: Desk, named: Sequence[str]) -> None:
    # Given
    put_closing_products(desk)
    desk.edit("          closing: exact\n", "")
    choose(desk, *named)
    # When
    applied = desk.apply()
    # Then
    assert applied.done is not None
    assert (failing(applied), warnings(applied)) == ([], [])


@pytest.mark.parametrize(
    "left_out",
    [(), ("closing: gross",), ('products_by_rate: {closing: {"25": CENTS-25}}',), ("closing_product:",)],
    ids=["nothing chosen", "gross alone", "only one with VAT", "taken back"],
)
def test_orders_that_would_miss_their_total_are_told_of_before_the_first(desk: Desk, left_out: Sequence[str]) -> None:
    # Given an owner who named no product for what closes a document without VAT
    put_closing_products(desk)
    desk.edit("          closing: exact\n", "")
    choose(desk, *left_out)
    # When
    applied = desk.apply()
    # Then it goes on, and he reads how such orders end, and what he can do
    assert applied.done is not None
    (warning,) = [one.finding for one in applied.plan.looked if one.finding.level is Level.WARNING]
    assert warning.says.startswith("closing_product: none is named.")
    assert "missing_closing_product" in warning.says
    assert "product without VAT" in warning.remedy
    # And that is said again where he asks, and only there
    assert warnings(desk.apply()) == []
    assert warnings(desk.apply(check_all=True)) == [warning.says]
