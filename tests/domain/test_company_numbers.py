"""Companies' numbers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.company_numbers import FEWEST_DIGITS, CompanyNumber, read_company_number


@pytest.mark.parametrize(
    ("typed", "number", "country"),
    [
        ("12345678", "12345678", ""),
        ("DK 12 34 56 78", "12345678", "DK"),
        ("dk-12345678", "12345678", "DK"),
        ("CVR-nr.: 12 34 56 78", "12345678", ""),
        ("CVR DK12345678", "12345678", "DK"),
        ("SE-nr. 12345678", "12345678", ""),
        ("NO 995 525 828 MVA", "995525828", "NO"),
        ("995525828MVA", "995525828", ""),
        ("Org.nr. 556123-4567", "5561234567", ""),
        ("SE556123456701", "5561234567", "SE"),
        ("CHE-107.787.577 MWST", "107787577", "CH"),
        ("EL094259216", "094259216", "GR"),
        ("ATU12345678", "U12345678", "AT"),
        ("１２３４５６７８", "12345678", ""),  # noqa: RUF001
    ],
)
def test_a_number_is_read_without_what_stands_around_it(typed: str, number: str, country: str) -> None:
    assert read_company_number(typed) == CompanyNumber(number, country)


@pytest.mark.parametrize("typed", ["", "DK", "1234", "DK1234", "x", "-", "1" * 41])
def test_what_can_be_no_companys_is_none(typed: str) -> None:
    assert read_company_number(typed) is None


def test_a_country_counts_where_both_name_one() -> None:
    danish, german, unsaid = (CompanyNumber("12345678", country) for country in ("DK", "DE", ""))
    assert danish.is_that_of(danish)
    assert danish.is_that_of(unsaid)
    assert unsaid.is_that_of(german)
    assert not danish.is_that_of(german)
    assert not danish.is_that_of(CompanyNumber("12345679", "DK"))


@given(st.text("0123456789", min_size=FEWEST_DIGITS, max_size=14), st.sampled_from(["", "DK", "DE"]))
def test_every_spelling_is_that_number(number: str, country: str) -> None:
    company = CompanyNumber(number, country)
    for spelt in company.spellings():
        assert read_company_number(f"{country} {spelt}") == company


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_number_or_none(typed: str) -> None:
    read = read_company_number(typed)
    assert read is None or read.is_that_of(read)
