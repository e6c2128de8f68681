"""Events and attempts stand in a partition per month, made ahead, and intake never stops when one is missing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg

from shared.domain.notice import Notice, NoticeKind, SourceType
from shared.intake import Origin, Sender, take_in
from shared.store.database import Database
from tests.support.servers import DatabaseAddress
from tests.support.shop import open_shop

MONTHS = """
    select c.relname from pg_class c where c.relnamespace = 'shopledger'::regnamespace and c.relispartition
      and c.relkind = 'r' and c.relname like 'events_2%' order by 1
"""


def owner(address: DatabaseAddress) -> psycopg.Connection:
    connection = psycopg.connect(address.admin_url, autocommit=True)
    connection.execute("set search_path = shopledger")
    return connection


def forget_this_month(address: DatabaseAddress) -> str:
    """As if nobody had made it; returns its name."""
    with owner(address) as c:
        month: str = next(name for (name,) in c.execute(MONTHS))
        c.execute(f"drop table {month}")
    return month


def test_this_month_and_three_ahead_are_there_from_the_start(fresh_database: DatabaseAddress) -> None:
    # Given a new database, when its months are listed, then there are four, this one first
    with owner(fresh_database) as c:
        (this_month,) = c.execute("select to_char(now() at time zone 'UTC', '\"events_\"YYYY_MM')").fetchone() or ("",)
        months = [name for (name,) in c.execute(MONTHS)]
    assert months[0] == this_month
    assert len(months) == 4


def test_the_service_role_makes_months_and_a_second_call_makes_none(fresh_database: DatabaseAddress) -> None:
    # Given the service role, which may create no table itself
    store = Database(fresh_database.app_url, name="test")

    # When it asks for more months, then it gets the missing ones of every table, once
    made = store.run(lambda c: c.execute("select ensure_partitions(5)").fetchall())
    assert len(made) == 6
    assert store.run(lambda c: c.execute("select ensure_partitions(5)").fetchall()) == []
    store.close()


def test_months_do_not_depend_on_how_a_session_writes_dates(fresh_database: DatabaseAddress) -> None:
    # Given a session far from UTC that writes the day first
    with owner(fresh_database) as c:
        c.execute("set timezone = 'Asia/Kolkata'; set datestyle = 'SQL, DMY'")
        made = [name for (name,) in c.execute("select ensure_partitions(7)")]

        # When it makes months, then each begins at the first second of its month, UTC
        c.execute("set timezone = 'UTC'; set datestyle = 'ISO'")
        bounds = c.execute(
            "select relname, pg_get_expr(relpartbound, oid) from pg_class where relname = any(%s)", [made]
        ).fetchall()
    assert len(bounds) == 12
    for name, bound in bounds:
        year, month = name[-7:].split("_")
        assert f"FROM ('{year}-{month}-01 00:00:00+00')" in bound


def test_a_missing_month_is_made_while_webhooks_come(fresh_database: DatabaseAddress) -> None:
    # Given events of this month in the default partition, and four threads that bring more
    store = Database(fresh_database.app_url, name="test")
    shop = open_shop(store)
    month = forget_this_month(fresh_database)
    sender = Sender(account_id=shop.account, system_id=shop.webshop)
    enough = threading.Event()

    def bring(thread: int) -> list[int]:
        brought: list[int] = []
        while not enough.is_set():
            order = Notice(
                kind=NoticeKind.STATE, topic="t", delivery_id=f"{thread} {len(brought)}",
                source_type=SourceType.ORDER, source_id=str(thread),
            )  # fmt: skip
            brought.append(store.run(lambda c, o=order: take_in(c, sender, Origin.WEBHOOK, o, b"{}")).event_id)  # type: ignore[misc]
        return brought

    with ThreadPoolExecutor(4) as pool:
        bringing = [pool.submit(bring, thread) for thread in range(4)]
        while shop.rows("select count(*) from events")[0][0] < 50:
            continue

        # When the month is made meanwhile, then it takes all of them in, and nobody who came was refused
        made = store.run(lambda c: c.execute("select ensure_partitions()").fetchall())
        enough.set()
        brought = {event for events in bringing for event in events.result()}
    assert made == [(month,)]
    with owner(fresh_database) as c:
        assert c.execute("select count(*) from events_default").fetchone() == (0,)
    assert {event for (event,) in shop.rows("select id from events")} == brought
    store.close()


def test_intake_goes_on_without_a_month_and_the_month_gets_its_rows_later(fresh_database: DatabaseAddress) -> None:
    # Given a database where nobody made this month
    store = Database(fresh_database.app_url, name="test")
    shop = open_shop(store)
    month = forget_this_month(fresh_database)

    # When an order comes
    sender = Sender(account_id=shop.account, system_id=shop.webshop)
    order = Notice(kind=NoticeKind.STATE, topic="order.created", source_type=SourceType.ORDER, source_id="7")
    taken = store.run(lambda c: take_in(c, sender, Origin.WEBHOOK, order, b"{}"))

    # Then it is stored, and moves into its month as soon as that is made
    with owner(fresh_database) as c:
        assert c.execute("select id from events_default").fetchall() == [(taken.event_id,)]
        c.execute("select ensure_partitions()")
        assert c.execute("select id from events_default").fetchall() == []
        assert c.execute(f"select id from {month}").fetchall() == [(taken.event_id,)]
    assert shop.rows("select id from events") == [(taken.event_id,)]
    store.close()
