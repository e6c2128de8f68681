"""What a dry run says of customers: their number, whose draft it is, and what they are in the shop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from shared.store.database import Database
from tests.line.buyers import bought, handled
from tests.line.rig import Line, line_to
from tests.line.test_roles import RESELLER, TERMS, WHOLESALE
from tests.look.conftest import Command
from tests.rehearse.test_dry_run import written
from tests.support.orders import modified_at, tell, woo_order
from tests.support.servers import DatabaseAddress

NEW = "ny@lampeland.example"
#: A draft that is made at once, and booked when the order is completed.
WAITS: dict[str, Any] = {
    "by_state": {"processing": {"document": "invoice"}, "completed": {"document": "invoice", "book": True}}
}


@pytest.fixture
def sold(fresh_database: DatabaseAddress) -> Iterator[Line]:
    """With a shop that can be asked, and a reseller in it."""
    opened = closing(Database(fresh_database.app_url, name="test", connections=4))
    with opened as store, line_to(store, with_shop=True) as line:
        assert line.woo is not None
        line.books.put_product("MUG", group=1)
        line.books.put_customer("Mette Holm", email="mette@lampeland.example")
        line.woo.put_customer(id=RESELLER, role="wholesale_customer")
        yield line


@pytest.mark.parametrize(
    ("settings", "number"),
    [
        ({"customer_number": {"fact": "customer_id", "then": [{"prefix": "7"}]}}, '"customerNumber":712'),
        ({"new_customer_numbers": {"first": 5000, "last": 5999}}, '"customerNumber":5000'),
    ],
)
def test_a_number_that_is_known_beforehand_is_said(
    line: Line, command: Command, settings: dict[str, Any], number: str
) -> None:
    # Given an owner who numbers new customers himself, and an order of one
    line.choose(settings)
    tell(line.shop, woo_order(1, email=NEW, customer_id=12))
    # When it is rehearsed, then customer and document are those that are sent later, to the byte
    (told,) = command.json("dry-run", "1")
    assert number in told["request"]
    line.work(1)
    assert line.state(1) == ("done", ""), line.said(1)
    assert [told["made_before"][0]["request"], told["request"]] == written(line)


def test_a_draft_that_waits_keeps_its_customer(line: Line, command: Command) -> None:
    # Given a draft, whose customer gets another e-mail address in the books, and an order that is completed then
    line.choose(WAITS)
    assert handled(line, bought(1)) == ("done", "")
    line.books.put_customer("Mette Holm", number=1, email="bogholderi@lampeland.example")
    now = {**bought(1), "status": "completed", "customer_note": "Ring", **modified_at(60)}
    tell(line.shop, now, delivery="d2")
    # When it is rehearsed, then nobody new would be made
    (told,) = command.json("dry-run", "1")
    assert told["made_before"] == []
    # And that is the content that the draft gets
    line.work(1)
    assert line.state(1) == ("done", ""), line.said(1)
    (put,) = [entry.body for entry in line.books.journal.entries() if entry.method == "PUT"]
    assert told["request"] == put
    # But as if it came now, somebody would
    (same,) = command.json("preview", "--version", "2")
    assert same["changes"] == []


def test_a_draft_that_was_deleted_keeps_nobody(line: Line, command: Command) -> None:
    line.choose(WAITS)
    assert handled(line, bought(1, email=NEW)) == ("done", "")
    line.books.delete_draft(line.books.documents()[0].kind, 1)
    (told,) = command.json("dry-run", "1")
    assert (told["made_before"], '"customerNumber":2' in told["request"]) == ([], True)


def test_the_role_counts_in_a_dry_run_as_it_does_later(sold: Line, command: Command) -> None:
    # Given terms for resellers, and an order of one
    sold.choose(TERMS)
    tell(sold.shop, bought(1, customer_id=RESELLER))
    # When it is rehearsed, then the bytes are those that are sent later
    (told,) = command.json("dry-run", "1")
    sold.work(1)
    assert '"paymentTermsNumber":3' in told["request"]
    assert [told["request"]] == written(sold)


def test_a_dry_run_says_that_the_key_may_not_see_customers(sold: Line, command: Command) -> None:
    assert sold.woo is not None
    sold.woo.shop.settings.customers_hidden = True
    sold.choose({"only": WHOLESALE})
    tell(sold.shop, bought(1, customer_id=RESELLER))
    (told,) = command.json("dry-run", "1")
    assert (told["end"], told["reason"]) == ("would fail", "customers_hidden")


def test_a_preview_says_whom_a_role_would_leave_out(sold: Line, command: Command) -> None:
    # Given settings that once took resellers only, and orders of a guest and of a reseller
    sold.choose({"only": WHOLESALE})
    sold.choose({})
    tell(sold.shop, bought(1, customer_id=RESELLER))
    tell(sold.shop, bought(2))
    # When those are looked at, then the guest's would be left alone
    guest, reseller = command.json("preview", "--version", "2")
    assert (guest["then"], reseller["changes"]) == ("left alone", [])
    assert "customer_role is not there" in guest["changes"][0]["then"]
