"""Where an address is, for VAT: countries, and the regions that are apart from theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.order import Address
from shared.domain.regions import COUNTRIES, EU, PLACES, REGIONS, Band, Place, place_of, places_named
from tests.support.processes import ROOT


@pytest.mark.parametrize(
    ("country", "postcode", "state", "city", "is_in"),
    [
        ("DK", "8000", "", "Aarhus", "DK"),
        ("dk", "8000", "", "Aarhus", "DK"),
        ("GL", "3900", "", "Nuuk", "GL"),
        ("DK", "3900", "", "Nuuk", "GL"),
        ("DK", "GL-3952", "", "Ilulissat", "GL"),
        ("DK", "3700", "", "Rønne", "DK"),
        ("FO", "100", "", "Tórshavn", "FO"),
        ("DK", "100", "", "Tórshavn", "FO"),
        ("DK", "FO-970", "", "Sumba", "FO"),
        ("DK", "0900", "", "København C", "DK"),
        ("GB", "BT1 5GS", "", "Belfast", "XI"),
        ("GB", "bt15gs", "", "Belfast", "XI"),
        ("XI", "BT1 5GS", "", "Belfast", "XI"),
        ("GB", "B1 1BB", "", "Birmingham", "GB"),
        ("UK", "SW1A 1AA", "", "London", "GB"),
        ("GB", "IM1 1AA", "", "Douglas", "IM"),
        ("GB", "JE2 3AB", "", "Saint Helier", "JE"),
        ("GB", "GY1 1AA", "", "Saint Peter Port", "GG"),
        ("ES", "35001", "", "Las Palmas", "IC"),
        ("ES", "E-38001", "", "Santa Cruz", "IC"),
        ("ES", "", "GC", "", "IC"),
        ("ES", "", "ES-TF", "", "IC"),
        ("IC", "35001", "", "", "IC"),
        ("ES", "51001", "CE", "Ceuta", "EA"),
        ("ES", "52001", "ML", "Melilla", "EA"),
        ("ES", "28001", "M", "Madrid", "ES"),
        ("FI", "22100", "", "Mariehamn", "AX"),
        ("FI", "AX-22100", "", "Mariehamn", "AX"),
        ("AX", "22100", "", "Mariehamn", "AX"),
        ("FI", "00100", "", "Helsinki", "FI"),
        ("GR", "630 86", "", "Karyes", "athos"),
        ("EL", "10557", "", "Athens", "GR"),
        ("DE", "78266", "", "Büsingen", "busingen"),
        ("DE", "D-27498", "", "Helgoland", "heligoland"),
        ("DE", "10115", "", "Berlin", "DE"),
        ("IT", "23041", "SO", "Livigno", "livigno"),
        ("IT", "23030", "SO", "livigno", "livigno"),
        ("IT", "23030", "SO", "Valdidentro", "IT"),
        ("IT", "22061", "CO", "Campione d'Italia", "campione"),
        ("IT", "22060", "CO", "Campione d\u2019Italia", "campione"),
        ("IT", "47890", "", "San Marino", "SM"),
        ("IT", "00120", "", "Città del Vaticano", "VA"),
        ("SM", "47890", "", "", "SM"),
        ("FR", "97110", "", "Pointe-à-Pitre", "GP"),
        ("FR", "97400", "", "Saint-Denis", "RE"),
        ("FR", "97150", "", "Marigot", "MF"),
        ("FR", "98000", "", "Monaco", "MC"),
        ("FR", "98800", "", "Nouméa", "NC"),
        ("FR", "75001", "", "Paris", "FR"),
        ("RE", "97400", "", "", "RE"),
        ("MC", "98000", "", "", "MC"),
    ],
)
def test_an_address_is_in_its_country_or_in_the_region_that_is_apart(
    country: str, postcode: str, state: str, city: str, is_in: str
) -> None:
    # Given an address as shops write it, when it is asked where that is for VAT, then it is in the region, if in one
    assert place_of(Address(country=country, postcode=postcode, state=state, city=city)) == Place(is_in)


@pytest.mark.parametrize("country", ["", " ", "Danmark", "XX", "DEU", "208", "livigno", "eu", "D"])
def test_what_is_no_country_is_nowhere(country: str) -> None:
    assert place_of(Address(country=country, postcode="3900")) is None


@pytest.mark.parametrize(
    ("home", "code", "band"),
    [
        ("DK", "DK", Band.DOMESTIC),
        ("DK", "DE", Band.EU),
        ("DK", "XI", Band.EU),
        ("DK", "MC", Band.EU),
        *(
            ("DK", code, Band.WORLD)
            for code in ("GL", "FO", "GB", "IM", "JE", "GG", "NO", "CH", "SM", "VA", "AD", "GI")
        ),
        *(
            ("DK", code, Band.WORLD)
            for code in ("IC", "EA", "AX", "GP", "MQ", "GF", "RE", "YT", "MF", "BL", "NC", "PF")
        ),
        *(("DK", code, Band.WORLD) for code in ("athos", "busingen", "campione", "heligoland", "livigno")),
        ("FR", "MC", Band.DOMESTIC),
        ("FR", "RE", Band.WORLD),
        ("ES", "IC", Band.WORLD),
        ("FI", "AX", Band.WORLD),
        ("GB", "XI", Band.DOMESTIC),
        ("GB", "IM", Band.DOMESTIC),
        ("GB", "IE", Band.EU),
        ("GL", "GL", Band.DOMESTIC),
        ("GL", "DK", Band.EU),
    ],
)
def test_every_place_is_domestic_eu_or_world_as_seen_from_home(home: str, code: str, band: Band) -> None:
    # Given a shop's home, when it sells there, then VAT takes it for this
    assert Place(code).band(home) is band


def test_a_country_does_not_stand_for_what_vat_treats_apart() -> None:
    # Given the name of a country, when its places are asked for, then only what counts as it is among them
    assert places_named("ES", "DK") == {"ES"}
    assert places_named("DE", "DK") == {"DE"}
    assert places_named("FR", "DK") == {"FR", "MC"}
    assert places_named("GB", "DK") == {"GB", "IM"}
    assert places_named("XI", "DK") == {"XI"}


def test_the_bands_share_out_all_places() -> None:
    # Given any home, when all three bands are put together, then each place is in one of them
    for home in ("DK", "GB", "FR", "NO", "GL"):
        bands = [places_named(band, home) for band in Band]
        assert frozenset().union(*bands) == PLACES
        assert sum(map(len, bands)) == len(PLACES)
    assert len(EU) == 27
    assert len(COUNTRIES) == 250
    assert EU < COUNTRIES


@given(st.builds(Address, country=st.one_of(st.sampled_from(sorted(PLACES)), st.text(max_size=4)), postcode=st.text()))
def test_any_address_is_somewhere_or_nowhere(address: Address) -> None:
    # Given anything at all, when it is asked where that is, then it is one of the places, or None
    place = place_of(address)
    assert place is None or place.code in PLACES


@pytest.mark.parametrize("code", sorted(REGIONS))
def test_the_page_for_accountants_names_every_region(code: str) -> None:
    # Given a region, when docs/vat.md is read, then its table has it, and says the same of the EU
    region, place = REGIONS[code], Place(code)
    inside = "yes" if place.band("XK") is Band.EU else "no"
    rows = (ROOT / "docs" / "vat.md").read_text().splitlines()
    assert [row for row in rows if row.startswith(f"| `{code}` | {region.name} | {inside} |")]
