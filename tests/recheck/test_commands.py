"""`recheck` and `open`: the same look by hand, its report, and the list of what is not in the books yet."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from shared.store import inventory
from shared.store.database import Database
from tests.line.fork import DK, SE, Fork
from tests.look.conftest import Command
from tests.recheck.rig import MUG, Night, nights_of
from tests.support.servers import DatabaseAddress
from tests.support.shop import open_shop


@dataclass
class Desk:
    night: Night
    command: Command


@pytest.fixture
def desk(fresh_database: DatabaseAddress) -> Iterator[Desk]:
    with (
        closing(Database(fresh_database.app_url, name="test", connections=4)) as store,
        nights_of(store) as night,
    ):
        yield Desk(night, Command(fresh_database))


def test_a_recheck_by_hand_finds_takes_in_and_tells(desk: Desk) -> None:
    # Given one order in the books, one open, and one that nobody told of
    night = desk.night
    night.sent()
    night.left_open()
    unseen = night.order()

    # When the owner looks again, then he reads what the shop has and what the books have
    said = desk.command.says("recheck", "Orders")
    assert "3 orders" in said
    assert "1 of them, 2 waiting, 0 missing" in said
    assert "1 never heard of before" in said
    assert "state_not_allowed" in said
    assert "DKK" in said

    # And what was found is on its way; the night's own look goes on as ever
    assert night.line.state(unseen)[0] == "waiting"
    row = night.jobs.schedule("recheck")
    assert (row["lease_until"], row["rung_at"], row["cursor"], row["problem"]) == (None, None, {}, "")
    assert night.recheck().found == 0


def test_a_difference_in_money_names_its_orders(desk: Desk) -> None:
    # Given an order as it was sent, and one that was partly paid back since
    desk.night.sent()
    assert "not the same" not in desk.command.says("recheck", "Orders")
    changed = desk.night.sent()
    desk.night.woo.refund(changed, amount="10.00")

    # When the owner looks again, then he is told which one makes the difference, and so are programs
    assert f"not the same in both: {changed} (`shopledger show ORDER`" in desk.command.says("recheck", "Orders")
    assert desk.command.json("recheck", "Orders", "--last")["money"]["DKK"]["differ"] == [str(changed)]


def test_programs_read_the_same_and_the_last_one_is_kept(desk: Desk) -> None:
    # Given an order in the books, when it is looked at by hand
    desk.night.sent()
    told = desk.command.json("recheck", "Orders")

    # Then the numbers are those of the store, and the last report is the same, without a word to the shop
    counted = desk.night.line.shop.rows("select count(*) from documents where state in ('draft', 'booked')")[0][0]
    total = desk.night.line.shop.rows("select sum(answered_total) from documents")[0][0]
    assert (told["shop_has"], told["books_have"], told["missing"]) == (1, counted, 0)
    money = told["money"]["DKK"]
    assert (float(money["shop"]), float(money["books"])) == (float(total), float(total))
    desk.night.woo.journal.clear()
    assert desk.command.json("recheck", "Orders", "--last") == told
    assert desk.night.woo.journal.entries() == []


def test_the_last_report_says_when_the_latest_run_did_not_come_to_its_end(desk: Desk) -> None:
    # Given a report
    desk.night.sent()
    desk.command.says("recheck", "Orders")

    # When the shop is away at night, then the report that there is comes with why there is no newer one
    desk.night.woo.add_fault(kind="answer", status=503, path="*/orders*")
    desk.night.jobs.run("recheck")
    assert "did not come to its end: The shop is not available" in desk.command.says("recheck", "Orders", "--last")
    assert "not available" in desk.command.json("recheck", "Orders", "--last")["problem"]

    # And so in words where it rests
    desk.night.line.shop.rows("update schedules set problem = 'resting' where job = 'recheck' returning id")
    assert "to its end: its shop had trouble and rests" in desk.command.says("recheck", "Orders", "--last")


def test_one_that_goes_on_elsewhere_is_said_and_left_alone(desk: Desk) -> None:
    # Given a worker that has the recheck in hand
    shop = desk.night.line.shop
    shop.rows(
        "update schedules set lease_token = gen_random_uuid(), lease_until = now() + interval '1 hour',"
        " began_at = now() where job = 'recheck' returning id"
    )

    # When the owner asks for one, then he is told that, and nothing is asked of the shop
    desk.night.woo.journal.clear()
    assert "is being looked at already since" in desk.command.fails("recheck", "Orders", code=69)
    assert desk.night.woo.journal.entries() == []


def test_what_is_off_or_away_is_said(desk: Desk) -> None:
    # Given a shop that is away, when it is to be looked at, then that is said, and the last report is still none
    desk.night.left_open()
    desk.night.woo.add_fault(kind="answer", status=503, path="*/orders")
    assert "was not looked at to the end" in desk.command.fails("recheck", "Orders", code=69)
    assert "the last one stopped:" in desk.command.fails("recheck", "Orders", "--last")
    desk.night.woo.faults.clear()
    desk.night.line.let_time_pass(3600)

    # And so is a connection that is switched off
    desk.night.line.shop.switch(on=False)
    assert "switched off" in desk.command.fails("recheck", "Orders")


def test_a_name_typed_wrong_is_told_with_those_there_are(desk: Desk) -> None:
    # Given a connection that is called Orders, when another is named, then that is said
    assert "there is no connection 'Ordres'; there are: Orders" in desk.command.fails("recheck", "Ordres")
    assert "there is no connection 'Ordres'; there are: Orders" in desk.command.fails("open", "Ordres")
    assert "there is no account 'Nobody'" in desk.command.fails("open", "--account", "Nobody")
    assert "no recheck of Orders" in desk.command.fails("recheck", "Orders", "--last")


def test_one_name_in_two_accounts_is_told_as_it_can_be_typed(desk: Desk) -> None:
    open_shop(desk.night.line.database)
    accounts = [one.name for one in inventory.accounts(desk.night.line.database)]
    for command in (["recheck", "Orders"], ["import", "Orders", "--numbers", "1"]):
        says = desk.command.fails(*command)
        assert "say which one is meant" in says
        for name in accounts:
            assert f"  Orders --account {shlex.quote(name)}" in says


def test_open_orders_are_listed_with_why_and_what_to_do(desk: Desk) -> None:
    # Given an order that waits for its money, one that the books refuse, one in the books, and one left alone
    night = desk.night
    opened = night.left_open()
    night.line.books.put_product("BARRED", barred=True)
    refused = night.order(lines=[{"name": "Kande", "price": "50.00", "sku": "BARRED"}])
    night.known()
    sent, ignored = night.sent(), night.left_open()
    desk.command.says("ignore", str(ignored), "--why", "by hand")

    # When they are listed, then the first two are there, each with a sentence and what to do
    told = desk.command.json("open")
    assert [one["order"] for one in told["orders"]] == [str(opened), str(refused)]
    assert told["counts"] == {"state_not_allowed": 1, "product_barred": 1}
    assert told["orders"][0]["says"].startswith("The order is in state 'on-hold'")
    assert all(one["what_to_do"] and one["since"] for one in told["orders"])
    said = desk.command.says("open", "Orders", "--limit", "1")
    assert "2 open orders, 1 shown: " in said
    assert said.splitlines()[1].split()[0] != str(sent)

    # And none once all is settled
    night.line.shop.rows("update transfers set ignored_why = 'by hand' returning id")
    assert desk.command.says("open").startswith("No order is open")


def test_two_connections_of_a_shop_count_each_order_once(desk: Desk) -> None:
    # Given a shop whose orders go by two connections, with one order in the books by each
    night, shop = desk.night, desk.night.line.shop
    fork = Fork(night.line, {"Orders": shop.connection})
    fork.add("Sweden", {})
    fork.choose(Orders=DK, Sweden=SE)
    danish, swedish = night.order(), night.order(billing={**MUG["billing"], "country": "SE"})
    night.jobs.run("poll")
    for number in (danish, swedish):
        fork.work(number)

    # When both are looked at, then each has its own in the books, and the other's is no gap
    for name in ("Orders", "Sweden"):
        told = desk.command.json("recheck", name)
        assert (told["shop_has"], told["books_have"], told["missing"], told["found"]) == (2, 1, 0, 0)
        assert (told["waiting"], told["requests"]) == ({"routed_elsewhere": 1}, 2)

    # And one that was thrown away is told of by the connection that has it, and missed by neither
    night.woo.trash(danish)
    assert desk.command.json("recheck", "Orders")["gone"] == 1
    fork.work(danish)
    for name in ("Orders", "Sweden"):
        told = desk.command.json("recheck", name)
        assert (told["shop_has"], told["missing"], told["gone"]) == (1, 0, 0)
