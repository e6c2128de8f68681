"""`shopledger retry ORDER`: the owner's word, and that it says what comes of it."""

from __future__ import annotations

import pytest

from tests.look.conftest import Town
from tests.support.orders import tell, woo_order


def retried(town: Town, number: int) -> str:
    return town.command.says("retry", str(number), "--account", town.name)


def test_what_was_mended_goes(own_town: Town) -> None:
    # Given an order that a barred product stopped, and an owner who opened the product
    line = own_town.line
    line.books.set_product_barred("BARRED", False)

    # When it is retried, then it says that it goes, and the next worker transfers it
    assert retried(own_town, 1003) == "Order 1003: it goes again.\n"
    line.work(1003)
    assert line.state(1003) == ("done", "")


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (1001, "looked for in the books and not sent twice"),
        (1002, "left out again if nothing has changed"),
        (1004, "it goes, now that everything is switched on"),
        (1006, "it goes at once and waits no longer"),
    ],
)
def test_it_says_what_will_happen(own_town: Town, number: int, says: str) -> None:
    # Given an order in some state, when it is retried, then the line says what that means, and it waits for a worker
    assert says in retried(own_town, number)
    assert own_town.line.state(number)[0] == "waiting"


def test_an_order_in_the_books_is_not_sent_twice(own_town: Town) -> None:
    # Given a transferred order, when it is retried and a worker comes, then the books have as many documents as before
    before = len(own_town.line.books.documents())
    retried(own_town, 1001)
    own_town.line.let_time_pass(60)
    own_town.line.work(1001)
    assert own_town.line.state(1001) == ("done", "")
    assert len(own_town.line.books.documents()) == before


def test_what_is_switched_off_is_to_be_switched_on_first(own_town: Town) -> None:
    # Given an order whose connection is off
    own_town.line.shop.switch(on=False)
    before = own_town.line.shop.rows("select id, version, owner_asked, state from transfers order by id")

    # When it is retried, then nothing is asked, and it says what to do first
    says = own_town.command.fails("retry", "1003")
    assert "the connection Orders is switched off. Switch it on first" in says
    assert own_town.line.shop.rows("select id, version, owner_asked, state from transfers order by id") == before


def test_a_broken_system_is_named_with_the_word(own_town: Town) -> None:
    # Given books that do not let us in, when one of their orders is retried, then it says what else is needed
    own_town.line.books.revoke_grant()
    own_town.line.work(1007)
    assert "But Books does not let us in (grant_revoked)" in retried(own_town, 1003)


def test_several_orders_of_one_number_are_not_guessed_at(own_town: Town) -> None:
    # Given a number that two accounts have, when it is retried, then nothing happens and both are named
    says = own_town.command.fails("retry", "1001")
    assert f"shopledger retry 1001 --account '{own_town.name}' --connection Orders" in says
    assert f"shopledger retry 1001 --account '{own_town.other_name}' --connection Orders" in says
    assert own_town.line.state(1001) == ("done", "")


def test_an_order_of_another_account_is_out_of_reach(own_town: Town) -> None:
    # Given an order of the other account, when this one's owner retries it, then it is not there and nothing changes
    before = own_town.command.json("transfers", "--order", "2001")
    assert "there is no order 2001" in own_town.command.fails("retry", "2001", "--account", own_town.name)
    assert own_town.command.json("transfers", "--order", "2001") == before


def test_a_program_reads_whether_it_was_asked(own_town: Town) -> None:
    # Given a failed order, when a program retries it, then it gets the state that the order was in
    asked = own_town.command.json("retry", "1003")
    assert (asked["order"], asked["state"], asked["was_asked"]) == ("1003", "failed", True)

    # And where the connection is off, it reads that nothing was asked
    own_town.line.shop.switch(on=False)
    refused = own_town.command.run("retry", "1003", "--json")
    assert (refused.exit_code, '"was_asked": false' in refused.stdout) == (1, True)


def test_an_order_in_hand_goes_round_once_more(own_town: Town) -> None:
    # Given a worker in the middle of an order, when it is retried meanwhile, then it says so, and is tried once more
    tell(own_town.line.shop, woo_order(1008))
    heard: list[str] = []

    def speak(point: object, claim: object) -> None:
        if point == "claimed" and not heard:
            heard.append(retried(own_town, 1008))

    own_town.line.work(1008, watch=speak)
    assert "a worker has it in hand right now" in heard[0]
    assert own_town.line.state(1008)[0] == "waiting"
