"""Amounts: exact, or refused."""

from __future__ import annotations

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import UnreadableOrder
from connectors.woocommerce.fields import Fields
from connectors.woocommerce.read import decode_order, read_order
from tests.connectors.woocommerce.examples import example

NO_AMOUNTS: list[object] = [
    "",
    None,
    "NaN",
    "Infinity",
    "1,00",
    "1.",
    ".5",
    " 1",
    "1 ",
    "+1",
    "1e3",
    "٣",
    "0x1",
    True,
    [],
    {},
    1.5,
]
NO_AMOUNTS += [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+40"), Decimal("1E-40"), 10**40, "1" * 40, "kr. 5"]


@pytest.mark.parametrize("value", NO_AMOUNTS)
def test_what_is_no_amount_is_refused_and_never_zero(value: object) -> None:
    body = example("order_rich")
    body["line_items"][2]["total"] = value
    with pytest.raises(UnreadableOrder) as refusal:
        read_order(body)
    assert refusal.value.path == "line_items[2].total"


amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=6) | st.decimals(
    min_value=-(10**9), max_value=10**9, places=2
)


@given(amount=amounts)
def test_an_amount_survives_as_text_and_as_number(amount: Decimal) -> None:
    text = f"{amount:f}"
    as_text = Fields({"total": text}).amount("total")
    as_number = Fields(decode_order(f'{{"total": {text}}}'.encode())).amount("total")
    assert (str(as_text), as_number) == (str(Decimal(text)), amount)


@given(amount=amounts)
def test_an_orders_amounts_survive_together(amount: Decimal) -> None:
    body = example("order_plain")
    body["total"] = f"{amount:f}"
    body["line_items"][0]["total"] = amount
    order = read_order(decode_order(json.dumps(body, default=str).encode()))
    assert (order.total, order.lines[0].total) == (amount, amount)


@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v, max_size=2)))
def test_any_value_in_any_field_is_read_or_refused(value: object) -> None:
    for key in example("order_rich"):
        body = copy.deepcopy(example("order_rich")) | {key: value}
        try:
            read_order(body)
        except UnreadableOrder as refusal:
            assert refusal.path.startswith(key)
