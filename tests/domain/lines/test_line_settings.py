"""What the owner may choose for lines: which rates are one, and what a product's number is."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.line_settings import PRODUCT_SETTINGS, LineSettings
from shared.domain.pricing import Role


def naming(number: object) -> Iterator[Any]:
    """Settings that name this product, one for each way to name one."""
    for setting in PRODUCT_SETTINGS.values():
        yield pytest.param({setting: number}, id=setting)
    yield pytest.param({"shipping_products": {"flat_rate": number}}, id="shipping_products")
    yield pytest.param({"fee_products": {"Tip": number}}, id="fee_products")
    yield pytest.param({"products_by_rate": {"closing": {"25": number}}}, id="products_by_rate")


@pytest.mark.parametrize("settings", [*naming(" 9000\t")])
def test_blanks_around_a_products_number_do_not_count(settings: dict[str, Any]) -> None:
    ((_, number, _),) = LineSettings.model_validate(settings).named_products()
    assert number == "9000"


@pytest.mark.parametrize("settings", [*naming(" \u00a0"), {"fee_products": {"Tip": ""}}])
def test_blanks_are_no_products_number(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        LineSettings.model_validate(settings)


@pytest.mark.parametrize("setting", [*PRODUCT_SETTINGS.values()])
def test_no_product_is_one_that_was_taken_back(setting: str) -> None:
    assert list(LineSettings.model_validate({setting: None}).named_products()) == []


@pytest.mark.parametrize(("first", "second"), [("25", "25.0"), ("25.00", "2.5e1"), ("0", "-0.0"), (Decimal(25), "25")])
def test_one_rate_that_is_named_twice_is_refused_and_both_are_told(first: object, second: object) -> None:
    # Given two products for one rate, of which the last would win
    settings = {"products_by_rate": {"shipping": {"25.5": "A"}, "closing": {first: "A", second: "B"}}}
    # When, then
    with pytest.raises(ValidationError) as refused:
        LineSettings.model_validate(settings)
    assert f"closing names '{first}' and '{second}', which are the same rate" in str(refused.value)


def test_one_rate_may_have_a_product_for_each_kind_of_line() -> None:
    settings = LineSettings.model_validate({"products_by_rate": {"shipping": {"25": "A"}, "closing": {"25.0": "B"}}})
    assert settings.product_for(Role.SHIPPING, Decimal(25)) == "A"
    assert settings.product_for(Role.CLOSING, Decimal(25)) == "B"


@pytest.mark.parametrize("key", ["25 %", "", "NaN", "-1", "100.1", "1e-9"])
def test_what_is_no_rate_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        LineSettings.model_validate({"products_by_rate": {"closing": {key: "A"}}})


def test_settings_read_the_same_after_they_were_stored() -> None:
    # Given
    settings = LineSettings.model_validate({"products_by_rate": {"closing": {"25.0": " A ", "5.5": "B"}}})
    # When they are stored as JSON and read again, as strictly as a file
    again = LineSettings.model_validate_json(settings.model_dump_json(), strict=True)
    # Then
    assert again == settings
