"""An installation that has taken orders for a while gets the tables of jobs, and nothing that it had is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from psycopg import sql

from shared.store import inventory
from shared.store.database import Database
from shared.store.sql import migrations
from tests.support.orders import tell, woo_order
from tests.support.servers import APP_PASSWORD, Postgres, described
from tests.support.shop import Shop
from tools import migrate as migrating
from tools.migrate import migrate

#: The last one before there were jobs.
BEFORE_JOBS = "013"
#: What it had, by the columns of that time.
HAD = {
    "accounts": "id, name, active",
    "systems": "id, account_id, kind, role, name",
    "connections": "id, account_id, source_system_id, target_system_id, active, active_since",
    "subscriptions": "id, account_id, system_id, public_id, topic, secrets",
    "events": "id, received_at, account_id, system_id, source_id, body, body_hash",
    "event_keys": "account_id, system_id, key, event_id, repeats",
    "transfers": "id, account_id, connection_id, source_id, state, reason, version, newest_event_id, updated_at",
    "documents": "id, account_id, transfer_id, source_id, kind, state, reference, request",
}
FILL = """
insert into accounts (name) values ('Lampeland');
insert into systems (account_id, kind, role, name)
  values (1, 'woocommerce', 'webshop', 'Webshop'), (1, 'economic', 'accounting', 'Books');
insert into connections (account_id, kind, name, source_system_id, target_system_id, active, active_since)
  values (1, 'orders', 'Orders', 1, 2, true, now() - interval '1 year');
insert into connection_settings (account_id, connection_id, version, settings, created_by)
  values (1, 1, 1, '{}', 'test');
update connections set settings_version = 1;
insert into subscriptions (account_id, system_id, public_id, topic, secrets)
  values (1, 1, repeat('p', 32), 'order.updated', '{sealed}');
select take_in(1, 1, 1, 'webhook', sha256(n::text::bytea), 'state', 'order.updated', 'd' || n, 'order', n::text,
               n::text, now() - interval '1 hour', '', convert_to('{"id":' || n || '}', 'utf8'), sha256(n::text::bytea))
from generate_series(1, 20) n;
update transfers set state = 'done' where id % 2 = 0;
insert into documents (account_id, connection_id, transfer_id, source_type, source_id, kind, state, reference,
                       idempotency_key, request)
  select account_id, connection_id, id, 'order', source_id, 'invoice', 'draft', 'SL' || id, 'k' || id, '{}'
  from transfers where state = 'done';
"""


@contextmanager
def as_superuser(url: str) -> Iterator[psycopg.Connection]:
    options = "-c search_path=shopledger,pg_temp -c timezone=UTC"
    with closing(psycopg.connect(url, autocommit=True, options=options)) as connection:
        yield connection


def had(connection: psycopg.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: connection.execute(f"select {columns} from {table} order by {columns}").fetchall()
        for table, columns in HAD.items()
    }


def test_an_installation_from_before_jobs_keeps_all_and_gets_its_jobs(
    postgres: Postgres, fresh_names: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an installation of before, with orders in every state
    name = next(fresh_names)
    with psycopg.connect(postgres.admin_url, autocommit=True) as c:
        c.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    address = described(name, postgres.url(name))
    with monkeypatch.context() as patch:
        former = {of: text for of, text in migrations().items() if of[:3] <= BEFORE_JOBS}
        patch.setattr(migrating, "migrations", lambda: former)
        migrate(address.admin_url, app_password=APP_PASSWORD)
    with as_superuser(address.admin_url) as c:
        c.execute("select ensure_partitions()")
        c.execute(FILL)
        before = had(c)
    # When it is migrated
    migrate(address.admin_url, app_password=APP_PASSWORD)
    # Then all of it is there, and each shop and connection has its jobs
    with as_superuser(address.admin_url) as c:
        assert had(c) == before
        jobs = c.execute(
            "select job, system_id, connection_id, next_due = 'epoch' from schedules order by job"
        ).fetchall()
        assert jobs == [("poll", 1, 1, True), ("recheck", 1, 1, True), ("webhooks", 1, None, True)]
    # And orders come in as before: a known one in the same transfer, a new one beside it
    with closing(Database(address.app_url, name="upgraded")) as store:
        shop = Shop(store, 1, 1, 2, 1)
        tell(shop, woo_order(1))
        tell(shop, woo_order(21))
        assert len(shop.transfers()) == 21
        with store.account(1) as inside:
            assert inventory.log_days(inside) == 90
    postgres.drop(address)
