"""When an order goes: triggers, allowed states, filters, the moment that latches, and what keeps it out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.decide import decide
from shared.domain.order import Financial, Fulfilment, Order
from shared.domain.reasons import Skipped
from shared.domain.settings import Handling, OrderSettings
from tests.domain.test_build import order

PAID, PENDING, REFUNDED, PARTLY = Financial.PAID, Financial.PENDING, Financial.REFUNDED, Financial.PARTIALLY_REFUNDED
FULFILLED, PARTIAL, UNFULFILLED = Fulfilment.FULFILLED, Fulfilment.PARTIAL, Fulfilment.UNFULFILLED
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def state(
    financial: Financial = PENDING, fulfilment: Fulfilment = UNFULFILLED, status: str = "open", **more: Any
) -> Order:
    """A state of an order; paid ones have a paid date, as long as nothing else is said."""
    paid_at = datetime(2026, 3, 2, tzinfo=UTC) if financial is PAID else None
    return replace(order(), financial=financial, fulfilment=fulfilment, status=status, **{"paid_at": paid_at, **more})


def reason(newest: Order, *earlier: Order, since: datetime | None = LONG_AGO, **chosen: Any) -> str | None:
    """Why it does not go; None where it goes."""
    decided = decide(newest, OrderSettings.model_validate(chosen), since=since, earlier=lambda: earlier)
    return decided.reason if isinstance(decided, Skipped) else None


# The example workflows of a shop's owner


def test_b2c_invoice_when_paid() -> None:
    # Given "when paid", when an order is placed, paid and sent, then it goes when it is paid, and not before
    assert reason(state(), trigger="paid") == "trigger_not_matched"
    assert reason(state(PAID), trigger="paid") is None
    assert reason(state(PENDING, FULFILLED), trigger="paid") == "trigger_not_matched"


def test_ship_when_fulfilled_then_invoice() -> None:
    # Given "when fulfilled", when an order is paid and then sent, then it goes when it is sent
    assert reason(state(PAID), trigger="fulfilled") == "trigger_not_matched"
    assert reason(state(PAID, PARTIAL), trigger="fulfilled") == "trigger_not_matched"
    assert reason(state(PAID, FULFILLED), trigger="fulfilled") is None


def test_sync_when_status_changes() -> None:
    # Given "when updated" with paid and fulfilled, when only one of both holds, then it waits
    chosen: dict[str, Any] = {"trigger": "updated", "financial": ["paid"], "fulfilment": ["fulfilled"]}
    assert reason(state(PAID), **chosen) == "status_filters_not_matched"
    assert reason(state(PENDING, FULFILLED), **chosen) == "status_filters_not_matched"
    assert reason(state(PAID, FULFILLED), **chosen) is None


def test_completed_only() -> None:
    # Given the state "completed" alone, when an order is on its way there, then it goes when it has arrived
    for status in ("pending", "processing", "on-hold"):
        assert reason(state(status=status), allowed_states=["completed"]) == "state_not_allowed"
    assert reason(state(status="completed"), allowed_states=["completed"]) is None


# Filters


@pytest.mark.parametrize(
    ("financial", "fulfilment", "newest", "goes"),
    [
        (["paid", "partially_refunded"], [], state(PAID), True),
        (["paid", "partially_refunded"], [], state(PARTLY), True),
        (["paid", "partially_refunded"], [], state(REFUNDED), False),
        ([], ["fulfilled", "partial"], state(PENDING, PARTIAL), True),
        ([], ["fulfilled", "partial"], state(PAID, UNFULFILLED), False),
        (["paid", "partially_refunded"], ["fulfilled", "partial"], state(PARTLY, PARTIAL), True),
        (["paid", "partially_refunded"], ["fulfilled", "partial"], state(PARTLY, UNFULFILLED), False),
        (["paid", "partially_refunded"], ["fulfilled", "partial"], state(PENDING, FULFILLED), False),
        (["refunded"], [], state(REFUNDED), True),
        (["voided"], [], state(Financial.VOIDED, is_cancelled=True, status="cancelled"), True),
    ],
)
def test_within_a_group_any_will_do_and_between_groups_both_must(
    financial: list[str], fulfilment: list[str], newest: Order, goes: bool
) -> None:
    # Given filters, when an order is in a state, then it goes only where each group that was chosen matches
    chosen: dict[str, Any] = {"trigger": "updated", "financial": financial, "fulfilment": fulfilment}
    assert (reason(newest, **chosen) is None) is goes


def test_the_group_that_did_not_match_is_named_with_its_values() -> None:
    # Given two groups of which one does not match
    settings = OrderSettings.model_validate(
        {"trigger": "updated", "financial": ["paid", "partially_refunded"], "fulfilment": ["fulfilled"]}
    )

    # When an order is decided about, then the owner reads which
    skipped = decide(state(PENDING, FULFILLED), settings, since=None, earlier=tuple)
    assert isinstance(skipped, Skipped)
    assert skipped.sentence.startswith(
        "The financial status is pending, and only paid or partially refunded goes into the books."
    )


# The moment latches


@pytest.mark.parametrize(
    ("newest", "earlier", "chosen", "why"),
    [
        # It was processing, the only allowed state, and is completed when we come to it
        (state(status="completed"), [state(status="processing")], {"allowed_states": ["processing"]}, None),
        # No word ever showed it
        (state(status="completed"), [state(status="on-hold")], {"allowed_states": ["processing"]}, "state_not_allowed"),
        (state(status="completed"), [], {"allowed_states": ["processing"]}, "state_not_allowed"),
        # Among several words one is enough
        (state(status="packed"), [state(status="on-hold"), state(status="processing")], {}, None),
        # Both groups must have matched in the same state
        (
            state(REFUNDED, UNFULFILLED),
            [state(PAID, UNFULFILLED), state(PENDING, FULFILLED)],
            {"trigger": "updated", "financial": ["paid"], "fulfilment": ["fulfilled"]},
            "status_filters_not_matched",
        ),
        (
            state(REFUNDED, FULFILLED),
            [state(PAID, FULFILLED)],
            {"trigger": "updated", "financial": ["paid"], "fulfilment": ["fulfilled"]},
            None,
        ),
        # Paid stays paid after a refund
        (state(REFUNDED), [], {"trigger": "paid"}, None),
        (state(PENDING, UNFULFILLED), [state(PENDING, FULFILLED)], {"trigger": "fulfilled"}, None),
        # Called off or thrown away since: the newest state has a veto
        (state(status="cancelled", is_cancelled=True), [state(status="processing")], {}, "order_cancelled"),
        (state(status="cancelled", is_cancelled=True), [state(status="processing")], {"cancelled": True}, None),
        (state(status="cancelled", is_cancelled=True), [], {}, "state_not_allowed"),
        (state(status="cancelled", is_cancelled=True), [], {"allowed_states": ["cancelled"]}, None),
        (state(PAID, status="cancelled", is_cancelled=True), [], {"trigger": "paid"}, "order_cancelled"),
        (state(status="trash"), [state(status="processing")], {}, "order_trashed"),
        (state(status="trash"), [], {"allowed_states": ["trash"]}, "order_trashed"),
    ],
)
def test_one_word_of_the_shop_is_enough(
    newest: Order, earlier: list[Order], chosen: dict[str, Any], why: str | None
) -> None:
    # Given what the shop told of an order, oldest last, when it is decided about, then it goes if its moment ever came
    assert reason(newest, *earlier, **chosen) == why


def test_earlier_words_are_not_asked_for_where_the_newest_is_enough() -> None:
    # Given an order whose moment is now
    def nobody_asks() -> list[Order]:
        raise AssertionError("asked")

    # When it is decided about, then what was before does not matter
    decided = decide(state(status="processing"), OrderSettings(), since=None, earlier=nobody_asks)
    assert decided == Handling(document="invoice")


# What keeps an order out


@pytest.mark.parametrize(
    ("newest", "chosen", "why"),
    [
        (state(status="processing", is_test=True), {}, "test_order"),
        (state(status="processing", is_test=True), {"test_orders": True}, None),
        (state(status="processing", total=Decimal("0.00")), {}, None),
        (state(status="processing", total=Decimal("0.00")), {"zero_totals": False}, "zero_total"),
        (state(status="processing", total=Decimal("0.01")), {"zero_totals": False}, None),
    ],
)
def test_tests_and_zeros_go_where_the_owner_wants_them(newest: Order, chosen: dict[str, Any], why: str | None) -> None:
    # Given such an order, when it is decided about, then the owner's setting counts
    assert reason(newest, **chosen) == why


def test_an_order_from_before_the_connection_was_on_does_not_go() -> None:
    # Given a connection that was switched on in the middle of a second
    since = datetime(2026, 3, 2, 12, 0, 0, 700_000, tzinfo=UTC)
    made = {
        seconds: state(status="processing", created_at=since.replace(microsecond=0) + timedelta(seconds=seconds))
        for seconds in (-1, 0, 1)
    }

    # When orders of before, of that second and of after are decided about, then only the first stays out
    assert reason(made[-1], since=since) == "before_start_date"
    assert reason(made[0], since=since) is None
    assert reason(made[1], since=since) is None
    # And its moment, had it ever come, makes no difference
    assert reason(made[-1], state(status="processing"), since=since) == "before_start_date"


# What cannot be chosen


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"trigger": "updated"}, "needs a filter"),
        ({"trigger": "paid", "allowed_states": ["processing"]}, "allowed_states or a trigger, not both"),
        ({"trigger": "paid", "financial": ["paid"]}, "filters of trigger: updated"),
        ({"financial": ["paid"]}, "filters of trigger: updated"),
        ({"trigger": "updated", "financial": ["payed"]}, "paid"),
        ({"trigger": "shipped"}, "fulfilled"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_on_save(chosen: dict[str, Any], says: str) -> None:
    # Given such settings, when they are read, then the refusal says what is wrong
    with pytest.raises(ValidationError, match=says):
        OrderSettings.model_validate(chosen)
