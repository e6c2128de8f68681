"""Row-level security, tried as the role that the services log in as: nobody sees or touches another account."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from shared.domain.notice import Notice, NoticeKind, SourceType
from shared.intake import Origin, Sender, take_in
from shared.store import runs, setup
from shared.store.database import Database, UnsafeRole
from tests.support.servers import DatabaseAddress
from tests.support.shop import KEYRING, Shop, open_shop

TABLES_OF_AN_ACCOUNT = """
    select c.relname from pg_class c
    where c.relnamespace = 'shopledger'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relname <> 'migrations'
"""
PARTITIONS = """
    select relname from pg_class
    where relnamespace = 'shopledger'::regnamespace and relispartition and relkind = 'r'
"""


@pytest.fixture
def mine(store: Database) -> Shop:
    return fill(open_shop(store))


@pytest.fixture
def theirs(store: Database) -> Shop:
    return fill(open_shop(store))


def fill(shop: Shop) -> Shop:
    """A row in every table."""
    webhook = shop.add_subscription("order.created")
    sender = Sender(account_id=shop.account, system_id=shop.webshop, subscription_id=webhook)
    order = Notice(kind=NoticeKind.STATE, topic="order.created", source_type=SourceType.ORDER, source_id="7")
    alarm = Notice(kind=NoticeKind.ALARM, topic="order.updated", reason="cannot_view")
    gone = Notice(kind=NoticeKind.DELETED, topic="order.deleted", source_type=SourceType.ORDER, source_id="9")
    for notice in (order, alarm, gone):
        shop.database.run(lambda c, n=notice: take_in(c, sender, Origin.WEBHOOK, n, b"{}"))  # type: ignore[misc]
    with shop.database.account(shop.account) as c:
        (transfer,) = c.execute("select id from transfers").fetchone() or (None,)
        (attempt,) = c.execute(
            "insert into attempts (account_id, transfer_id, version, settings_version)"
            " values (current_account(), %s, 1, 1) returning id",
            [transfer],
        ).fetchone() or (None,)
        c.execute(
            "insert into attempt_stages (attempt_id, account_id, stage) values (%s, current_account(), 'ended')",
            [attempt],
        )
        c.execute(
            "insert into documents (account_id, connection_id, transfer_id, source_type, source_id, kind, state,"
            " reference, idempotency_key)"
            " values (current_account(), %s, %s, 'order', '7', 'order', 'planned', 'r', 'k')",
            [shop.connection, transfer],
        )
        c.execute(
            "insert into owner_acts (account_id, transfer_id, act) values (current_account(), %s, 'retry')", [transfer]
        )
        run = runs.open_run(
            c, through=shop.connection, kind="import", what="import", filter={"numbers": ["7"]}, by="test"
        )
        c.execute(
            "insert into run_items (account_id, run_id, source_type, source_id)"
            " values (current_account(), %s, 'order', '7')",
            [run],
        )
        c.execute(
            "select guard(current_account(), %s, 'customer', 'k', gen_random_uuid(), interval '1 s', '', 'key'),"
            " spend(current_account(), %s, 1, 10, 60, null),"
            " mark_dead_letter(current_account(), 0, 'orders', 'm', '{}', 'KeyError')",
            [shop.books, shop.books],
        )
        assert c.execute("select take_route(current_account(), %s, 'order', '7')", [shop.connection]).fetchone() == (
            None,
        )
    return shop


def test_the_suite_runs_as_a_role_that_row_level_security_binds(store: Database) -> None:
    # Given the login of the services, when its rights are looked at, then it is bound
    store.check_role()


def test_a_role_that_is_not_bound_is_refused(database: DatabaseAddress) -> None:
    # Given a login that may see all accounts
    everything = Database(database.admin_url, name="test")

    # When a service looks at it, then it refuses to start and says what to do
    with pytest.raises(UnsafeRole, match="log in as shopledger_app"):
        everything.check_role()
    everything.close()


def test_every_table_shows_one_account_only(mine: Shop, theirs: Shop) -> None:
    # Given two accounts with a row in every table
    tables = [name for (name,) in mine.rows(TABLES_OF_AN_ACCOUNT)]
    assert len(tables) >= 14
    for table in tables:
        column = "id" if table == "accounts" else "account_id"
        seen = sql.SQL("select distinct {} from {}").format(sql.Identifier(column), sql.Identifier(table))

        # When one of them reads the whole table, then it sees itself and nobody else
        with mine.database.account(mine.account) as c:
            assert c.execute(seen).fetchall() == [(mine.account,)], table

        # And asking for the other by its id shows nothing
        with mine.database.account(mine.account) as c:
            foreign = seen + sql.SQL(" where {} = %s").format(sql.Identifier(column))
            assert c.execute(foreign, [theirs.account]).fetchall() == [], table


def test_without_an_account_nothing_is_seen(mine: Shop) -> None:
    # Given no account in the transaction, when every table is read, then no row comes
    for (table,) in mine.rows(TABLES_OF_AN_ACCOUNT):
        count = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
        assert mine.database.run(lambda c, q=count: c.execute(q).fetchone()) == (0,), table  # type: ignore[misc]


def test_rows_of_another_account_cannot_be_written(mine: Shop, theirs: Shop) -> None:
    # Given each table's account column, when a row of mine is copied with their id, then the policy refuses it
    for (table,) in mine.rows(TABLES_OF_AN_ACCOUNT):
        may_insert = mine.rows("select has_table_privilege(%s, 'insert')", f"shopledger.{table}")[0][0]
        if not may_insert:
            continue
        columns = [
            name
            for (name,) in mine.rows(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
                " and attidentity = '' and attname <> 'account_id'",
                f"shopledger.{table}",
            )
        ]
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        copy = sql.SQL("insert into {t} (account_id, {c}) select %s, {c} from {t}").format(
            t=sql.Identifier(table), c=names
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege), mine.database.account(mine.account) as c:
            c.execute(copy, [theirs.account])


def test_rows_of_another_account_cannot_be_changed(mine: Shop, theirs: Shop) -> None:
    # Given their subscription, when I change or delete it by its id, then nothing happens
    (their_id,) = theirs.rows("select id from subscriptions")[0]
    with mine.database.account(mine.account) as c:
        assert c.execute("update subscriptions set topic = 'x' where id = %s", [their_id]).rowcount == 0
        assert c.execute("delete from subscriptions where id = %s", [their_id]).rowcount == 0


def test_a_row_of_mine_cannot_point_to_a_system_of_theirs(mine: Shop, theirs: Shop) -> None:
    # Given their system's id, when I hang a webhook on it, then the key refuses it
    with pytest.raises(psycopg.errors.ForeignKeyViolation), mine.database.account(mine.account) as c:
        setup.add_subscription(c, KEYRING, system=theirs.webshop, topic="order.created", secret="s")


def test_an_order_of_theirs_cannot_be_routed(mine: Shop, theirs: Shop) -> None:
    # Given their connection, when I route their order by it, or their shop's order by mine, then it is refused
    for column, value in (("system_id", theirs.webshop), ("connection_id", theirs.connection)):
        row = {"system_id": mine.webshop, "connection_id": mine.connection} | {column: value}
        with pytest.raises(psycopg.errors.ForeignKeyViolation), mine.database.account(mine.account) as c:
            c.execute(
                "insert into routes (account_id, system_id, source_type, source_id, connection_id)"
                " values (current_account(), %(system_id)s, 'order', '8', %(connection_id)s)",
                row,
            )
    with pytest.raises(psycopg.errors.NotNullViolation), mine.database.account(mine.account) as c:
        c.execute("select take_route(current_account(), %s, 'order', '7')", [theirs.connection])
    assert theirs.rows("select connection_id from routes") == [(theirs.connection,)]


def test_an_event_cannot_be_taken_in_for_a_system_of_another_account(mine: Shop, theirs: Shop) -> None:
    # Given my account and their system, when an event is taken in
    sender = Sender(account_id=mine.account, system_id=theirs.webshop)
    order = Notice(kind=NoticeKind.STATE, topic="order.created", source_type=SourceType.ORDER, source_id="8")
    taken = mine.database.run(lambda c: take_in(c, sender, Origin.POLL, order, b"{}"))

    # Then it raises no transfer, and they see nothing of it
    assert taken.transfers == 0
    assert theirs.rows("select 1 from events where source_id = '8'") == []
    assert theirs.rows("select 1 from transfers where source_id = '8'") == []

    # And when the very same comes to them, then it is news
    own = Sender(account_id=theirs.account, system_id=theirs.webshop)
    again = theirs.database.run(lambda c: take_in(c, own, Origin.POLL, order, b"{}"))
    assert (again.is_new, again.transfers) == (True, 1)


def test_partitions_cannot_be_read_past_their_parent(mine: Shop) -> None:
    # Given every partition of every table
    partitions = [name for (name,) in mine.rows(PARTITIONS)]
    assert {"events_default", "attempts_default", "attempt_stages_default"} < set(partitions)

    # When the application role reads, writes or empties one directly, then it has no right to
    for partition in partitions:
        for command in ("select * from {}", "insert into {} default values", "delete from {}", "truncate {}"):
            statement = sql.SQL(command).format(sql.Identifier(partition))
            with pytest.raises(psycopg.errors.InsufficientPrivilege), mine.database.account(mine.account) as c:
                c.execute(statement)


def test_settings_attempts_and_events_are_append_only(mine: Shop) -> None:
    # Given rows that tell what happened, when the application role changes or deletes them, then it has no right to
    for table in ("connection_settings", "events", "attempts", "attempt_stages"):
        for command in ("delete from {}", "update {} set account_id = account_id"):
            statement = sql.SQL(command).format(sql.Identifier(table))
            with pytest.raises(psycopg.errors.InsufficientPrivilege), mine.database.account(mine.account) as c:
                c.execute(statement)


def test_a_temporary_table_never_stands_before_one_of_ours(database: DatabaseAddress, mine: Shop) -> None:
    # Given the application role, when it wants a temporary table in a migrated database, then it may not
    with psycopg.connect(database.admin_url, autocommit=True) as c:
        c.execute(sql.SQL("revoke temporary on database {} from public").format(sql.Identifier(database.name)))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), mine.database.account(mine.account) as c:
        c.execute("create temporary table systems (id int)")

    # And it is searched last in any case
    assert mine.rows("show search_path") == [("shopledger,pg_temp",)]


def test_a_role_that_can_become_a_superuser_is_refused(fresh_database: DatabaseAddress) -> None:
    # Given a login that is bound itself, but a member of one that is not
    with psycopg.connect(fresh_database.admin_url, autocommit=True) as c:
        c.execute("create role power superuser; create role sneaky login password 'x'; grant power to sneaky")
    address = fresh_database.app_url.rpartition("@")[2]
    sneaky = Database(f"postgresql://sneaky:x@{address}", name="test")

    # When a service looks at it, then it refuses to start
    try:
        with pytest.raises(UnsafeRole, match="as a member"):
            sneaky.check_role()
    finally:
        sneaky.close()
        with psycopg.connect(fresh_database.admin_url, autocommit=True) as c:
            c.execute("drop role sneaky; drop role power")


def test_the_role_cannot_become_the_owner_or_run_what_crosses_accounts(mine: Shop) -> None:
    # Given the application role, when it reaches for the owner's rights, then it is refused
    for command in ("set role shopledger_owner", "alter table accounts disable row level security"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), mine.database.account(mine.account) as c:
            c.execute(command)
