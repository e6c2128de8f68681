"""A shop whose orders have lain in the store for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from shared.store import setup
from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.support.servers import DatabaseAddress

#: Each partitioned table with what its months go by.
MONTHLY = {"events": "received_at", "attempts": "started_at", "attempt_stages": "at"}
OTHER_TIMES = {
    "transfers": ("newest_event_at", "updated_at", "created_at"),
    "event_keys": ("received_at",),
    "dead_letters": ("died_at",),
}


@dataclass(frozen=True)
class Archive:
    line: Line
    address: DatabaseAddress

    def age(self, days: int) -> None:
        """All that is stored lies so many days further back, in months that somebody made in time."""
        with self.as_owner() as c:
            for table, key in MONTHLY.items():
                firsts = c.execute(
                    f"select distinct date_trunc('month', {key} - %s * interval '1 day', 'UTC') at time zone 'UTC'"
                    f" from {table}",
                    [days],
                ).fetchall()
                for (first,) in firsts:
                    name, following = (
                        f"{table}_{first:%Y_%m}",
                        (first.replace(day=1) + timedelta(days=31)).replace(day=1),
                    )
                    c.execute(
                        f"create table if not exists {name} partition of {table}"
                        f" for values from ('{first:%Y-%m-%d} 00:00+00') to ('{following:%Y-%m-%d} 00:00+00')"
                    )
                c.execute(f"update {table} set {key} = {key} - {days} * interval '1 day'")
            for table, keys in OTHER_TIMES.items():
                moved = ", ".join(f"{key} = {key} - {days} * interval '1 day'" for key in keys)
                c.execute(f"update {table} set {moved}")

    def months(self, table: str) -> list[str]:
        """Those that lie before this one, and hold anything at all."""
        with self.as_owner() as c:
            rows = c.execute(
                "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
                " where i.inhparent = %s::regclass and c.relname < %s order by 1",
                [table, f"{table}_{self._this_month()}"],
            )
            return [name for (name,) in rows]

    def count(self, table: str) -> int:
        with self.as_owner() as c:
            ((many,),) = c.execute(f"select count(*) from {table}").fetchall()
        return int(many)

    def route_elsewhere(self, number: int) -> None:
        """The shop has another connection, too, which leaves the order to the first one."""
        shop = self.line.shop
        with shop.database.account(shop.account) as inside:
            other = setup.add_connection(
                inside, kind="orders", name="Others", source=shop.webshop, target=shop.books, settings={}, by="test"
            )
            inside.execute(
                "insert into transfers (account_id, connection_id, source_type, source_id, source_number, state,"
                " reason, newest_event_id, newest_event_at, created_at, updated_at)"
                " select account_id, %s, source_type, source_id, source_number, 'skipped', 'routed_elsewhere',"
                " newest_event_id, newest_event_at, created_at, updated_at from transfers where source_id = %s",
                [other, str(number)],
            )

    def look_back(self, days: int) -> None:
        """What the account chooses."""
        self.line.shop.rows("update accounts set log_days = %s returning id", days)

    @contextmanager
    def as_owner(self) -> Iterator[psycopg.Connection]:
        """As a superuser, whom nothing binds."""
        options = "-c search_path=shopledger -c timezone=UTC"
        with closing(psycopg.connect(self.address.admin_url, autocommit=True, options=options)) as c:
            yield c

    def _this_month(self) -> str:
        with self.as_owner() as c:
            ((month,),) = c.execute("select to_char(now(), 'YYYY_MM')").fetchall()
        return str(month)


@contextmanager
def archive_in(address: DatabaseAddress) -> Iterator[Archive]:
    with closing(Database(address.app_url, name="test", connections=4)) as store, line_to(store) as line:
        yield Archive(line, address)
