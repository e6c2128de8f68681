"""Settings that an older release stored can still be read."""

from __future__ import annotations

import pytest

from shared.domain.line_settings import PRODUCT_SETTINGS
from shared.domain.settings import OrderSettings


@pytest.mark.parametrize("name", ["default_customer", *PRODUCT_SETTINGS.values()])
@pytest.mark.parametrize("stored", ["", None])
def test_a_number_that_was_left_empty_is_none(name: str, stored: str | None) -> None:
    # Given a number that the owner emptied, then the rest of his settings counts as ever
    settings = OrderSettings.model_validate({name: stored, "shipping": False})
    assert (getattr(settings, name), settings.shipping) == (None, False)


def test_a_number_that_is_there_is_read_without_the_blanks_around_it() -> None:
    settings = OrderSettings.model_validate({"default_customer": " 42 ", "fee_product": "FEE "})
    assert (settings.default_customer, settings.fee_product) == ("42", "FEE")
