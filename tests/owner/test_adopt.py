"""`adopt`: what a former integration made is found by its reference; told first, linked on the owner's word."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from psycopg import Connection

from shared.domain.document import DocumentKind
from tests.owner.conftest import Desk
from tests.support.orders import tell, woo_order
from tests.support.shop import open_shop
from tools.owner import adopting
from tools.owner.worth import Worth

WC = ["adopt", "--connection", "Orders", "--reference", "WC-{number}"]


def village(desk: Desk) -> None:
    """1 was invoiced, 2 is a draft, 3 has another total, 4 two documents, 5 none; 6 is ours, 7 is to be left alone."""
    for number in range(1, 6):
        tell(desk.line.shop, woo_order(number, net="200.00" if number == 3 else "100.00"))
    desk.booked_by_hand("WC-1")
    desk.books.put_draft(DocumentKind.INVOICE, reference="WC-2")
    desk.booked_by_hand("WC-3")
    desk.booked_by_hand("WC-4")
    desk.books.put_draft(DocumentKind.ORDER, reference="WC-4")
    desk.booked_by_hand("wc-5")
    desk.transferred(6)
    desk.booked_by_hand("WC-6")
    tell(desk.line.shop, woo_order(7))
    desk.command.says("ignore", "7", "--why", "no")
    desk.booked_by_hand("WC-7")
    desk.books.journal.clear()


def ends(told: Mapping[str, Any]) -> dict[str, str]:
    return {one["order"]: one["end"] for one in told["orders"]}


def test_a_dry_run_tells_and_changes_nothing(desk: Desk) -> None:
    # Given orders, some of which a former integration made documents of
    village(desk)
    before = desk.everything()

    # When they are looked for, then each has a line, and nothing changes here or in the books
    said = desk.command.says(*WC)
    assert "WC-3       booked invoice 2" in said
    assert "the order comes to 250.00 DKK; --anyway links it all the same" in said
    assert "draft order 1 and booked invoice 3; `shopledger link 4 NUMBER` says which" in said
    assert (
        "5 orders looked for: 2 would be linked, 1 with another total, 1 with several documents, 1 not in the books."
        in said
    )
    assert "Nothing was changed. Say it again with --yes" in said
    assert desk.everything() == before
    assert desk.writes() == []


def test_what_fits_is_linked_on_the_owners_word(desk: Desk) -> None:
    # Given the same, when they are to be linked
    village(desk)
    told = desk.command.json(*WC, "--yes")

    # Then those that fit are, the others are as they were, and nothing was written in the books
    assert ends(told) == {"1": "linked", "2": "linked", "3": "differs", "4": "several", "5": "nothing"}
    assert (told["linked"], told["is_dry_run"], told["stopped"]) == (2, False, None)
    assert desk.line.state(1) == ("done", "linked")
    assert desk.rows(2)[0][:3] == ("draft", "adopted", "invoice")
    assert {desk.line.state(number)[0] for number in (3, 4, 5)} == {"waiting"}
    assert desk.acts(1) == [("adopt", "booked invoice 1, 125.00 DKK, reference WC-1")]
    assert desk.writes() == []

    # And a worker makes no second one of them; said again, they are not looked for any more
    for number in (1, 2):
        tell(desk.line.shop, woo_order(number, modified=60), delivery="d2")
        desk.line.work(number)
        assert desk.line.state(number) == ("done", "already_synced")
    assert ends(desk.command.json(*WC, "--yes")) == {"3": "differs", "4": "several", "5": "nothing"}
    assert "adopted by the owner" in desk.command.says("show", "1")


def test_another_total_is_linked_only_where_the_owner_insists(desk: Desk) -> None:
    # Given an invoice whose total is not the order's, when he says so, then it is linked, and both sums are kept
    village(desk)
    assert ends(desk.command.json(*WC, "--anyway"))["3"] == "fits"
    desk.command.says(*WC, "--yes", "--anyway")
    assert desk.acts(3) == [("adopt", "booked invoice 2, 125.00 DKK, reference WC-3; the order comes to 250.00 DKK")]


@pytest.mark.parametrize("yes", [[], ["--yes"]])
def test_two_orders_of_one_number_do_not_share_a_document(desk: Desk, yes: list[str]) -> None:
    # Given two orders that the shop gave one number, when they are looked for, then the first has the document
    for key in (1, 2):
        tell(desk.line.shop, {**woo_order(key), "number": "77"})
    desk.booked_by_hand("WC-77")
    told = desk.command.json(*WC, *yes)
    assert [one["end"] for one in told["orders"]] == ["linked" if yes else "fits", "taken"]


def test_the_shops_own_id_names_a_document_too(desk: Desk) -> None:
    # Given a former integration that wrote the shop's id, when the pattern says so, then its documents are found
    tell(desk.line.shop, {**woo_order(1), "number": "2026-77"})
    desk.booked_by_hand("order 1 (2026-77)")
    pattern = "order {id} ({number})"
    assert ends(desk.command.json("adopt", "--connection", "Orders", "--reference", pattern)) == {"2026-77": "fits"}


def test_only_orders_that_changed_since(desk: Desk) -> None:
    # Given an old order and a newer one, when a day is named, then only what the shop changed since is looked for
    tell(desk.line.shop, woo_order(1))
    tell(desk.line.shop, woo_order(2, modified=5 * 86_400))
    assert ends(desk.command.json(*WC, "--since", "2026-03-05")) == {"2": "nothing"}


def test_orders_that_are_held_are_adopted_too(desk: Desk) -> None:
    # Given a connection that is off until all is adopted, when that is done, then it stays so when it is released
    desk.command.says("switch", "off", "--connection", "Orders")
    tell(desk.line.shop, woo_order(1))
    desk.booked_by_hand("WC-1")
    desk.command.says(*WC, "--yes")
    desk.command.says("switch", "on", "--connection", "Orders")
    desk.command.says("release", "--connection", "Orders", "--yes")
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "linked")
    assert desk.references() == ["WC-1"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--connection", "Orders", "--reference", "WC-1"], 2, "it must hold {number}, or {id}"),
        (["--connection", "Orders", "--reference", "WC-{nummer}"], 2, "nothing is known of {nummer}"),
        (["--connection", "Ordres", "--reference", "{id}"], 1, "(did you mean Orders?)"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, arguments: list[str], code: int, says: str) -> None:
    # Given something typed wrong, when it is run, then it says what was meant, and the books are not asked
    tell(desk.line.shop, woo_order(1))
    assert says in desk.command.fails("adopt", *arguments, code=code)
    assert desk.books.journal.entries() == []


def test_one_name_in_two_accounts_is_not_guessed_at(desk: Desk) -> None:
    # Given another account with a connection of that name, when none is said, then both are named
    open_shop(desk.line.database)
    assert "there are 2 connections 'Orders'; say with --account" in desk.command.fails(*WC)


def test_what_was_linked_before_the_books_fell_silent_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given books that fall silent after the second of three orders
    for number in (1, 2, 3):
        tell(desk.line.shop, woo_order(number))
        desk.booked_by_hand(f"WC-{number}")
    found: list[int] = []

    def worth(connection: Connection, transfer: int, shop: str) -> Worth | None:
        found.append(transfer)
        if len(found) == 2:
            desk.books.add_fault(kind="answer", status=503)
        return Worth(Decimal("125.00"), "DKK", Decimal("125.00"))

    monkeypatch.setattr(adopting, "worth", worth)

    # When they are adopted, then two are linked, and it is told why that was the end
    ended = desk.command.run(*WC, "--yes")
    assert (ended.exit_code, "2 linked" in ended.stdout) == (69, True), ended.output
    assert "(2 of 3 orders were looked for)" in ended.stderr
    assert [desk.line.state(number)[0] for number in (1, 2, 3)] == ["done", "done", "waiting"]
