"""What the document must come to: the gross and the VAT of each rate that the shop states, however it rounded them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.line_settings import LineSettings
from shared.domain.lines import bill
from shared.domain.money import CENT, Level, Rounding
from shared.domain.order import Order
from shared.domain.vat import shared_out
from shared.errors import NeedsUser
from tests.domain.lines.orders import PRODUCTS, Line, comes_to, freight, order, priced, product

BOTH: dict[int, str | None] = {1: "25", 2: "12"}


def vat(of: Order, **settings: Any) -> dict[str, str]:
    """By rate."""
    target = bill(of, LineSettings(**{**PRODUCTS, **settings})).target
    return {f"{percent:f}": str(amount) for percent, amount in target.vat.items()}


def tax_lines(**by_rate: tuple[int, str, str]) -> list[dict[str, Any]]:
    """`percent_25=(1, "10.00", "2.00")`: the rate's id, its tax, and that on shipping."""
    return [
        {
            "rate_id": rate,
            "rate_percent": name.removeprefix("percent_"),
            "compound": False,
            "tax_total": tax,
            "shipping_tax_total": on_shipping,
        }
        for name, (rate, tax, on_shipping) in by_rate.items()
    ]


def off_by_a_cent(*more: Line, on_shipping: str = "0.00", gross: str = "71.28") -> Order:
    """2.5075 and 1.2024 of VAT on a line: three of each come to a cent too much, and too little, rounded one by one."""
    return order(
        *(product("10.03", {1: "2.51"}) for _ in range(3)),
        *(product("10.02", {2: "1.20"}, sku="BOOK") for _ in range(3)),
        *more,
        tax_lines=tax_lines(percent_25=(1, "7.52", on_shipping), percent_12=(2, "3.61", "0.00")),
        total_tax=str(Decimal("11.13") + Decimal(on_shipping)),
        total=gross,
    )


def test_the_vat_of_each_rate_is_what_the_tax_lines_say() -> None:
    # Given a shop that rounds at the end, whose lines come to a cent more at 25 % and to a cent less at 12 %, when the
    # order is billed, then each rate must come to what the customer's receipt says
    assert vat(off_by_a_cent()) == {"25": "7.52", "12": "3.61"}


def test_books_that_know_vat_by_rate_come_to_the_tax_lines() -> None:
    # Given the same, when the books round by rate, then they come to it with nothing added
    by_rate = Rounding(Level.RATE)
    found = priced(off_by_a_cent(), rounding=by_rate)
    assert found.closings == ()
    assert comes_to(found, by_rate) == "60.15 + 11.13 = 71.28"


def test_shipping_that_is_left_out_takes_its_vat_along() -> None:
    bought = order(product("80.00"), product("40.00", {2: "4.80"}), freight("39.20"), rates=BOTH)
    assert vat(bought) == {"25": "29.80", "12": "4.80"}
    assert vat(bought, shipping=False) == {"25": "20.00", "12": "4.80"}
    # And of the tax lines, where they are not what the lines come to
    rounded = off_by_a_cent(freight("39.20"), on_shipping="9.80", gross="120.28")
    assert vat(rounded) == {"25": "17.32", "12": "3.61"}
    assert vat(rounded, shipping=False) == {"25": "7.52", "12": "3.61"}


def test_taxes_that_are_charged_together_are_one_rate() -> None:
    # Given GST and QST, which the shop sums apart, when the order is billed, then the books know one rate of both
    bought = order(product("200.00", {5: "10.00", 6: "19.95"}), rates={5: "5", 6: "9.975"})
    assert vat(bought) == {"14.975": "29.95"}


@pytest.mark.parametrize("stated", ["24.99", "25.00", "25.01"])
def test_a_shop_whose_vat_is_a_cent_off_its_lines_is_followed(stated: str) -> None:
    # Given a total whose VAT is a cent off the sum of the lines, when the order is billed, then it is the total that
    # the books must come to
    gross = str(100 + Decimal(stated))
    bought = order(product("50.00"), product("50.00"), total_tax=stated, total=gross)
    assert vat(bought) == {"25": stated}
    assert comes_to(priced(bought)) == f"100.00 + {stated} = {gross}"


def test_tax_lines_that_mean_something_else_are_not_followed() -> None:
    # Given tax lines that an app cut away, or that are far from the lines, when the order is billed, then the lines
    # say the VAT of each rate
    lines = product("80.00"), product("40.00", {2: "4.80"})
    swapped = tax_lines(percent_25=(1, "4.80", "0"), percent_12=(2, "20.00", "0"))
    assert vat(order(*lines, tax_lines=swapped, total_tax="24.80", total="144.80")) == {"25": "20.00", "12": "4.80"}
    assert vat(order(*lines, tax_lines=[], total_tax="24.80", total="144.80")) == {"25": "20.00", "12": "4.80"}


def test_a_line_that_says_less_than_its_taxes_is_known_by_them() -> None:
    # Given a tax of 0.125 twice, which each line rounds to 0.13, in a shop that states 0.25, then 0.25 is met
    bought = order(
        product("0.50", {1: "0.125"}), product("0.50", {1: "0.125"}), tax_lines=[], total_tax="0.25", total="1.25"
    )
    assert vat(bought) == {"25": "0.25"}


def test_a_line_that_contradicts_its_taxes_is_believed() -> None:
    # Given a line with 20.00 of VAT, whose taxes and tax line say 0.20, when the order is billed, then its rate must
    # come to what the line says
    bought = order(
        product("80.00", {1: "0.20"}, total_tax="20.00"),
        product("40.00", {2: "4.80"}),
        tax_lines=tax_lines(percent_25=(1, "0.20", "0"), percent_12=(2, "4.80", "0")),
        total_tax="24.80",
        total="144.80",
    )
    assert vat(bought) == {"25": "20.00", "12": "4.80"}


def test_sums_are_told_in_cents_however_many_decimals_the_shop_states() -> None:
    # Given a shop that states six decimals, when its order cannot go, then the owner reads amounts of money
    with pytest.raises(NeedsUser, match=r" 107\.00 \(82\.00 net and 25\.00 VAT\) in the shop"):
        priced(order(product("100.000000"), total="107.000000", total_tax="25.000000"))


def test_vat_of_which_no_line_knows_is_refused_with_all_sums() -> None:
    # Given VAT that stands in the total only, when the order is billed, then nothing is sent, and both sums are named
    with pytest.raises(NeedsUser, match=r"100\.00 net and 0\.00 VAT.*100\.00 net and 7\.00 VAT") as refusal:
        priced(order(product("100.00", {}), rates={}, total_tax="7.00", total="107.00"))
    assert refusal.value.code == "totals_not_closed"


@pytest.mark.parametrize(
    ("amounts", "total", "expected"),
    [
        ({}, "0.00", {}),
        ({"25": "20.00"}, "20.00", {"25": "20.00"}),
        ({"25": "7.506", "12": "3.618"}, "11.12", {"25": "7.50", "12": "3.62"}),
        ({"25": "7.506", "12": "3.618"}, "11.13", {"25": "7.51", "12": "3.62"}),
        ({"25": "0.005", "12": "0.005"}, "0.01", {"25": "0.01", "12": "0.00"}),
        ({"25": "-6.8234", "0": "0"}, "-6.82", {"25": "-6.82", "0": "0.00"}),
        ({"25": "20.00", "12": "4.80"}, "24.77", {"25": "19.97", "12": "4.80"}),
        ({"25": "20.00", "12": "4.80"}, "24.83", {"25": "20.02", "12": "4.81"}),
        ({}, "7.00", {"0": "7.00"}),
    ],
)
def test_cents_that_rounding_leaves_go_where_most_was_cut_off(
    amounts: Mapping[str, str], total: str, expected: Mapping[str, str]
) -> None:
    exact = {Decimal(percent): Decimal(amount) for percent, amount in amounts.items()}
    found = shared_out(exact, Decimal(total))
    assert {f"{percent:f}": str(amount) for percent, amount in found.items()} == expected


amounts = st.dictionaries(
    st.sampled_from([Decimal(rate) for rate in ("25", "21", "12", "9", "0")]),
    st.decimals(-1000, 1000, places=6),
    min_size=1,
)


@given(amounts, st.integers(-3, 3))
def test_what_is_shared_out_comes_to_the_total(amounts: dict[Decimal, Decimal], off: int) -> None:
    # Given exact amounts by rate and a total that the shop rounded a few cents away, when it is shared out, then whole
    # cents come to it, and none is further from its exact amount than the shop is off, and a cent
    total = sum(amounts.values(), Decimal(0)).quantize(CENT) + off * CENT
    found = shared_out(amounts, total)
    assert sum(found.values()) == total
    for rate, amount in found.items():
        assert amount == amount.quantize(CENT)
        assert abs(amount - amounts[rate]) <= CENT * (abs(off) + 1)
