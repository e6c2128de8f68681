"""The VAT zones that a file names are held against those of the books, before the first order is refused for one."""

from __future__ import annotations

from connectors.economic.sandbox.furniture import VatZone
from shared.sandbox.journal import EntryKind
from tests.apply.rig import Desk, choose, failing, nothing_was_written, warnings

THERE = "there are: 1 (Domestic), 2 (EU), 3 (Abroad), 4 (Domestic without VAT)"
ZONES = "*/vat-zones*"


def unknown(setting: str, zone: str, meant: str = "") -> str:
    return f"Books: settings: {setting}: the books have no VAT zone '{zone}' for customers; {THERE}{meant}."


def asked_for_zones(desk: Desk) -> int:
    return sum(entry.path.endswith("/vat-zones") for entry in desk.books.journal.entries(EntryKind.REQUEST))


def test_zones_that_the_books_do_not_have_are_named_with_those_that_there_are(desk: Desk) -> None:
    # Given rows and bands, two of which name zones that are not there, and one by its name
    choose(
        desk,
        "zone_sources: [map, bands]",
        "zone_map: [{where: DE, zone: 8}, {where: domestic, zone: Domestic}, {where: SE, zone: 2}]",
        "zone_by_band: {eu: 2, world: 33}",
    )
    # When
    applied = desk.apply()
    # Then each is told, with the nearest one, and nothing is written
    assert failing(applied) == [
        unknown("zone_map, row 1", "8"),
        unknown("zone_map, row 2", "Domestic", " (did you mean 1?)"),
        unknown("zone_by_band.world", "33", " (did you mean 3?)"),
    ]
    assert nothing_was_written(desk)


def test_a_zone_for_all_orders_may_be_named_once_the_books_have_it(desk: Desk) -> None:
    # Given
    choose(desk, "zone_sources: [fixed]", "zone_fixed: 8")
    assert failing(desk.apply()) == [unknown("zone_fixed", "8")]
    # When it is made there, for suppliers first
    desk.books.books.vat_zones[8] = VatZone(8, "Tyskland, OSS", for_customers=False)
    assert failing(desk.apply()) == [unknown("zone_fixed", "8")]
    desk.books.books.vat_zones[8] = VatZone(8, "Tyskland, OSS")
    # Then
    assert desk.apply().done is not None


def test_settings_that_name_no_zone_ask_for_no_more_than_the_books_own(desk: Desk) -> None:
    assert desk.apply().done is not None
    assert asked_for_zones(desk) == 1


def test_a_zone_that_is_not_there_is_told_once_however_many_products_stand_in_it(desk: Desk) -> None:
    # Given products whose VAT is looked at in each zone
    for product in ("CENTS", "CARD"):
        desk.books.put_product(product, group=2)
    choose(desk, "closing_product: CENTS", "gift_card_product: CARD", "zone_sources: [fixed]", "zone_fixed: 8")
    # When, then
    assert failing(desk.apply()) == [unknown("zone_fixed", "8")]


def test_a_zone_that_was_deleted_later_is_found_on_demand(desk: Desk) -> None:
    # Given
    desk.books.books.vat_zones[8] = VatZone(8, "Tyskland, OSS")
    choose(desk, "zone_sources: [map, default]", "zone_map: [{where: DE, zone: 8}]")
    assert desk.apply().done is not None
    # When
    del desk.books.books.vat_zones[8]
    assert failing(desk.apply()) == []
    # Then
    assert failing(desk.apply(check_all=True)) == [unknown("zone_map, row 1", "8")]


SILENT = "The books did not tell whether they have the VAT zones that the settings name: 2."


def test_books_that_do_not_answer_now_are_asked_again_before_zones_are_saved(desk: Desk) -> None:
    # Given
    choose(desk, "zone_sources: [fixed]", "zone_fixed: 2")
    desk.books.add_fault(kind="answer", status=503, path=ZONES)
    # When
    applied = desk.apply()
    # Then
    assert applied.done is None
    assert any(SILENT in says for says in failing(applied))


def test_books_that_let_nobody_see_their_zones_are_told_of(desk: Desk) -> None:
    # Given
    choose(desk, "zone_sources: [fixed]", "zone_fixed: 2")
    desk.books.settings.hidden = ("vat-zones",)
    # When, then the zones that are to be looked at by hand are named
    (says,) = warnings(desk.apply())
    assert says.startswith(SILENT)


def test_a_name_in_the_books_does_nothing_to_the_terminal(desk: Desk) -> None:
    desk.books.books.vat_zones[8] = VatZone(8, "\x1b[31mRed\n")
    choose(desk, "zone_sources: [fixed]", "zone_fixed: 9")
    (says,) = failing(desk.apply())
    assert says.isprintable()
