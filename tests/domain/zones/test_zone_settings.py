"""What the owner may choose for the VAT zone, and what makes no sense."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.regions import PLACES
from shared.domain.zone_map import BUYERS, ZoneRow, never_reached
from shared.domain.zone_settings import ZoneSettings
from tests.domain.zones.orders import DANISH_MAP, by_map

BANDS = {"domestic": 1, "eu": 2, "world": 3}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"home_country": "Danmark"}, "'Danmark' is no country: write it with its two letters, like DK"),
        ({"zone_sources": []}, "at least 1 item"),
        ({"zone_sources": ["guess"]}, "'fixed', 'customer', 'map', 'bands' or 'default'"),
        ({"zone_sources": ["customer", "customer"]}, "names customer twice"),
        ({"zone_sources": ["default", "customer"]}, "never comes to customer: default always knows a zone"),
        ({"zone_sources": ["fixed", "default"], "zone_fixed": 1}, "never comes to default: fixed always knows"),
        ({"zone_sources": ["bands", "default"], "zone_by_band": BANDS}, "never comes to default: bands always knows"),
        ({"zone_sources": ["fixed"]}, "names fixed, which needs zone_fixed"),
        ({"zone_sources": ["map"]}, "names map, which needs zone_map"),
        ({"zone_sources": ["bands"]}, "names bands, which needs zone_by_band"),
        ({"zone_fixed": 1}, "zone_fixed is never asked: add fixed to zone_sources"),
        ({"zone_by_band": BANDS}, "zone_by_band is never asked"),
        ({"zone_map": DANISH_MAP}, "zone_map is never asked"),
        ({"zone_sources": ["fixed"], "zone_fixed": " "}, "at least 1 character"),
        ({"zone_sources": ["fixed"], "zone_fixed": True}, "valid string"),
        ({"zone_sources": ["bands"], "zone_by_band": {"europe": 2}}, "'domestic', 'eu' or 'world'"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(given: dict[str, Any], says: str) -> None:
    # Given such settings, when they are read, then the refusal says what is wrong
    with pytest.raises(ValidationError) as refused:
        ZoneSettings.model_validate(given)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"where": "Tyskland", "zone": 8}], "'Tyskland' is no country (DK), no region (AX, BL,"),
        ([{"where": "XX", "zone": 8}], "'XX' is no country"),
        ([{"where": "DE", "buyer": "private", "vat_number": "valid", "zone": 8}], "valid VAT number is a business"),
        ([{"where": "DE", "zone": 8}, {"where": "de", "zone": 9}], "row 2 of zone_map is never reached: row 1 is for"),
        (
            [{"where": "eu", "zone": 2}, {"where": "DE", "zone": 8}],
            "row 2 of zone_map is never reached: the rows above",
        ),
        ([{"where": "domestic", "zone": 1}, {"where": "DK", "zone": 4}], "row 2 of zone_map is never reached"),
        ([{"where": "anywhere", "zone": 1}, {"where": "GL", "zone": 3}], "row 2 of zone_map is never reached"),
        ([{"where": "FR", "zone": 8}, {"where": "MC", "zone": 9}], "row 2 of zone_map is never reached"),
        (
            [
                {"where": "DE", "buyer": "private", "zone": 8},
                {"where": "DE", "buyer": "business", "zone": 2},
                {"where": "DE", "exempt": True, "zone": 4},
            ],
            "row 3 of zone_map is never reached",
        ),
    ],
)
def test_a_map_with_unknown_or_useless_rows_is_refused(rows: list[dict[str, Any]], says: str) -> None:
    # Given such a map, when it is read, then the refusal names the row
    with pytest.raises(ValidationError) as refused:
        by_map(*rows)
    assert says in str(refused.value)


def test_a_map_may_name_regions_before_and_behind_their_country() -> None:
    # Given rows for a country and what is apart from it, when they are read in either order, then all can be reached
    rows = [
        {"where": where, "zone": 3} for where in ("DK", "GL", "ES", "IC", "Livigno", "it", "XI", "UK", "EL", "MC", "FR")
    ]
    named = ["DK", "GL", "ES", "IC", "livigno", "IT", "XI", "GB", "GR", "MC", "FR"]
    assert [row.where for row in by_map(*rows).zone_map] == named


def test_settings_come_back_from_json_as_they_were() -> None:
    # Given a full choice, when it is stored as JSON with its numbers, then it is read again as the same
    settings = ZoneSettings.model_validate(
        {"zone_sources": ["map", "bands"], "zone_map": DANISH_MAP, "zone_by_band": BANDS, "home_country": "SE"}
    )
    stored = settings.model_dump(mode="json", exclude_unset=True)
    assert stored["zone_map"][1] == {"where": "domestic", "zone": "1"}
    assert ZoneSettings.model_validate_json(json.dumps(stored), strict=True) == settings


ROWS = st.builds(
    ZoneRow,
    where=st.sampled_from(["domestic", "eu", "world", "anywhere", "DK", "DE", "GL", "MC", "FR"]),
    buyer=st.sampled_from(["business", "any"]),
    vat_number=st.sampled_from(["valid", "any"]),
    exempt=st.booleans(),
    zone=st.just("1"),
)


@given(st.lists(ROWS, max_size=6), st.sampled_from(["DK", "FR", "GL"]))
def test_a_row_is_complained_of_if_and_only_if_no_order_comes_to_it(rows: list[ZoneRow], home: str) -> None:
    # Given any map, when all places and buyers are walked through it, then the rows nobody stopped at are named
    walked = {
        next((at for at, row in enumerate(rows, start=1) if row.fits(place, buyer, home)), 0)
        for place in PLACES
        for buyer in BUYERS
    }
    named = {int(sentence.split()[1]) for sentence in never_reached(rows, home)}
    assert named == set(range(1, len(rows) + 1)) - walked
