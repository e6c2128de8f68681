"""A negative fee that the shop shared out over all that is sold, so that it lessens the VAT of each rate."""

from __future__ import annotations

import pytest

from shared.domain.money import Level, Rounding
from shared.domain.order import Order
from shared.errors import NeedsUser
from tests.domain.lines.orders import comes_to, fee, freight, order, priced, product, shown

DUTCH: dict[int, str | None] = {2: "21", 3: "9"}


def loyal() -> Order:
    """200.00 and shipping for 39.20 with 25 %, a book for 199.00 without; less 50.00, of which 27.29 have 25 %."""
    return order(product("200.00"), product("199.00", {}, sku="BOOK"), freight("39.20"), fee("-50.00", {1: "-6.82"}))


@pytest.mark.parametrize("level", Level)
def test_a_fee_is_shared_out_over_what_is_taxed_and_what_is_not(level: Level) -> None:
    # Given a fee of -50.00 whose VAT is that of its part, when it is billed, then each part has its rate, and nothing
    # needs to be closed
    found = priced(loyal(), rounding=Rounding(level))
    assert shown(found)[3:] == ["-1 x 27.29 FEE Fee, 25 %", "-1 x 22.71 FEE Fee, 0 %"]
    assert comes_to(found, Rounding(level)) == "388.20 + 52.98 = 441.18"


def test_each_part_has_the_product_of_its_rate() -> None:
    found = priced(loyal(), products_by_rate={"fee": {"0": "FEE0"}})
    assert [line.product for line in found.lines[3:]] == ["FEE", "FEE0"]


def test_a_fee_is_shared_out_over_two_rates() -> None:
    # Given 60.00 with 21 % and 40.00 with 9 %, when 10.00 is taken off both, then it is 6.00 and 4.00
    found = priced(
        order(
            product("60.00", {2: "12.60"}),
            product("40.00", {3: "3.60"}, sku="BOOK"),
            fee("-10.00", {2: "-1.26", 3: "-0.36"}),
            rates=DUTCH,
        )
    )
    assert shown(found)[2:] == ["-1 x 6.00 FEE Fee, 21 %", "-1 x 4.00 FEE Fee, 9 %"]
    assert comes_to(found) == "90.00 + 14.58 = 104.58"


def test_what_another_fee_takes_off_is_nothing_that_is_sold() -> None:
    # Given two fees, each shared out over 200.00 with 25 % and 100.00 without, when they are billed, then neither
    # makes the other's parts smaller
    found = priced(
        order(product("200.00"), product("100.00", {}), fee("-30.00", {1: "-5.00"}), fee("-60.00", {1: "-10.00"}))
    )
    assert shown(found)[2:] == [
        "-1 x 20.00 FEE Fee, 25 %",
        "-1 x 10.00 FEE Fee, 0 %",
        "-1 x 40.00 FEE Fee, 25 %",
        "-1 x 20.00 FEE Fee, 0 %",
    ]


def test_a_part_of_less_than_a_cent_is_no_line() -> None:
    # Given a bag for a cent beside what is sold with two rates, when 10.00 is shared out, then the bag has none of it
    taxed = product("60.00", {2: "12.60"}), product("40.00", {3: "3.60"}, sku="BOOK")
    found = priced(order(*taxed, product("0.01", {}), fee("-10.00", {2: "-1.26", 3: "-0.36"}), rates=DUTCH))
    assert shown(found)[3:] == ["-1 x 6.00 FEE Fee, 21 %", "-1 x 4.00 FEE Fee, 9 %"]


def test_the_rates_of_an_old_shop_are_told_from_what_is_not_shared() -> None:
    # Given the same order of a shop that says no percents, when it is billed, then the fee confuses nobody
    found = priced(
        order(
            product("60.00", {2: "12.60"}),
            product("40.00", {3: "3.60"}, sku="BOOK"),
            fee("-10.00", {2: "-1.26", 3: "-0.36"}),
            rates=dict.fromkeys(DUTCH),
        )
    )
    assert shown(found)[2:] == ["-1 x 6.00 FEE Fee, 21 %", "-1 x 4.00 FEE Fee, 9 %"]


def test_in_the_cart_a_fee_is_shared_out_over_what_comes_before_it() -> None:
    # Given a fee of -50.00 before one of 100.00 without VAT, when the cart had shared it over what stood before, then
    # all of it has 12.50; when the order had done so over all, 8.33
    cart = order(product("200.00"), fee("-50.00"), fee("100.00", {}))
    assert shown(priced(cart))[1:] == ["-1 x 50.00 FEE Fee, 25 %", "1 x 100.00 FEE Fee, 0 %"]
    again = order(product("200.00"), fee("-50.00", {1: "-8.33"}), fee("100.00", {}))
    assert shown(priced(again))[1:3] == ["-1 x 33.33 FEE Fee, 25 %", "-1 x 16.67 FEE Fee, 0 %"]
    halfway = order(product("200.00"), product("100.00", {}), fee("-30.00", {1: "-5.00"}), fee("500.00", {}))
    assert shown(priced(halfway))[2:4] == ["-1 x 20.00 FEE Fee, 25 %", "-1 x 10.00 FEE Fee, 0 %"]


def test_a_fee_whose_tax_nobody_can_explain_stops_the_order() -> None:
    # Given a fee whose VAT is neither that of a rate nor of any sharing, when it is billed, then nothing is guessed:
    # all sums are named
    strange = order(product("200.00"), product("100.00", {}), fee("-30.00", {1: "-2.00"}))
    with pytest.raises(NeedsUser, match=r"312\.50.*318\.00") as refusal:
        priced(strange)
    assert refusal.value.code == "totals_not_closed"


def test_a_fee_that_is_charged_is_never_shared_out() -> None:
    # Given a fee of 50.00 with the wrong VAT, when it is billed, then it is not made two
    with pytest.raises(NeedsUser, match="totals_not_closed"):
        priced(order(product("200.00"), product("200.00", {}), fee("50.00", {1: "6.25"})))
