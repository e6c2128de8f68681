"""The VAT zone of an order: where, to whom, and who decides."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.order import Address, Meta, Order
from shared.domain.regions import PLACES
from shared.domain.zone_settings import Source, ZoneSettings
from shared.domain.zones import ChosenZone, zone
from shared.errors import NeedsUser
from tests.domain.zones.orders import (
    BRITISH,
    DANISH,
    DANISH_MAP,
    GERMAN,
    NORTHERN_IRISH,
    NORWEGIAN,
    SWEDISH,
    by_map,
    sold,
)


def chosen(order: Order, settings: ZoneSettings, customers_own: str | None = None) -> ChosenZone:
    return zone(order, settings, customers_own=customers_own)


@pytest.mark.parametrize(
    ("who", "order", "expected"),
    [
        ("Danish private", sold("DK", "8000"), "1"),
        ("Danish business", sold("DK", "8000", company="Lampeland ApS", number=DANISH), "1"),
        ("Danish, exempt in the shop", sold("DK", "8000", exempt=True), "4"),
        ("German private: OSS", sold("DE", "10115"), "8"),
        ("German business, valid number: reverse charge", sold("DE", "10115", company="GmbH", number=GERMAN), "2"),
        ("number without its prefix", sold("DE", "10115", company="GmbH", number="136 695 976"), "2"),
        ("number and no company", sold("DE", "10115", number=GERMAN), "2"),
        ("German business, wrong check digit", sold("DE", "10115", company="GmbH", number="DE136695977"), "8"),
        ("German business without a number", sold("DE", "10115", company="GmbH"), "8"),
        ("Danish business, sent to Germany", sold("DE", "10115", number=DANISH, billed={"country": "DK"}), "8"),
        ("Swedish business, sent to Germany", sold("DE", "10115", number=SWEDISH, billed={"country": "SE"}), "2"),
        ("Swede, number without its prefix", sold("DE", "10115", number=SWEDISH[2:], billed={"country": "SE"}), "2"),
        ("British number, sent to Germany", sold("DE", "10115", number=BRITISH), "8"),
        ("Finnish private: OSS", sold("FI", "00100"), "9"),
        ("Åland", sold("FI", "22100"), "3"),
        ("Swedish private: below the limit", sold("SE", "21119"), "1"),
        ("Swedish business", sold("SE", "21119", company="AB", number=SWEDISH), "2"),
        ("Greenland", sold("GL", "3900"), "3"),
        ("Greenland, written as Denmark", sold("DK", "3900", company="Nuuk ApS", number=DANISH), "3"),
        ("Faroe Islands, written as Denmark", sold("DK", "100"), "3"),
        ("Northern Ireland, private", sold("GB", "BT1 5GS"), "1"),
        ("Northern Ireland, business", sold("GB", "BT1 5GS", number=NORTHERN_IRISH), "2"),
        ("Northern Ireland, number without its prefix", sold("GB", "BT1 5GS", number="980780684"), "2"),
        ("Northern Ireland, number of Great Britain", sold("GB", "BT1 5GS", number=BRITISH), "1"),
        ("Great Britain", sold("GB", "SW1A 1AA", number=BRITISH), "3"),
        ("Canary Islands", sold("ES", "35001", state="GC", number="ESB58378431"), "3"),
        ("Monaco", sold("MC", "98000", number="FR61954506077"), "2"),
        ("Büsingen, which is no OSS", sold("DE", "78266"), "3"),
        ("Norway", sold("NO", "0150"), "3"),
        ("Norwegian business", sold("NO", "0150", number=NORWEGIAN), "3"),
        ("Norwegian buyer, sent to Denmark", sold("DK", "8000", billed={"country": "NO"}), "1"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) > 1 else "",
)
def test_the_map_of_a_danish_shop(who: str, order: Order, expected: str) -> None:
    # Given a shop with OSS in Germany and Finland, when it sells there and to them, then the document is in this zone
    assert chosen(order, by_map()).zone == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [(sold("DK", "8000"), "1"), (sold("DE", "10115", number=GERMAN), "2"), (sold("DK", "3900"), "3")],
)
def test_simple_bands_do_not_ask_who_buys(order: Order, expected: str) -> None:
    # Given three bands, when an order is sold, then where it goes is all that counts
    bands = ZoneSettings.model_validate(
        {"zone_sources": ["bands"], "zone_by_band": {"domestic": 1, "eu": 2, "world": 3}}
    )
    assert chosen(order, bands).zone == expected


def test_home_is_where_the_shop_is() -> None:
    # Given a Swedish shop, when it sells to Denmark with a Danish number, then that is a sale to another member state
    swedish = by_map(home_country="se")
    assert chosen(sold("DK", "8000", number=DANISH), swedish).zone == "2"
    assert chosen(sold("SE", "21119", number=SWEDISH), swedish).zone == "1"


def test_domestic_reverse_charge_asks_for_a_number_of_the_country() -> None:
    # Given a map that sends Danish businesses with a number to a zone of their own
    rows = [{"where": "domestic", "vat_number": "valid", "zone": 4}, {"where": "domestic", "zone": 1}]

    # When a Dane gives a Danish number, then it counts; a German one does not
    assert chosen(sold("DK", "8000", number=DANISH), by_map(*rows)).zone == "4"
    assert chosen(sold("DK", "8000", number=GERMAN), by_map(*rows)).zone == "1"


def test_the_delivery_address_counts_where_it_has_a_country() -> None:
    # Given a German who has it sent to Denmark, and one who downloads, so that the shop has no delivery address
    sent = sold("DK", "8000", billed={"country": "DE", "postcode": "10115"})
    downloaded = sold("", billed={"country": "DE", "postcode": "10115"})

    # When the zone is chosen, then delivery goes before billing, unless the owner wants it otherwise
    assert chosen(sent, by_map()).zone == "1"
    assert chosen(downloaded, by_map()).zone == "8"
    assert chosen(sent, by_map(zone_address="billing")).zone == "8"
    assert chosen(sold("DK", "8000", billed={"country": ""}), by_map(zone_address="billing")).zone == "1"


def test_a_shop_that_set_nothing_goes_on_as_ever() -> None:
    # Given no choice at all, when an order comes, even without a country, then the books' settings say the zone
    assert chosen(sold(""), ZoneSettings(), "2").zone is None
    assert chosen(sold("Danmark"), ZoneSettings()).source is Source.DEFAULT


@pytest.mark.parametrize(
    ("sources", "customers_own", "country", "expected"),
    [
        (["customer", "map", "default"], "2", "DK", ("2", Source.CUSTOMER)),
        (["customer", "map", "default"], None, "DK", ("1", Source.MAP)),
        (["map", "customer"], "2", "DK", ("1", Source.MAP)),
        (["map", "customer", "default"], "2", "US", ("2", Source.CUSTOMER)),
        (["map", "bands", "default"], "2", "US", ("3", Source.BANDS)),
        (["map", "bands", "default"], "2", "SE", (None, Source.DEFAULT)),
        (["map", "fixed"], "2", "US", ("7", Source.FIXED)),
        # Nobody asks where it goes
        (["fixed"], "2", "", ("7", Source.FIXED)),
        (["customer", "map"], "2", "", ("2", Source.CUSTOMER)),
    ],
)
def test_the_first_source_that_knows_decides(
    sources: list[str], customers_own: str | None, country: str, expected: tuple[str | None, Source]
) -> None:
    # Given sources in the owner's order, when they are asked, then the first that has a zone for the order is heard
    given: dict[str, dict[str, Any]] = {
        "map": {"zone_map": [{"where": "DK", "zone": 1}]},
        "bands": {"zone_by_band": {"world": 3}},
        "fixed": {"zone_fixed": 7},
    }
    settings: dict[str, Any] = {"zone_sources": sources}
    for source in sources:
        settings |= given.get(source, {})
    found = chosen(sold(country), ZoneSettings.model_validate(settings), customers_own)
    assert (found.zone, found.source) == expected


@pytest.mark.parametrize(
    ("order", "code", "says"),
    [
        (sold(""), "country_missing", "has no country"),
        (sold("Danmark Lampevej 1"), "country_unknown", "delivery address"),
        (sold("", billed={"country": "XX"}), "country_unknown", "billing address"),
        (sold("US", "90210"), "no_vat_zone", "US, world; private"),
        (sold("ES", "35001"), "no_vat_zone", "Canary Islands (IC), world; private"),
    ],
)
def test_an_order_that_fits_nowhere_asks_its_owner(order: Order, code: str, says: str) -> None:
    # Given a map for Denmark alone, when such an order comes, then it waits with a reason that repeats nothing typed
    with pytest.raises(NeedsUser) as refused:
        chosen(order, by_map({"where": "DK", "zone": 1}))
    assert refused.value.code == code
    assert says in refused.value.message
    assert "Lampevej" not in refused.value.message


def test_a_customer_without_a_zone_is_nobodys() -> None:
    # Given only the customer's own zone as source, when the customer is new, then the owner is asked
    with pytest.raises(NeedsUser, match=r"\(customer\) has a VAT zone for this customer"):
        chosen(sold("DK"), ZoneSettings(zone_sources=(Source.CUSTOMER,)))


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (sold("DE", number=GERMAN), "VAT zone 2, row 3 of zone_map: DE, EU; business with a valid VAT number of DE."),
        (sold("DK", "3900"), "VAT zone 3, row 7 of zone_map: Greenland (GL), world; private."),
        (sold("DE", number="DE1"), "VAT zone 8, row 4 of zone_map: DE, EU; private with a VAT number that is too long"),
        (sold("DE", number=DANISH), "business with a VAT number of DK, which does not count for this sale."),
        (sold("DK", exempt=True), "VAT zone 4, row 1 of zone_map: DK, domestic; private, exempt from VAT in the shop."),
    ],
)
def test_the_log_says_why_and_holds_no_number(order: Order, says: str) -> None:
    # Given an order, when its zone is chosen, then one sentence says by which row and for whom
    sentence = chosen(order, by_map()).sentence
    assert says in sentence
    assert not re.search("[0-9]{4}", sentence)


ADDRESSES = st.builds(
    Address,
    country=st.one_of(st.sampled_from(sorted(PLACES)), st.text(max_size=6)),
    postcode=st.text(max_size=8),
    state=st.text(max_size=3),
    city=st.text(max_size=8),
    company=st.text(max_size=3),
)
VALUES = st.one_of(st.text(), st.sampled_from([GERMAN, DANISH, BRITISH]), st.none(), st.integers(), st.lists(st.text()))
SETTINGS = [
    by_map(),
    by_map({"where": "GL", "zone": 1}, home_country="GL"),
    by_map({"where": "anywhere", "buyer": "business", "zone": 1}, zone_address="billing"),
    ZoneSettings.model_validate({"zone_sources": ["customer", "bands"], "zone_by_band": {"eu": 2}}),
    ZoneSettings(),
]


@given(
    billing=ADDRESSES,
    shipping=ADDRESSES,
    meta=st.lists(st.builds(Meta, key=st.sampled_from(["_billing_vat_number", "is_vat_exempt", "x"]), value=VALUES)),
    settings=st.sampled_from(SETTINGS),
    customers_own=st.one_of(st.none(), st.just("5")),
)
def test_any_order_has_a_zone_or_a_reason(
    billing: Address, shipping: Address, meta: list[Meta], settings: ZoneSettings, customers_own: str | None
) -> None:
    # Given anything that customers may have typed
    order = replace(sold("DK"), billing=billing, shipping=shipping, meta=tuple(meta))

    # When its zone is chosen, then there is one that the settings name, or a reason; twice the same
    try:
        found = chosen(order, settings, customers_own)
    except NeedsUser as refused:
        assert refused.code in {"country_missing", "country_unknown", "no_vat_zone"}
    else:
        zones = {row.zone for row in settings.zone_map} | {*settings.zone_by_band.values()}
        assert found.zone in zones | {customers_own if Source.CUSTOMER in settings.zone_sources else None, None}
        assert (found.zone is None) == (found.source is Source.DEFAULT)
        assert found == chosen(order, settings, customers_own)


@given(
    st.sampled_from(sorted(PLACES)), st.sampled_from([None, GERMAN, DANISH, "?"]), st.booleans(), st.text(max_size=2)
)
def test_the_danish_map_leaves_nobody_out(country: str, number: str | None, exempt: bool, company: str) -> None:
    # Given a map with a row for each band, when anybody buys, then there is a zone
    if country.isupper():
        zones = {str(row["zone"]) for row in DANISH_MAP}
        assert chosen(sold(country, number=number, exempt=exempt, company=company), by_map()).zone in zones
