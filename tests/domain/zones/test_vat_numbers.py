"""VAT numbers as customers type them, and where shops keep them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.order import Meta
from shared.domain.regions import EU, PLACES
from shared.domain.vat_numbers import Flaw, VatNumber, find_number, read_number
from shared.domain.zone_settings import VAT_NUMBER_FIELDS
from tests.domain.zones.orders import BRITISH, DANISH, GERMAN, GREEK, NORTHERN_IRISH, NORWEGIAN, SWEDISH, SWISS

#: As Japanese keyboards write.
FULL_WIDTH = {ord(one): ord(one) + 0xFEE0 for one in "DE0123456789"}


@pytest.mark.parametrize(
    ("typed", "country", "number", "its"),
    [
        ("DE136695976", "DE", GERMAN, "DE"),
        ("de 136.695.976", "DE", GERMAN, "DE"),
        ("DE-136 695 976 ", "DK", GERMAN, "DE"),
        ("DE&nbsp;136&#32;695 976", "DE", GERMAN, "DE"),
        ("DE136695976".translate(FULL_WIDTH), "DE", GERMAN, "DE"),
        ("DE\u2013136\u200b695976", "DE", GERMAN, "DE"),
        ("136695976", "DE", GERMAN, "DE"),
        ("25 31 37 63", "DK", DANISH, "DK"),
        ("556188840401", "SE", SWEDISH, "SE"),
        ("GR094259216", "GR", GREEK, "GR"),
        ("EL 094259216", "GR", GREEK, "GR"),
        ("094259216", "GR", GREEK, "GR"),
        ("U57194903", "AT", "ATU57194903", "AT"),
        ("61 954 506 077", "FR", "FR61954506077", "FR"),
        ("BE 697449992", "BE", "BE0697449992", "BE"),
        ("980780684", "XI", NORTHERN_IRISH, "XI"),
        ("XI 980 7806 84", "GB", NORTHERN_IRISH, "XI"),
        ("GB 980 7806 84", "GB", BRITISH, "GB"),
        ("CHE-107.787.577 TVA", "CH", SWISS, "CH"),
        ("CHE-107.787.577", "CH", SWISS, "CH"),
        ("107.787.577", "CH", SWISS, "CH"),
        ("NO 995 525 828 MVA", "NO", NORWEGIAN, "NO"),
        ("995525828", "NO", NORWEGIAN, "NO"),
    ],
)
def test_a_number_is_one_however_it_is_typed(typed: str, country: str, number: str, its: str) -> None:
    # Given a customer of that country who typed this, when it is read, then it is the number with its prefix
    assert read_number(typed, country) == VatNumber(number, its)


@pytest.mark.parametrize(
    ("typed", "country", "flaw"),
    [
        ("DE136695977", "DE", Flaw.CHECK_DIGIT),
        ("DE12345", "DE", Flaw.LENGTH),
        ("BE" + "1" * 5000, "BE", Flaw.LENGTH),
        ("DE13669597X", "DE", Flaw.FORM),
        ("yes please", "DE", Flaw.FORM),
        ("EU372022452", "DE", Flaw.FORM),
        ("136695976", "JP", Flaw.UNKNOWN_COUNTRY),
        ("136695976", "", Flaw.UNKNOWN_COUNTRY),
    ],
)
def test_what_is_no_number_says_why(typed: str, country: str, flaw: Flaw) -> None:
    # Given something else, when it is read, then its flaw is told in words that do not repeat it
    assert read_number(typed, country) is flaw


@given(st.text(max_size=30), st.sampled_from(sorted(PLACES)))
@example("DE" + "٣" * 9, "DE")
@example("IE1*34567L", "IE")
@example("\ud800", "DE")
@example("&#xD800;&amp;#0;", "SE")
def test_anything_is_a_number_or_has_a_flaw(typed: str, country: str) -> None:
    # Given any text, when it is read, then nothing breaks, and a number stays the same when it is read again
    found = read_number(typed, country)
    if isinstance(found, VatNumber):
        assert read_number(found.number, "") == found


@given(st.sampled_from([*sorted(EU), "XI", "EL", "GB", "CHE", "NO"]), st.from_regex("[A-Z0-9+*]{6,14}", fullmatch=True))
def test_what_looks_like_a_number_never_breaks_the_check(prefix: str, rest: str) -> None:
    # Given a prefix and whatever may follow it, when it is read, then it is a number or has a flaw
    found = read_number(prefix + rest, "")
    assert isinstance(found, Flaw) or read_number(found.number, "") == found


@pytest.mark.parametrize("field", VAT_NUMBER_FIELDS)
def test_the_number_is_found_in_whichever_field_the_plugin_has(field: str) -> None:
    # Given a shop whose plugin keeps it there, when the number is looked for, then it is found
    meta = [Meta(key="is_vat_exempt", value="no"), Meta(key=field, value="136695976")]
    assert find_number(meta, VAT_NUMBER_FIELDS, "DE") == VatNumber(GERMAN, "DE")


def test_the_first_field_with_a_number_counts() -> None:
    # Given fields that are empty, wrong, no text, and right, when they are looked through, then the right one counts
    meta = [
        Meta(key="a", value=""),
        Meta(key="b", value="none"),
        Meta(key="c", value={"x": 1}),
        Meta(key="d", value=GERMAN),
    ]
    assert find_number(meta, ["a", "b", "c", "d"], "DE") == VatNumber(GERMAN, "DE")

    # When no field has one, then the first text says what is wrong with it; nothing typed is nothing
    assert find_number(meta, ["a", "b", "c"], "DE") is Flaw.FORM
    assert find_number(meta, ["a", "c", "z"], "DE") is None
    assert find_number([Meta(key="a", value=25313763)], ["a"], "DK") == VatNumber(DANISH, "DK")


def test_a_number_is_not_shown_by_accident() -> None:
    # Given a number, when it lands in a log as it is, then only its country is to be read there
    assert GERMAN not in repr(VatNumber(GERMAN, "DE"))
