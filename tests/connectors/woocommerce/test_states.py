"""The states of orders as the REST client reads them."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Response

from connectors.base import OrderState
from shared.errors import ConnectionBroken, Fate, NeedsUser, Retry
from tests.connectors.woocommerce.asking import client
from tests.connectors.woocommerce.recordings import WOOCOMMERCE, load, needs_recordings
from tests.connectors.woocommerce.replay import answer, serving

DENIED = {"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 403}}
NO_ROUTE = {"code": "rest_no_route", "message": "No route.", "data": {"status": 404}}


@needs_recordings
def test_the_states_of_a_real_shop_are_read() -> None:
    recorded = load(WOOCOMMERCE / "live/rest/misc/reports_orders_totals.json")
    with serving(answer(recorded)) as replay, client(replay.url) as shop:
        states = shop.order_states()
    assert states[0] == OrderState("pending", "Pending payment")
    assert states[-1] == OrderState("checkout-draft", "Draft")
    assert len(states) == 8
    assert replay.asked[0].path == "/wp-json/wc/v3/reports/orders/totals"


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Klar &amp; pakket", "Klar & pakket"),
        (" Venter\n på  lager\t", "Venter på lager"),
        ("\x1b[31mRød", "[31mRød"),
        ("", "packed"),
        (" ", "packed"),
        (None, "packed"),
        (5, "packed"),
    ],
)
def test_a_title_is_one_line_for_people(title: object, read: str) -> None:
    with serving(answer([{"slug": "packed", "name": title, "total": 0}])) as replay, client(replay.url) as shop:
        assert shop.order_states() == [OrderState("packed", read)]


@pytest.mark.parametrize(
    "value",
    [
        {"pending": 1},
        [],
        ["pending"],
        [{"slug": "", "name": "Empty"}],
        [{"slug": " ", "name": "Blank"}],
        [{"slug": 5, "name": "Five"}],
        [{"slug": "a\nb", "name": "Two lines"}],
        [{"name": "Without"}],
        [{"slug": "pending", "name": "Pending"}, {}],
    ],
)
def test_what_is_no_list_of_states_is_asked_for_again(value: object) -> None:
    # A list that lacks some would call an owner's right choice wrong.
    with serving(answer(value)) as replay, client(replay.url) as shop, pytest.raises(Retry) as raised:
        shop.order_states()
    assert raised.value.code == "unexpected_answer"


@pytest.mark.parametrize("refusal", [answer(DENIED, 403), answer(DENIED, 401), answer(NO_ROUTE, 404)])
def test_a_good_key_that_may_not_see_reports_does_not_break_the_connection(refusal: Response) -> None:
    # Given a shop that refuses reports and shows orders
    with (
        serving(refusal, answer([])) as replay,
        client(replay.url) as shop,
        pytest.raises(NeedsUser) as raised,
    ):
        shop.order_states()
    # Then who is to be asked is told
    assert raised.value.code == "states_hidden"
    assert "shop manager" in raised.value.message
    assert replay.asked[1].args["per_page"] == "1"


@pytest.mark.parametrize(("second", "fate"), [(answer(DENIED, 403), ConnectionBroken), (answer("", 429), Retry)])
def test_a_key_that_reads_no_orders_either_has_the_fate_of_that(second: Response, fate: type[Fate]) -> None:
    with (
        serving(answer(DENIED, 401), second) as replay,
        client(replay.url) as shop,
        pytest.raises(Fate) as raised,
    ):
        shop.order_states()
    assert type(raised.value) is fate
