"""What a dry run says is what is sent later, to the byte; and it writes nothing anywhere."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from shared.store import setup
from tests.line.rig import SETTINGS as SETTINGS_OF_LINE
from tests.line.rig import Line
from tests.look.conftest import Command
from tests.support.orders import modified_at, tell, woo_order


def written(line: Line) -> list[str]:
    """What was sent to the books that could change them."""
    return [entry.body for entry in line.books.journal.entries() if entry.method != "GET"]


def rows(line: Line) -> list[tuple[Any, ...]]:
    """All that the line keeps of orders and what was made of them."""
    tables = ("transfers", "attempts", "documents", "creation_guards", "events")
    return [row for table in tables for row in line.shop.rows(f"select '{table}', x.* from {table} x order by 2, 3")]


ORDERS: dict[str, dict[str, Any]] = {
    "plain": woo_order(1),
    "closed by cents": {**woo_order(1, net="7.22"), "total": "9.02", "total_tax": "1.80"},
    "with a note": {**woo_order(1), "customer_note": "Ring first"},
    "of a company": woo_order(1) | {"billing": {**woo_order(1)["billing"], "company": "Lampeland ApS"}},
}
SETTINGS: dict[str, dict[str, Any]] = {
    "usual": {},
    "an order": {"document": "order"},
    "own fields": {
        "fields": {
            "heading": {"concat": [{"const": "Web"}, {"fact": "number"}], "with": " "},
            "text_2": {"const": "Tak"},
        },
        "choices": {"payment_terms": [{"when": {"fact": "payment_method", "is": "card"}, "use": 3}]},
    },
}


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("body", ORDERS)
def test_the_bytes_are_those_that_are_sent_later(line: Line, command: Command, body: str, settings: str) -> None:
    # Given an order that waits
    line.books.put_product("ROUNDING", group=2)
    line.choose(SETTINGS[settings])
    tell(line.shop, ORDERS[body])
    before = rows(line)
    # When it is rehearsed
    (told,) = command.json("dry-run", "1")
    # Then nothing was written, here or there
    assert (written(line), rows(line)) == ([], before)
    # And what is sent later is that, to the byte
    line.work(1)
    assert line.state(1) == ("done", ""), line.said(1)
    assert [told["request"]] == written(line)
    assert told["end"] == "would be sent"


def test_a_customer_who_would_be_made_is_shown_and_not_made(line: Line, command: Command) -> None:
    # Given an order of somebody whom the books do not have
    tell(line.shop, woo_order(1, email="ny@lampeland.example"))
    # When it is rehearsed, then the request for the customer is the one that is sent later
    (told,) = command.json("dry-run", "1")
    assert written(line) == []
    line.work(1)
    customer, document = written(line)
    assert told["made_before"] == [{"kind": "customer", "request": customer}]
    # And the document's differs only by the number that the books gave
    given = str(json.loads(document)["customer"]["customerNumber"])
    assert told["request"].replace("999999999", given) == document


@pytest.mark.parametrize(
    ("body", "settings", "end", "reason"),
    [
        (woo_order(1, status="on-hold"), {}, "left alone", "state_not_allowed"),
        (woo_order(1, sku=""), {}, "would fail", "missing_product_number"),
        (woo_order(1), {"only": {"fact": "country", "is": "SE"}}, "left alone", "condition_not_met"),
        (woo_order(1, sku="GONE"), {"create_products": False}, "would fail", "unknown_product"),
    ],
)
def test_what_would_not_go_says_why(
    line: Line, command: Command, body: dict[str, Any], settings: dict[str, Any], end: str, reason: str
) -> None:
    # Given an order that does not go, when it is rehearsed, then the reason is the one that it ends with later
    line.choose(settings)
    tell(line.shop, body)
    (told,) = command.json("dry-run", "1")
    assert (told["end"], told["reason"], told["request"]) == (end, reason, None)
    line.work(1)
    assert (line.state(1)[1], line.said(1)) == (reason, told["says"])


def test_an_order_in_the_books_says_so(line: Line, command: Command) -> None:
    # Given an order that went, when it is rehearsed, then it says as what, and the request is that of the document
    tell(line.shop, woo_order(1))
    line.work(1)
    (told,) = command.json("dry-run", "1")
    assert (told["end"], told["request"]) == ("is in the books: draft invoice 1", written(line)[-1])


def test_the_last_orders_are_told_one_by_one(line: Line, command: Command) -> None:
    # Given three orders, when the last two are rehearsed, then they stand there, newest first, with how many of each
    for number in (1, 2, 3):
        tell(line.shop, woo_order(number, sku="MUG" if number != 3 else ""))
    said = command.says("dry-run", "--last", "2").splitlines()
    assert [row.split()[0] for row in said[1:3]] == ["3", "2"]
    assert said[-1] == "2 orders: missing_product_number 1, sent 1"


def test_an_order_of_a_file_needs_no_webhook(line: Line, command: Command, tmp_path: Path) -> None:
    # Given an order as the shop's API says it, in a file, when it is rehearsed, then it is told what would be sent
    path = tmp_path / "order.json"
    path.write_text(json.dumps(woo_order(77)))
    (told,) = command.json("dry-run", "--file", str(path))
    assert (told["end"], json.loads(told["request"])["notes"]) == ("would be sent", {"heading": "Order 77"})
    assert written(line) == []
    path.write_text("[]")
    (told,) = command.json("dry-run", "--file", str(path))
    assert (told["end"], told["reason"]) == ("would fail", "unreadable_order")


@pytest.mark.parametrize("typed", [(), ("1", "--last", "2"), ("--last", "2", "--file", "order.json")])
def test_one_way_of_naming_orders_is_asked_for(line: Line, command: Command, typed: tuple[str, ...]) -> None:
    result = command.run("dry-run", *typed)
    assert result.exit_code == 2
    assert "order.json" in result.stderr or "name one of: an order, --last N, --file FILE" in result.stderr


def test_books_that_do_not_answer_are_told_in_one_line(line: Line, command: Command) -> None:
    # Given books that are down, when an order is rehearsed, then that is its end
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="answer", status=503, count=50)
    (told,) = command.json("dry-run", "1")
    assert told["end"] == "would fail"
    assert told["says"] == "e-conomic is not available just now."


def test_a_preview_says_field_by_field_what_would_differ(line: Line, command: Command) -> None:
    # Given two orders with the settings as they are, and a former version that made orders of another layout
    line.choose({"document": "order", "fields": {"heading": {"const": "Tak"}}})
    line.choose({})
    tell(line.shop, woo_order(1))
    line.work(1)
    tell(line.shop, woo_order(2, status="on-hold", modified=5))
    before = len(written(line))
    # When that version is looked at
    first, second = command.json("preview", "--version", "2")
    # Then each order says what would be another, and the one that stays out nothing
    assert (first["order"], first["changes"]) == ("2", [])
    assert second["changes"] == [
        {"field": "outcome", "now": "invoice", "then": "order"},
        {"field": "notes.heading", "now": "Order 1", "then": "Tak"},
    ]
    assert len(written(line)) == before
    assert command.says("preview", "--version", "2").splitlines()[-1] == "2 orders looked at, 1 would differ"


def test_a_preview_of_a_file_does_not_apply_it(line: Line, command: Command, tmp_path: Path) -> None:
    # Given a file that names another condition
    account = line.shop.rows("select name from accounts")[0][0]
    (connection,) = line.shop.rows("select name from connections")[0]
    systems = dict(line.shop.rows("select kind, name from systems"))
    file = tmp_path / "shop.yaml"
    (tmp_path / "key").write_text("secret")
    file.write_text(
        f"""
accounts:
  {account}:
    systems:
      {systems["woocommerce"]}:
        kind: woocommerce
        credentials: {{url: "https://shop.example", consumer_key: {{file: key}}, consumer_secret: {{file: key}}}}
      {systems["economic"]}:
        kind: economic
        credentials: {{app_secret_token: {{file: key}}, agreement_grant_token: {{file: key}}}}
    connections:
      {connection}:
        kind: orders
        from: {systems["woocommerce"]}
        to: {systems["economic"]}
        settings: {{only: {{fact: country, is: SE}}}}
"""
    )
    tell(line.shop, woo_order(1))
    stored = line.shop.rows("select settings_version from connections")
    # When it is previewed, then the order would be left out, and why; and nothing was applied
    (told,) = command.json("preview", str(file))
    assert told["now"] == "would be sent"
    assert told["then"] == "left alone"
    assert "country is DK, and SE is asked for" in told["changes"][0]["then"]
    assert line.shop.rows("select settings_version from connections") == stored


def test_a_customer_who_would_be_brought_up_to_date_is_said_and_not_changed(line: Line, command: Command) -> None:
    # Given a customer whose address has changed, and an owner who lets that be brought up to date
    line.choose({"update_customers": ["city"]})
    tell(line.shop, woo_order(1))
    # When the order is rehearsed, then it is said, and nothing was done
    (told,) = command.json("dry-run", "1")
    assert "Customer 1 was brought up to date: city." in told["says"]
    assert written(line) == []
    # And that is what happens later: once for the customer, and the document
    line.work(1)
    assert [entry.method for entry in line.books.journal.entries() if entry.method != "GET"] == ["PUT", "POST"]
    assert line.said(1).startswith(told["says"])


def test_a_change_of_a_customer_that_the_books_would_refuse_is_said(line: Line, command: Command) -> None:
    # Given an EAN number of 14 digits that would go to the customer
    line.choose({"update_customers": ["ean"], "customer_fields": {"ean": {"const": "57900000000056"}}})
    tell(line.shop, woo_order(1))
    # When the order is rehearsed, then it fails as it does later
    (told,) = command.json("dry-run", "1")
    line.work(1)
    assert (told["end"], told["reason"]) == ("would fail", line.state(1)[1])
    assert written(line) == []


def test_a_preview_says_what_would_be_made_and_how_it_would_be_booked(line: Line, command: Command) -> None:
    # Given settings that once made customers of another group, and that did not send what they book
    line.choose({"book": True, "choices": {"customer_group": [{"use": 2}]}})
    line.choose({"book": True, "send_by": "email"})
    tell(line.shop, woo_order(1, email="ny@lampeland.example"))
    # When they are previewed, then both stand there
    (told,) = command.json("preview", "--version", "2")
    assert {one["field"]: (one["now"], one["then"]) for one in told["changes"]} == {
        "booking": (
            "booked with the books' next number, sent by email",
            "booked with the books' next number, sent by none",
        ),
        "new customer 1.customerGroup.customerGroupNumber": ("1", "2"),
    }


def test_an_order_of_another_connection_says_by_which_it_goes(line: Line, command: Command) -> None:
    # Given a shop whose orders to Denmark go by its first connection, and all others by a second one
    line.choose({"only": {"fact": "country", "is": "DK"}})
    with line.database.account(line.shop.account) as c:
        ends = {"source": line.shop.webshop, "target": line.shop.books}
        second = setup.add_connection(c, kind="orders", name="Abroad", **ends, settings=SETTINGS_OF_LINE, by="test")
        setup.switch_connection(c, second, on=True)
    tell(line.shop, woo_order(1))
    # When an order to Denmark is rehearsed, then each connection says where it goes
    first, other = (command.json("dry-run", "1", "--connection", name)[0] for name in ("Orders", "Abroad"))
    assert first["end"] == "would be sent"
    assert (other["end"], other["reason"]) == ("left alone", "routed_elsewhere")


def test_of_several_connections_one_is_asked_for(line: Line, command: Command) -> None:
    # Given a shop with two connections, when nobody says which is meant, then each is told as it is to be typed
    with line.database.account(line.shop.account) as c:
        ends = {"source": line.shop.webshop, "target": line.shop.books}
        setup.add_connection(c, kind="orders", name="Abroad", **ends, settings=SETTINGS_OF_LINE, by="test")
    ((account,),) = line.shop.rows("select name from accounts")
    refused = command.fails("dry-run", "--last", "1")
    assert "there are 2 connections; say which one is meant:" in refused
    for name in ("Orders", "Abroad"):
        assert f"--account {shlex.quote(account)} --connection {name}" in refused
    # And one that is mistyped is told what there is
    assert "did you mean Abroad?" in command.fails("dry-run", "--last", "1", "--connection", "Abrod")


def test_a_changed_order_is_rehearsed_as_it_is_now(line: Line, command: Command) -> None:
    tell(line.shop, woo_order(1))
    tell(line.shop, {**woo_order(1, net="200.00"), **modified_at(60)}, delivery="d2")
    (told,) = command.json("dry-run", "1")
    assert told["total"] == "250.00"
