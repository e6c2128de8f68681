"""Months that nobody sees any more go; the words of an open order stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from shared.queue import make_local_broker
from shared.store import known
from shared.store.database import Database
from tests.look.conftest import Command
from tests.retention.rig import MONTHLY, Archive
from tests.support.orders import tell, woo_order
from tests.support.shop import open_shop
from workers import upkeep
from workers.upkeep import let_go

#: Never dropped, whatever their age.
FOR_GOOD = ("documents", "routes", "transfers", "owner_acts", "deletions")


def fill(archive: Archive) -> None:
    """1001 in the books, 1002 left out, 1003 refused; the shop spoke twice of each."""
    line = archive.line
    line.books.put_product("BARRED", barred=True)
    for number, more in ((1001, {}), (1002, {"status": "on-hold"}), (1003, {"sku": "BARRED"})):
        tell(line.shop, woo_order(number, **more))  # type: ignore[arg-type]
        line.work(number)
        tell(line.shop, woo_order(number, modified=60, **more), delivery="d2")  # type: ignore[arg-type]
        line.work(number)
    assert [line.state(number)[0] for number in (1001, 1002, 1003)] == ["done", "skipped", "failed"]


def events_of(archive: Archive, number: int) -> int:
    return int(archive.line.shop.rows("select count(*) from events where source_id = %s", str(number))[0][0])


def test_the_words_of_open_orders_stay(archive: Archive) -> None:
    # Given orders of which the store last heard 200 days ago, and an account that looks back 90 days
    fill(archive)
    archive.age(200)
    before = {table: archive.count(table) for table in FOR_GOOD}

    # When upkeep lets go
    gone = let_go(archive.line.database)

    # Then every month that was past is gone, with what is wanted of it in its place
    assert {name.rpartition("_20")[0] for name in gone} == set(MONTHLY)
    assert all(name.endswith("_kept") for table in MONTHLY for name in archive.months(table))
    assert [events_of(archive, number) for number in (1001, 1002, 1003)] == [0, 2, 2]
    assert {table: archive.count(table) for table in FOR_GOOD} == before
    # And the words of open orders are read as ever, so that nothing known is taken for news
    shop = archive.line.shop
    words = known.orders(shop.database, shop.account, shop.webshop, ["1001", "1002", "1003"])
    assert [words[number].body is not None for number in ("1001", "1002", "1003")] == [False, True, True]
    # And nothing is left to do
    assert let_go(archive.line.database) == []


def test_an_order_that_waited_for_long_goes_as_it_is_stored(archive: Archive) -> None:
    # Given an order that was refused 200 days ago, and the rest of its time is gone
    fill(archive)
    archive.age(200)
    let_go(archive.line.database)
    # When its owner has mended what was wrong, and asks for it
    line = archive.line
    line.books.put_product("BARRED", barred=False)
    line.ask_again(1003)
    line.work(1003)
    # Then it goes; there is no shop here that could have been asked
    assert line.state(1003)[0] == "done"


def test_words_that_were_kept_go_once_their_order_came_to_its_end(archive: Archive) -> None:
    # Given a refused order whose months are gone, and which went into the books after that
    fill(archive)
    archive.age(200)
    let_go(archive.line.database)
    line = archive.line
    line.books.put_product("BARRED", barred=False)
    line.ask_again(1003)
    line.work(1003)
    # When the next month goes, an hour or a month later
    with archive.as_owner() as c:
        c.execute("select trim_past()")
    # Then its words are gone as those of any other, and the open one has all of its own
    assert [events_of(archive, number) for number in (1001, 1002, 1003)] == [0, 2, 0]
    rows = line.shop.rows("select count(*) from attempts where started_at < now() - interval '100 days'")
    assert rows == [(1,)]


def test_its_last_try_still_says_why_it_waits(archive: Archive) -> None:
    fill(archive)
    said = archive.line.said(1003)
    archive.age(200)
    let_go(archive.line.database)
    # Then the sentence is there, once, and tries at what is in the books are not
    assert archive.line.said(1003) == said
    rows = archive.line.shop.rows(
        "select t.source_id, count(*) from attempts a join transfers t on t.id = a.transfer_id group by 1 order by 1"
    )
    assert rows == [("1002", 1), ("1003", 1)]


def test_what_comes_again_after_its_key_went_makes_no_second_document(archive: Archive) -> None:
    # Given an order in the books, whose months are gone
    fill(archive)
    archive.age(200)
    let_go(archive.line.database)
    assert archive.count("event_keys") == 3
    line = archive.line
    # When its newest word comes again, then it is a repeat
    tell(line.shop, woo_order(1001, modified=60), delivery="d2")
    assert archive.count("event_keys") == 3
    assert line.state(1001)[0] == "done"
    # And when an older one does, the order is looked at once more, and no older word is believed
    tell(line.shop, woo_order(1001))
    assert line.shop.rows("select state, needs_fetch from transfers where source_id = '1001'") == [("waiting", True)]
    assert archive.count("documents") == 1


def test_news_of_an_order_whose_words_are_gone_is_news_as_any_other(archive: Archive) -> None:
    # Given an order in the books, whose months are gone
    fill(archive)
    archive.age(200)
    let_go(archive.line.database)
    # When the shop changes it
    line = archive.line
    tell(line.shop, woo_order(1001, modified=120, net="50.00"), delivery="d3")
    line.work(1001)
    # Then the owner is told, as of any order in the books, and there is no second document
    assert line.state(1001) == ("done", "changed_since")
    assert "with 125.00 DKK; it has changed, to 62.50" in line.said(1001)
    assert len(line.books.documents()) == 1


def test_an_order_that_goes_by_another_connection_is_not_open_for_ever(archive: Archive) -> None:
    # Given a shop with two connections, of which one has the order in the books
    fill(archive)
    archive.route_elsewhere(1001)
    archive.age(200)
    let_go(archive.line.database)
    # Then its words go as those of any order in the books
    assert [events_of(archive, number) for number in (1001, 1002, 1003)] == [0, 2, 2]


def test_the_longest_choice_of_any_account_counts(archive: Archive) -> None:
    # Given another account that looks back further
    fill(archive)
    other = open_shop(archive.line.database)
    other.rows("update accounts set log_days = 400 returning id")
    archive.age(200)
    # When upkeep comes, then nothing goes; and when that one chooses less, it does
    assert let_go(archive.line.database) == []
    other.rows("update accounts set log_days = 30 returning id")
    assert let_go(archive.line.database) != []


def test_who_looks_back_further_again_sees_what_no_month_took(archive: Archive) -> None:
    # Given what is 100 days old, and an account that looked back 400 days, then 30, and 400 once more
    fill(archive)
    archive.age(100)
    command = Command(archive.address)
    seen = []
    for days in (400, 30, 400):
        archive.look_back(days)
        seen.append(len(command.json("show", "1001")[0]["events"]))
    # Then all of it is hidden and seen again
    assert seen == [2, 0, 2]
    # And what went while it looked back for less does not come back
    archive.look_back(30)
    let_go(archive.line.database)
    archive.look_back(400)
    assert len(command.json("show", "1001")[0]["events"]) == 0


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_months_are_those_of_utc_whatever_the_servers_zone(archive: Archive, zone: str) -> None:
    # Given a word of the last second of a month in UTC, one of the first second after it, and a server elsewhere
    fill(archive)
    with archive.as_owner() as c:
        ((name,),) = c.execute("select current_database()").fetchall()
        c.execute(f"alter database {name} set timezone = '{zone}'")
        archive.age(200)
        ((first,),) = c.execute("select min(date_trunc('month', received_at)) from events").fetchall()
        c.execute("update events set received_at = %s where source_id = '1001' and delivery_id = 'd2'", [first])
        c.execute("update transfers set newest_event_at = %s where source_id = '1001'", [first])
        c.execute(
            "update events set received_at = %s - interval '1 s' where source_id = '1002' and delivery_id = 'd2'",
            [first],
        )
        c.execute("update transfers set newest_event_at = %s - interval '1 s' where source_id = '1002'", [first])
    # When the months go
    with closing(Database(archive.address.app_url, name="elsewhere")) as store:
        let_go(store)
    # Then nothing that is wanted is lost
    assert [events_of(archive, number) for number in (1001, 1002, 1003)] == [0, 2, 2]


def test_a_copy_that_was_made_for_nothing_does_not_stay(archive: Archive) -> None:
    # Given an upkeep that died after its first copy, and an account that looks back further by now
    fill(archive)
    archive.age(200)
    with archive.as_owner() as c:
        copies = "select count(*) from pg_class where relkind = 'r' and relname like '%\\_kept'"
        c.execute("select thin_out_month()")
        assert c.execute(copies).fetchone() == (1,)
        archive.look_back(400)
        # When the next one comes
        assert let_go(archive.line.database) == []
        # Then no copy lies about, and nothing is gone
        assert c.execute(copies).fetchone() == (0,)
    assert [events_of(archive, number) for number in (1001, 1002, 1003)] == [2, 2, 2]


def test_a_month_of_which_some_days_are_seen_stays(archive: Archive) -> None:
    # Given what is 31 days old, and an account that looks back 30 days: that month has younger days, too
    fill(archive)
    archive.look_back(30)
    archive.age(31)
    assert let_go(archive.line.database) == []
    assert events_of(archive, 1001) == 2


def test_a_month_without_anything_wanted_leaves_nothing_behind(archive: Archive) -> None:
    # Given one order, in the books
    tell(archive.line.shop, woo_order(1001))
    archive.line.work(1001)
    archive.age(200)
    # When its months go, then they are gone
    let_go(archive.line.database)
    assert [len(archive.months(table)) for table in MONTHLY] == [0, 0, 0]


def test_whoever_reads_for_long_keeps_the_month_and_the_door_stays_open(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a report that reads events
    fill(archive)
    archive.age(200)
    monkeypatch.setattr(upkeep, "MOST_TRIES", 2)
    monkeypatch.setattr(upkeep, "BREATH", 0.0)
    with archive.as_owner() as report, report.transaction():
        report.execute("select count(*) from events")
        # When upkeep wants to let go, meanwhile an order comes
        with ThreadPoolExecutor(1) as pool:
            letting_go = pool.submit(let_go, archive.line.database)
            tell(archive.line.shop, woo_order(1004))
            gone = letting_go.result()
    # Then the months of events stay until the next upkeep, and lose nothing
    assert not any(name.startswith("events_") for name in gone)
    assert events_of(archive, 1001) == 2
    assert events_of(archive, 1004) == 1
    assert any(name.startswith("events_") for name in let_go(archive.line.database))
    assert events_of(archive, 1004) == 1


def test_upkeep_lets_go(archive: Archive) -> None:
    # Given
    fill(archive)
    archive.age(200)
    broker = make_local_broker()
    upkeep.add_upkeep(broker, archive.line.database)
    # When its message comes
    broker.get_actor("upkeep").fn(reason="scheduled")
    # Then
    assert events_of(archive, 1001) == 0


def test_two_upkeeps_at_once(archive: Archive) -> None:
    fill(archive)
    archive.age(200)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(let_go, archive.line.database) for _ in range(2)]
        for one in both:
            one.result()
    assert [events_of(archive, number) for number in (1001, 1002, 1003)] == [0, 2, 2]


def test_what_landed_in_the_default_partition_goes_too(archive: Archive) -> None:
    # Given words that came when nobody had made their month
    fill(archive)
    with archive.as_owner() as c:
        c.execute("update events set received_at = received_at - interval '300 days'")
        c.execute("update transfers set newest_event_at = newest_event_at - interval '300 days'")
        assert c.execute("select count(*) from events_default").fetchone() == (6,)
    archive.age(200)
    # When other months go
    let_go(archive.line.database)
    # Then it holds what is wanted
    assert [events_of(archive, number) for number in (1001, 1002, 1003)] == [0, 2, 2]
