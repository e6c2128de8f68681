"""A document is held against what the order's own would come to, which need not be the order's total."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.owner.conftest import Desk
from tests.support.orders import tell, woo_order

WC = ["adopt", "--connection", "Orders", "--reference", "WC-{number}"]
#: What was bought comes to 125.00 in each; the first has its total from a gift card, the other from shipping.
CARD: Mapping[str, Any] = {"gift_cards": [{"id": 1, "code": "ABCD", "amount": "100.00"}], "total": "25.00"}
FREIGHT: Mapping[str, Any] = {
    "shipping_lines": [
        {
            "id": 3,
            "method_id": "flat_rate",
            "method_title": "Post",
            "total": "20.00",
            "total_tax": "5.00",
            "taxes": [{"id": 1, "total": "5.00", "subtotal": ""}],
            "meta_data": [],
        }
    ],
    "shipping_total": "20.00",
    "shipping_tax": "5.00",
    "total": "150.00",
    "total_tax": "30.00",
}


def there_is(desk: Desk, order: Mapping[str, Any], *, was_read: bool) -> None:
    """Order 1, of which a worker has read, or the shop only told."""
    if was_read:
        desk.left_out(1, **order)
    else:
        tell(desk.line.shop, woo_order(1, **order))


@pytest.mark.parametrize("was_read", [True, False])
@pytest.mark.parametrize(
    ("order", "settings", "in_shop"),
    [(CARD, {}, "25.00"), (FREIGHT, {"shipping": False}, "150.00")],
    ids=["a gift card that was used", "shipping left out"],
)
def test_a_document_of_what_the_order_must_come_to_fits(
    desk: Desk, order: Mapping[str, Any], settings: Mapping[str, Any], in_shop: str, was_read: bool
) -> None:
    # Given an order whose total is another one than what its document is to come to, and an invoice of that
    desk.line.choose(settings)
    there_is(desk, order, was_read=was_read)
    number = desk.booked_by_hand("WC-1")
    # When it is looked for, then it fits
    assert [one["end"] for one in desk.command.json(*WC)["orders"]] == ["fits"]
    # And when it is linked, then both sums are shown, and the order is done
    assert f"in the order  125.00 DKK ({in_shop} DKK in the shop)" in desk.command.says("link", "1", str(number))
    assert desk.line.state(1) == ("done", "linked")


@pytest.mark.parametrize("was_read", [True, False])
@pytest.mark.parametrize(
    ("order", "settings", "comes_to"),
    [(CARD, {"gift_cards_used": "line"}, "25.00"), (FREIGHT, {}, "150.00")],
    ids=["a gift card that is a line", "shipping that goes along"],
)
def test_a_document_of_something_else_differs(
    desk: Desk, order: Mapping[str, Any], settings: Mapping[str, Any], comes_to: str, was_read: bool
) -> None:
    # Given the same orders, and settings by which their documents come to the total
    desk.line.choose(settings)
    there_is(desk, order, was_read=was_read)
    number = desk.booked_by_hand("WC-1")
    before = desk.everything()
    # When an invoice of less, or more, is linked, then it is refused, and nothing changes
    (told,) = desk.command.json(*WC, "--yes")["orders"]
    assert (told["end"], told["total"]) == ("differs", comes_to)
    assert f"the order comes to {comes_to} DKK; --anyway" in desk.command.fails("link", "1", str(number))
    assert desk.everything() == before


def test_the_settings_of_now_count(desk: Desk) -> None:
    # Given an invoice that does not fit while shipping goes along
    tell(desk.line.shop, woo_order(1, **FREIGHT))
    number = str(desk.booked_by_hand("R"))
    assert "150.00 DKK" in desk.command.fails("link", "1", number)
    # When the owner leaves shipping out, then it does
    desk.line.choose({"shipping": False})
    desk.command.says("link", "1", number)


@pytest.mark.parametrize("anyway", [[], ["--anyway"]])
def test_settings_that_nobody_can_work_with_are_named(desk: Desk, anyway: list[str]) -> None:
    # Given what an older version, or a hand, left there
    tell(desk.line.shop, woo_order(1))
    number = str(desk.booked_by_hand("WC-1"))
    desk.line.choose({"gift_cards_used": "somehow"})
    before = desk.everything()
    # When, then nothing is linked unseen, and it says what to do
    for command in (["link", "1", number, *anyway], [*WC, "--yes", *anyway]):
        said = desk.command.fails(*command)
        assert "the connection's settings are wrong (gift_cards_used: " in said
        assert "`shopledger apply FILE`" in said
    assert desk.everything() == before
