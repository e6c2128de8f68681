"""`shopledger show ORDER`: the whole story of an order, for its owner and for programs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.line.rig import Killed, dies_at
from tests.look.conftest import Town
from tests.support.orders import tell, woo_order
from workers.hand import Point


def shown(town: Town, number: int | str, *arguments: str) -> str:
    return town.command.says("show", str(number), "--account", town.name, *arguments)


def told(town: Town, number: int, *arguments: str) -> Any:
    (one,) = town.command.json("show", str(number), "--account", town.name, *arguments)
    return one


def pair(text: str, label: str) -> str:
    """What stands beside the first such label."""
    found = re.search(rf"^ *{re.escape(label)} {{2,}}(.+)$", text, re.MULTILINE)
    assert found is not None, text
    return found[1]


def test_a_transferred_order_tells_where_it_is_in_the_books(town: Town) -> None:
    # Given an order in the books, when it is shown, then its document, its totals and its way stand there
    text = shown(town, 1001)
    assert pair(text, "state") == "done - it is in the books"
    assert pair(text, "connection") == f"Orders: {town.name} (WooCommerce) to Books (e-conomic)"
    assert pair(text, "document") == f"draft invoice 1, reference SL{town.line.shop.connection}-1001"
    assert pair(text, "total") == "125.00 DKK, in the order and in the books"
    assert ": transferred" in text

    # And every stage has its size and says what it holds
    assert re.search(r"original +order.updated by webhook, received .+, \d\.\d kB", text)
    assert re.search(r"normalised +1 line, 125.00 DKK, ", text)
    assert re.search(r"sent +\d+ bytes", text)
    assert re.search(r"answered +\d+ bytes", text)


@pytest.mark.parametrize(
    ("number", "state", "reason", "next_step"),
    [
        (
            1002,
            "skipped - as it is now it does not go into the books",
            "state_not_allowed - The order is in state 'on-hold', and only these go into the books:"
            " completed, processing.",
            "Nothing to do if that is right: it goes when its state changes.",
        ),
        (
            1003,
            "failed - it does not go before somebody has done something about it",
            "product_barred - The product BARRED is barred in the books.",
            "Open it there, or choose another.",
        ),
        (
            1005,
            "done - it is in the books",
            "changed_since - The order is in the books as invoice 2 with 125.00 DKK; it has changed, to 250.00. What"
            " changed: total 125.00 to 250.00; line 1 (Kaffekrus): net 100.00 to 200.00, VAT 25.00 to 50.00.",
            "Change the document in the books by hand if that matters.",
        ),
    ],
)
def test_an_order_says_why_and_what_to_do(town: Town, number: int, state: str, reason: str, next_step: str) -> None:
    # Given an order with a reason, when it is shown, then the sentence is the one that was written for the owner
    text = shown(town, number)
    assert pair(text, "state") == state
    assert pair(text, "reason") == reason
    assert pair(text, "what to do") == next_step


def test_an_order_that_is_tried_again_says_when(town: Town) -> None:
    # Given books that were not available, when the order is shown, then it says so, and when it is tried again
    text = shown(town, 1006)
    assert pair(text, "last time").startswith("unavailable - e-conomic is not available")
    (attempt,) = told(town, 1006)["attempts"]
    assert told(town, 1006)["next_attempt_at"] > attempt["ended_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", pair(text, "next try"))


def test_an_order_that_nobody_came_to_yet_says_so(town: Town) -> None:
    # Given an order that just came, when it is shown, then it waits for its turn and was not tried
    text = shown(town, 1007)
    assert pair(text, "state") == "waiting - its turn comes by itself"
    assert "What was tried\n  nothing yet\n" in text


def test_an_order_that_was_held_says_how_it_goes_on(town: Town) -> None:
    # Given an order that came while its connection was off, which is on again, then it says who must do what
    assert pair(shown(town, 1004), "state").endswith("`shopledger retry 1004` lets it go")


def test_an_order_of_a_broken_system_says_what_stands_in_its_way(own_town: Town) -> None:
    # Given books that take our grant back, when the next order is tried
    own_town.line.books.revoke_grant()
    own_town.line.work(1007)

    # Then it waits for them, and `accounts` has the alarm
    assert pair(shown(own_town, 1007), "state").startswith("waiting - Books does not let us in (grant_revoked)")
    assert told(own_town, 1007)["in_the_way"] != []
    assert "ALARM" in own_town.command.says("accounts")


def test_a_request_without_an_answer_is_told_until_it_is_known_what_became_of_it(own_town: Town) -> None:
    # Given books that took the request and lost the answer
    line = own_town.line
    line.books.add_fault(kind="drop_after_commit", method="POST", path="*drafts*", count=1)
    line.work(1007)

    # When the order is shown, then its document is under way and nobody says that it is there
    text = shown(own_town, 1007)
    assert pair(text, "document").startswith("invoice, not answered yet, reference SL")
    assert pair(text, "total") == "125.00 DKK in the order"
    assert "no answer: it is looked up before anything is sent again" in text

    # And a retry does not speak of sending
    assert "looked for in the books and not sent twice" in own_town.command.says("retry", "1007")


def test_a_try_whose_worker_was_lost_is_seen(own_town: Town) -> None:
    # Given a worker that was killed with the order in hand, when the order is shown, then it is under way
    with pytest.raises(Killed):
        own_town.line.work(1007, watch=dies_at(Point.DECIDED))
    assert "settings 1: under way" in shown(own_town, 1007)

    # When its lease is over and another worker brings it to an end, then the first try never ended
    own_town.line.let_time_pass(3600)
    own_town.line.work(1007)
    text = shown(own_town, 1007)
    assert "1: never ended: its worker was lost" in text
    assert ": transferred" in text


def test_all_tries_and_all_that_the_shop_said_are_there_oldest_first(town: Town) -> None:
    # Given an order that was transferred and then changed, when it is shown, then both stand there in their order
    text = shown(town, 1005)
    assert re.findall(r"^  (\d)\. .*: (.+)$", text, re.MULTILINE) == [
        ("1", "transferred"),
        ("2", "in the books already (changed_since)"),
    ]
    assert len(re.findall(r"webhook +order.updated +the order as it was then", text)) == 2

    # And one try alone can be shown
    only = shown(town, 1005, "--attempt", "2")
    assert "in the books already" in only
    assert ": transferred" not in only
    assert "order 1005 has no attempt 3: it has attempts 1 to 2" in town.command.fails("show", "1005", "--attempt", "3")


def test_bodies_are_printed_as_they_came_and_went(town: Town) -> None:
    # Given a transferred order, when its original body is asked for, then it is what the shop sent, indented
    text = shown(town, 1001, "--body", "original")
    body = text.partition("Attempt 1, original\n")[2]
    assert json.loads(body) == woo_order(1001)
    assert '\n  "status": "processing",\n' in body

    # And all of them come with their names
    everything = shown(town, 1001, "--body", "all")
    assert re.findall(r"^Attempt 1, (\w+)$", everything, re.MULTILINE) == ["original", "normalised", "sent", "answered"]

    # And what was never reached is told as such
    assert "sent was not reached" in shown(town, 1003, "--body", "sent")


def test_a_program_gets_everything(town: Town) -> None:
    # Given an order that changed, when a program asks for it
    one = told(town, 1005)

    # Then states, documents, tries with their bodies and events are all there
    assert (one["state"], one["reason"], one["account"]) == ("done", "changed_since", town.name)
    assert one["next_step"] == "Change the document in the books by hand if that matters."
    (document,) = one["documents"]
    assert (document["number"], document["total"]) == ("2", "125.00")
    assert [attempt["outcome"] for attempt in one["attempts"]] == ["transferred", "already_synced"]
    bodies = {stage["stage"]: stage["body"] for stage in one["attempts"][0]["stages"]}
    assert json.loads(bodies["original"])["total"] == "125.00"
    assert json.loads(bodies["sent"])["currency"] == "DKK"
    assert [json.loads(event["body"])["total"] for event in one["events"]] == ["125.00", "250.00"]


def test_an_order_number_of_two_accounts_shows_both(town: Town) -> None:
    # Given a number that two accounts have, when it is asked for, then both stories come under their names
    text = town.command.says("show", "1001")
    assert re.findall(r"^Order 1001 of (.+)$", text, re.MULTILINE) == [town.name, town.other_name]


def test_an_account_shows_nothing_of_another_one(town: Town) -> None:
    # Given an order that only the other account has, when it is asked for in this one, then it is not there
    assert "there is no order 2001" in town.command.fails("show", "2001", "--account", town.name)
    assert "4000.00" not in shown(town, 1001, "--body", "all")


def test_an_order_that_nobody_has_is_told_what_that_means(town: Town) -> None:
    # Given a number that nothing brought, when it is asked for, then it says what that means and where to look
    says = town.command.fails("show", "9999")
    assert "there is no order 9999: no webhook or poll has brought it yet" in says
    assert "`shopledger recheck CONNECTION` asks the shop at once" in says
    assert "`shopledger doctor`" in says


def test_the_shops_own_id_leads_to_the_number(own_town: Town) -> None:
    # Given an order whose number is not its id
    tell(own_town.line.shop, {**woo_order(77), "number": "A-2026-5"})

    # When it is asked for by its id, then the number is told, and by that it is found
    assert "`shopledger show A-2026-5`" in own_town.command.fails("show", "77")
    assert pair(shown(own_town, "A-2026-5"), "shop's id") == "77"


def test_a_text_of_a_stranger_does_not_move_the_terminal(own_town: Town) -> None:
    # Given an order whose product name would colour a terminal and set its title
    order = woo_order(78, sku="")
    order["line_items"][0]["name"] = "Krus\x1b]0;owned\x07\x1b[31m"
    tell(own_town.line.shop, order)
    own_town.line.work(78)

    # When it is shown with all bodies, then what it says can be read, and nothing obeys it
    text = shown(own_town, 78, "--body", "all")
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "Krus" in text
