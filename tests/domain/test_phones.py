"""Phone numbers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.phones import is_written, key, normalised, spellings, unmistakable

PHONES = ("+4512345678", "+46812345678", "+491711234567", "+442079460958", "+14155552671", "+3225125125", "+4721234567")


@pytest.mark.parametrize(
    ("typed", "country", "phone"),
    [
        ("12 34 56 78", "DK", "+4512345678"),
        ("+45 12 34 56 78", "", "+4512345678"),
        ("0045 12-34-56-78", "", "+4512345678"),
        ("0045 12345678", "SE", "+4512345678"),
        ("(0045) 12345678", "US", "+4512345678"),
        ("(+45) 12.34.56.78", "DE", "+4512345678"),
        ("4512345678", "DK", "+4512345678"),
        ("tlf. 12345678", "DK", "+4512345678"),
        ("08-123 456 78", "SE", "+46812345678"),
        ("+49 (0)171 1234567", "DK", "+491711234567"),
        ("(415) 555-2671", "US", "+14155552671"),
        # No number of any country, or of none that is known.
        ("12345678", "", None),
        ("12345678", "??", None),
        ("1", "DK", None),
        ("12345678 / 87654321", "DK", None),
        ("ring i morgen", "DK", None),
        ("", "DK", None),
        ("1" * 1000, "DK", None),
    ],
)
def test_a_phone_is_read_as_it_is_typed(typed: str, country: str, phone: str | None) -> None:
    assert normalised(typed, country) == phone


@pytest.mark.parametrize("phone", PHONES)
def test_every_spelling_is_that_phone_in_its_country_and_behind_its_code(phone: str) -> None:
    digits = {"".join(filter(str.isdigit, spelt)) for spelt in spellings(phone)}
    assert len(digits) == 1, "a spelling has other digits"
    code = phone.removeprefix("+").removesuffix(*digits)
    for spelt in spellings(phone):
        if ")" not in spelt:
            assert is_written(phone, f"+{code} {spelt}", ""), spelt
            assert is_written(phone, f"00{code}{spelt}", ""), spelt


@pytest.mark.parametrize("written", ["+46 12345678", "0046 12345678", "12345679", "", "x", "123456789012"])
def test_another_phone_is_not_that_one(written: str) -> None:
    assert not is_written("+4512345678", written, "DK")


@pytest.mark.parametrize(("phone", "home", "same"), [("+4522334455", "DK", True), ("+4722334455", "DK", False)])
def test_a_phone_without_a_code_is_one_at_home(phone: str, home: str, same: bool) -> None:
    assert is_written(phone, "22 33 44 55", home) is same


def test_a_region_without_numbers_of_its_own_has_those_of_its_country() -> None:
    assert is_written("+34922123456", "922 12 34 56", "IC")


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("20 12 34 56", "+4520123456"),
        ("00000000", None),
        ("11111111", None),
        ("22 22 22 22", None),
        ("99999999", None),
        ("12345678", None),
        ("0000 0000 ikke oplyst", None),
        ("", None),
    ],
)
def test_nobody_is_known_by_an_invented_phone(typed: str, known: str | None) -> None:
    assert key(typed, "DK") == known


@pytest.mark.parametrize(
    ("typed", "country", "written"),
    [
        ("22 33 44 55", "DK", "22 33 44 55"),
        ("+47 22 33 44 55", "NO", "+47 22 33 44 55"),
        ("0047 22334455", "NO", "0047 22334455"),
        ("22 33 44 55", "NO", "+47 22 33 44 55"),
        ("070-123 45 67", "SE", "+46 70 123 45 67"),
        # Nobody's, or nobody says of which country
        ("12345678", "NO", "12345678"),
        ("22 33 44 55", "", "22 33 44 55"),
        ("ring ikke", "NO", "ring ikke"),
    ],
)
def test_a_phone_from_abroad_is_written_with_its_code(typed: str, country: str, written: str) -> None:
    assert unmistakable(typed, country, "DK") == written


@pytest.mark.parametrize("odd", ["", "12345678", "x", "+", "+1", "+999123456789"])
def test_what_is_no_normalised_phone_has_no_spellings(odd: str) -> None:
    assert spellings(odd) == ()
    assert not is_written(odd, odd, "DK")


@given(st.text(max_size=80), st.sampled_from(["DK", "SE", "US", "", "XX", "d\0"]))
def test_whatever_is_typed_is_a_phone_or_none(typed: str, country: str) -> None:
    phone = normalised(typed, country)
    assert phone is None or (normalised(phone, "") == phone and spellings(phone))
