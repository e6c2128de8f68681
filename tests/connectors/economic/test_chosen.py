"""What is said of numbers that the owner chose, and how little is asked for it."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.economic.settings import Settings
from shared.domain.findings import Finding, Level
from tests.connectors.economic.examples import asked, client, collection
from tests.connectors.economic.examples import books as answering
from tests.connectors.woocommerce.replay import answer, serving

NO_RIGHTS = answer({"message": "Nej.", "httpStatusCode": 403}, 403)
ZONES = collection({"vatZoneNumber": 1, "name": "Domestic"})


def layout(number: int, name: str = "", **more: Any) -> dict[str, Any]:
    return {"layoutNumber": number, "name": name, **more}


def terms(number: int, name: str, kind: str = "net") -> dict[str, Any]:
    return {"paymentTermsNumber": number, "name": name, "paymentTermsType": kind}


def found(settings: Settings, **answers: object) -> tuple[list[Finding], list[str]]:
    """What is found, and what was asked for."""
    usual = {"GET /vat-zones": ZONES}
    with serving(by=answering(**{**usual, **answers})) as replay, client(replay.url) as economic:
        return list(economic.check_settings(settings)), asked(replay)


def test_only_what_was_chosen_is_asked_for() -> None:
    # Given an owner who chose nothing, then only what every document has is looked for
    assert found(Settings()) == ([], ["GET /vat-zones"])
    # And one who chose a unit
    assert found(Settings(unit=1), **{"GET /units": collection({"unitNumber": 1})}) == (
        [],
        ["GET /vat-zones", "GET /units"],
    )


def test_the_remedy_names_what_there_is() -> None:
    # Given a layout that was deleted
    layouts = collection(layout(19, "Standard"), layout(20, "Old", deleted=True), layout(21))
    (finding,), _ = found(Settings(layout=20), **{"GET /layouts": layouts})
    # Then
    assert finding == Finding(
        Level.FAILING,
        "settings",
        "layout: e-conomic has no layout 20.",
        "Choose one that is there: 19 (Standard), 21.",
    )


def test_terms_that_ask_for_a_due_date_are_neither_taken_nor_offered() -> None:
    there = collection(terms(1, "Netto 8 dage"), terms(2, "Forfaldsdato", "dueDate"))
    (finding,), _ = found(Settings(payment_terms=2), **{"GET /payment-terms": there})
    assert finding.says == "payment_terms: payment terms 2 ask for a due date, which a shop's order has not."
    assert finding.remedy == "Choose one that is there: 1 (Netto 8 dage)."


def test_where_there_is_nothing_to_choose_from_something_has_to_be_made() -> None:
    (finding,), _ = found(Settings(product_group=3))
    assert finding.remedy == "Make one in e-conomic that orders can have, and choose it."


def test_names_of_the_books_are_short_and_on_one_line() -> None:
    # Given more layouts than anybody reads, with names that a terminal would obey
    layouts = collection(*(layout(number, f"\x1b[31mA\nvery {'long ' * 20}name") for number in range(1, 20)))
    (finding,), _ = found(Settings(layout=77), **{"GET /layouts": layouts})
    # Then
    assert finding.remedy.isprintable()
    assert finding.remedy.endswith("), and others.")
    assert len(finding.remedy) < 500


def zone(number: int, **more: Any) -> dict[str, Any]:
    return {"vatZoneNumber": number, "name": f"Zone {number}", **more}


@pytest.mark.parametrize(
    ("zones", "offered"),
    [
        ([zone(1, enabledForCustomer=True), zone(5, enabledForCustomer=False)], "1 (Zone 1)"),
        ([zone(1, enabledForCustomer=True), zone(5, enabledForSupplier=True)], "1 (Zone 1)"),
        ([zone(1), zone(5)], "1 (Zone 1), 5 (Zone 5)"),
    ],
    ids=["a false", "a false that is left out", "nothing said of any"],
)
def test_vat_zones_that_no_customer_can_have_are_not_offered(zones: list[dict[str, Any]], offered: str) -> None:
    (finding,), _ = found(Settings(vat_zone=77), **{"GET /vat-zones": collection(*zones)})
    assert finding.remedy == f"Choose one that is there: {offered}."


@pytest.mark.parametrize(
    ("path", "settings", "what"),
    [
        ("/layouts", Settings(layout=19, unit=1), "The choice of layout"),
        ("/vat-zones", Settings(unit=1), "The choice of VAT zone"),
    ],
)
def test_a_list_that_may_not_be_read_is_named_and_ends_the_check(path: str, settings: Settings, what: str) -> None:
    (finding,), asked_for = found(settings, **{f"GET {path}": NO_RIGHTS})
    assert finding.level is Level.FAILING
    assert finding.says.startswith(f"{what} cannot be read: ")
    assert asked_for == [f"GET {path}"]
