"""Which connection of its shop an order goes by."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from shared.domain.order import Order
from shared.domain.reasons import needs_user
from shared.domain.routing import Way, route
from shared.domain.settings import OrderSettings
from shared.errors import NeedsUser
from tests.domain.test_build import order

DK: dict[str, Any] = {"fact": "country", "is": "DK"}
SE: dict[str, Any] = {"fact": "country", "is": "SE"}
CARD: dict[str, Any] = {"fact": "payment_method", "is": "card"}
BUSINESS: dict[str, Any] = {"fact": "buyer", "is": "business"}
PRIVATE: dict[str, Any] = {"fact": "buyer", "is": "private"}
UNANSWERED: dict[str, Any] = {"path": "payment_method", "above": 1}


def way(number: int, only: dict[str, Any] | None = None, **more: Any) -> Way:
    settings = OrderSettings.model_validate({"only": only})
    return Way(connection=number, name=f"Connection {number}", settings=lambda: settings, **more)


def unasked() -> Order:
    raise AssertionError("nobody asks for the role")


def taken(of: Order, *ways: Way) -> int | None:
    chosen = route(of, ways, with_role=unasked)
    return chosen.connection if chosen is not None else None


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ([way(1, DK), way(2, SE)], 1),
        ([way(1, SE), way(2, DK)], 2),
        ([way(1, BUSINESS), way(2, PRIVATE)], 2),
        ([way(1, SE), way(2, CARD)], 2),
        ([way(1, DK), way(2, CARD)], 1),
        ([way(1), way(2, DK)], 1),
        ([way(1, SE), way(2)], 2),
        ([way(1, SE), way(2, BUSINESS)], None),
        ([], None),
    ],
)
def test_the_first_whose_condition_holds_takes_it(ways: list[Way], expected: int | None) -> None:
    # Given an order to Denmark, of a private person, by card, when it is routed, then the first that it suits takes it
    assert taken(order(), *ways) == expected


def test_states_and_triggers_do_not_route() -> None:
    # Given an order that the first connection takes later, when it is routed, then it waits there
    later = OrderSettings.model_validate({"only": DK, "allowed_states": ["completed"]})
    assert taken(order(), Way(connection=1, name="1", settings=lambda: later), way(2)) == 1


def test_one_that_is_switched_off_takes_nothing_new() -> None:
    # Given the first connection off, when an order is routed, then the next one takes it, whatever was said before
    assert taken(order(), way(1, DK, is_active=False), way(2)) == 2
    assert taken(order(), way(1, DK, is_active=False, is_waived=True), way(2)) == 2
    assert taken(order(), way(1, DK, is_active=False)) is None


def test_a_document_keeps_the_order_where_it_is() -> None:
    # Given a document of a connection that would not take the order now, even one that is off, when the order is routed
    # again, then it stays there, also against the owner's word for another one
    assert taken(order(), way(1, DK), way(2, SE, has_document=True)) == 2
    assert taken(order(), way(1, DK), way(2, SE, has_document=True, is_active=False)) == 2
    assert taken(order(), way(1, DK, is_waived=True), way(2, SE, has_document=True)) == 2


def test_the_owners_word_is_stronger_than_conditions() -> None:
    # Given an order that he wants to go by the second one, when it is routed, then it does
    assert taken(order(), way(1, DK), way(2, SE, is_waived=True)) == 2


def test_whose_condition_cannot_be_answered_keeps_the_order() -> None:
    # Given a first connection whose question has no answer for this order, or whose settings nobody can read
    def unreadable() -> OrderSettings:
        raise needs_user("wrong_settings", problem="document: receipt")

    # When the order is routed, then no other one goes ahead: the first is to say what is wrong
    assert taken(order(), way(1, UNANSWERED), way(2)) == 1
    assert taken(order(), Way(connection=1, name="1", settings=unreadable), way(2)) == 1

    # And what comes after one that takes it is not asked
    assert taken(order(), way(1), Way(connection=2, name="2", settings=unreadable)) == 1


def test_the_role_is_asked_for_only_where_it_comes_down_to_that() -> None:
    # Given a first connection for Denmark, and a second one for a role
    wholesale = {"fact": "customer_role", "is": "wholesale_customer"}
    ways = (way(1, DK), way(2, wholesale), way(3))
    swedish = replace(order(), billing=replace(order().billing, country="SE"))
    has_role = replace(swedish, customer_role="wholesale_customer")

    # When orders are routed, then a Danish one goes without the shop being asked, and another one by its role
    assert taken(order(), *ways) == 1
    for asked, expected in ((has_role, 2), (swedish, 3)):
        chosen = route(swedish, ways, with_role=partial(replace, asked))
        assert chosen is not None
        assert chosen.connection == expected


def test_a_role_that_the_shop_does_not_show_keeps_the_order_where_it_is_asked_for() -> None:
    # Given a key that may not see customers
    def hidden() -> Order:
        raise NeedsUser("customers_hidden", "The shop does not show its customers.")

    # When the order is routed, then the connection that asks is to say so, and no later one goes ahead
    chosen = route(order(), (way(1, {"fact": "customer_role", "is": "customer"}), way(2)), with_role=hidden)
    assert chosen is not None
    assert chosen.connection == 1
