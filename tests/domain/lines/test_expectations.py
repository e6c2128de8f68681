"""What the author of the made-up European orders expects of each, beside what becomes of it here."""

from __future__ import annotations

import pytest

from connectors.woocommerce.read import read_order
from shared.domain.money import Level, Rounding
from shared.domain.order import Order
from shared.domain.zones import zone
from shared.errors import NeedsUser
from tests.connectors.woocommerce.recordings import WOOCOMMERCE, load, needs_recordings
from tests.domain.lines.orders import comes_to, priced, shown
from tests.domain.zones.orders import by_map

pytestmark = needs_recordings


def made_up(name: str) -> Order:
    return read_order(load(WOOCOMMERCE / "synthetic-eu" / f"{name}.json")["order"])


def test_02_a_coupon_is_booked_once() -> None:
    # Expected: a line's discount is its subtotal less its total; coupon lines are informational
    bought = made_up("02-dk-coupon-10pct")
    assert comes_to(priced(bought)) == comes_to(priced(bought, discounts="line")) == "203.90 + 50.97 = 254.87"
    less = [line for line in priced(bought, discounts="line").lines if line.product == "LESS"]
    assert [(line.text, str(line.quantity * line.unit_price)) for line in less] == [("Discount (MARTS10)", "-19.19")]


def test_05_half_a_percent() -> None:
    # Expected: 25.5 % is supported
    found = priced(made_up("05-oss-finland-25_5"))
    assert shown(found) == ["1 x 397.61 SKU-1 Lampe, 25.5 %"]
    assert comes_to(found) == "397.61 + 101.39 = 499.00"


def test_06_reverse_charge_needs_a_valid_number() -> None:
    # Expected: no VAT, since the buyer gave a number; the zone is that of businesses in other member states
    bought = made_up("06-b2b-eu-reverse-charge")
    assert comes_to(priced(bought)) == "4072.00 + 0.00 = 4072.00"
    assert zone(bought, by_map(), customers_own=None).zone == "2"


def test_11_an_order_of_nothing() -> None:
    # Expected: it is skipped or booked, as the owner says; its lines come to nothing
    assert comes_to(priced(made_up("11-zero-total-100pct-coupon"))) == "0.00 + 0.00 = 0.00"


@pytest.mark.parametrize("level", Level)
def test_12_a_fee_and_a_negative_one(level: Level) -> None:
    found = priced(made_up("12-cod-fee-and-negative-fee"), rounding=Rounding(level))
    assert shown(found)[2:] == ["1 x 20.00 FEE Efterkravsgebyr, 25 %", "-1 x 8.00 FEE Kunderabat, 25 %"]


def test_14_a_gift_card_that_is_sold_has_no_vat() -> None:
    # Expected: a liability, no VAT. It has a number of its own, and nothing in the order says that it is a gift card:
    # which account it is booked to is up to the group of that product
    assert shown(priced(made_up("14-gift-card-sold-no-vat"))) == ["1 x 500.00 GIFT-500 Gavekort 500, 0 %"]


def test_17_the_total_is_the_orders() -> None:
    # Expected: 179.25, of which the shop would pay back 179.26
    assert comes_to(priced(made_up("17-rounding-issue-64668"))) == "149.37 + 29.88 = 179.25"


def test_18_a_deleted_product_has_no_fallback() -> None:
    # Expected: a product to fall back on; here the order is stopped, and its line named
    with pytest.raises(NeedsUser, match="Slettet vare") as refusal:
        priced(made_up("18-deleted-product-null-sku"))
    assert refusal.value.code == "missing_product_number"


def test_20_a_number_that_a_plugin_gave_is_shown() -> None:
    # Expected: the id is the key, the number is for people
    bought = made_up("20-order-number-plugin")
    assert (bought.id, bought.number) == ("10020", "WEB-2026-0815")


def test_22_a_quantity_may_be_a_fraction() -> None:
    assert shown(priced(made_up("22-decimal-quantity-plugin"))) == ["1.5 x 96.00 STOF Stof pr. meter, 25 %"]


def test_28_parts_of_nothing_are_kept_or_dropped() -> None:
    # Expected: dropped, or kept as text; nothing in this order says whose parts they are, so that they are lines of
    # nothing like any other, and never text
    bought = made_up("28-bundle-parent-priced-zero-children")
    assert len(shown(priced(bought, bundle_parts="text"))) == 3
    assert shown(priced(bought, zero_lines="dropped")) == ["1 x 319.20 KURV Gavekurv, 25 %"]
