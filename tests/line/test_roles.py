"""Orders by what their customer is in the shop: its role, which the shop is asked for where settings need it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.store.database import Database
from tests.line.buyers import bought, handled
from tests.line.drafts import shown
from tests.line.fork import Fork, forked
from tests.line.rig import Line, line_to
from tests.support.orders import modified_at, tell

WHOLESALE: dict[str, Any] = {"fact": "customer_role", "is": "wholesale_customer"}
#: Terms of 30 days for resellers.
TERMS: dict[str, Any] = {"choices": {"payment_terms": [{"when": WHOLESALE, "use": 3}, {"use": 1}]}}
#: Of the shop: a reseller, and somebody whose account was deleted.
RESELLER, GONE = 12, 13


def open_shop_of(line: Line) -> WooCommerceSandbox:
    assert line.woo is not None
    line.woo.put_customer(id=RESELLER, email="mette@lampeland.example", role="wholesale_customer")
    return line.woo


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store, with_shop=True, **TERMS) as line:
        open_shop_of(line)
        yield line


@pytest.fixture
def woo(line: Line) -> WooCommerceSandbox:
    assert line.woo is not None
    return line.woo


@pytest.fixture
def fork(store: Database) -> Iterator[Fork]:
    """Resellers by the first, everybody else by the second."""
    with forked(store, {"only": WHOLESALE}, {}, with_shop=True) as fork:
        open_shop_of(fork.line)
        yield fork


def asked(woo: WooCommerceSandbox) -> list[str]:
    return [entry.path for entry in woo.journal.entries() if "/customers/" in entry.path]


def terms(line: Line, number: int) -> int:
    return int(shown(line, number)["paymentTerms"]["paymentTermsNumber"])


def test_choices_go_by_the_role(line: Line, woo: WooCommerceSandbox) -> None:
    # Given orders of a reseller, of a guest, and of a customer whose account is gone
    for number, customer in enumerate((RESELLER, 0, GONE), start=1):
        assert handled(line, bought(number, customer_id=customer)) == ("done", ""), line.said(number)
    # Then the reseller has his terms, the others have the usual ones, and the shop was asked once for each account
    assert [terms(line, number) for number in (1, 2, 3)] == [3, 1, 1]
    assert asked(woo) == [f"/wp-json/wc/v3/customers/{number}" for number in (RESELLER, GONE)]


def test_the_shop_is_not_asked_where_no_setting_speaks_of_it(line: Line, woo: WooCommerceSandbox) -> None:
    line.choose({})
    assert handled(line, bought(1, customer_id=RESELLER)) == ("done", "")
    assert asked(woo) == []


def test_the_role_may_stand_in_a_field(line: Line) -> None:
    row = {"fact": "customer_role", "then": [{"lookup": {"wholesale_customer": "Reseller"}, "otherwise": "Shop"}]}
    line.choose({"fields": {"heading": row}})
    assert handled(line, bought(1, customer_id=RESELLER)) == ("done", "")
    assert shown(line)["notes"]["heading"] == "Reseller"


def test_an_order_that_is_left_out_by_its_role_says_so(line: Line) -> None:
    line.choose({"only": WHOLESALE})
    assert handled(line, bought(1)) == ("skipped", "condition_not_met")
    assert "customer_role is not there, and wholesale_customer is asked for" in line.said(1)


def test_a_key_that_may_not_see_customers_is_told_what_to_do(line: Line, woo: WooCommerceSandbox) -> None:
    # Given a plugin that hides customers from the key's user
    woo.shop.settings.customers_hidden = True
    # When an order comes that is to go by its role, then it waits, nothing is in the books, and guests go on
    assert handled(line, bought(1, customer_id=RESELLER)) == ("failed", "customers_hidden")
    assert "administrator or shop manager" in line.said(1)
    assert line.books.documents() == []
    assert handled(line, bought(2)) == ("done", "")
    # And once customers are shown, it goes on the owner's word
    woo.shop.settings.customers_hidden = False
    line.ask_again(1)
    line.work(1)
    assert (line.state(1), terms(line, 2)) == (("done", ""), 3)


def test_a_shop_that_is_away_is_asked_again(line: Line, woo: WooCommerceSandbox) -> None:
    woo.add_fault(kind="answer", status=503, path="*/customers/*", count=1)
    assert handled(line, bought(1, customer_id=RESELLER))[0] == "waiting"
    line.let_time_pass(600)
    line.work(1)
    assert (line.state(1), terms(line, 1)) == (("done", ""), 3)


def test_a_draft_that_waits_for_its_booking_gets_the_terms_of_the_role_of_then(
    line: Line, woo: WooCommerceSandbox
) -> None:
    # Given a draft of a customer who becomes no reseller any more before it is booked
    by_state = {"processing": {"document": "invoice"}, "completed": {"document": "invoice", "book": True}}
    line.choose({**TERMS, "by_state": by_state})
    assert handled(line, bought(1, customer_id=RESELLER)) == ("done", "")
    woo.put_customer(id=RESELLER, role="customer")
    # When it is, then it is booked with the usual terms
    done = {**bought(1, customer_id=RESELLER), "status": "completed", **modified_at(60)}
    assert handled(line, done, delivery="d2") == ("done", ""), line.said(1)
    assert shown(line, 1, place="booked")["paymentTerms"]["paymentTermsNumber"] == 1


def test_each_role_has_its_own_connection(fork: Fork) -> None:
    # Given an order of a reseller, and one of a guest
    tell(fork.line.shop, bought(1, customer_id=RESELLER))
    tell(fork.line.shop, bought(2))
    # When workers come through both connections, then each goes by its own
    for number in (1, 2):
        fork.work(number)
    assert fork.references() == [fork.ours(1, "Orders"), fork.ours(2, "Second")]
    assert fork.states(1) == [("done", ""), ("skipped", "routed_elsewhere")]
    # And one that has its document is not asked about again
    assert fork.line.woo is not None
    before = len(asked(fork.line.woo))
    tell(fork.line.shop, {**bought(1, customer_id=RESELLER), **modified_at(60)}, delivery="d2")
    fork.work(1)
    assert len(asked(fork.line.woo)) == before
    assert fork.states(1) == [("done", "already_synced"), ("skipped", "routed_elsewhere")]


def test_a_role_that_is_hidden_stops_the_order_in_one_place(fork: Fork) -> None:
    # Given a key that may not see customers, when workers come, then the connection that asks says so, and no other one
    assert fork.line.woo is not None
    fork.line.woo.shop.settings.customers_hidden = True
    tell(fork.line.shop, bought(1, customer_id=RESELLER))
    fork.work(1)
    assert fork.states(1) == [("failed", "customers_hidden"), ("skipped", "routed_elsewhere")]
    assert fork.references() == []
