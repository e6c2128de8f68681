"""The database: whether it answers, who we are in it, what it holds, and whether its clock and its months are right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import psycopg

from shared.domain.findings import Finding, Level
from shared.store.database import Database, DatabaseDown, OldSchema, UnsafeRole
from shared.store.sql import migrations
from tools.doctor.report import failing, ok, warning

#: Versions on which the SQL was tried.
VERSIONS = range(15, 19)
#: Clocks of two machines may differ by so much before anybody is told.
TOLERABLE = timedelta(seconds=5)
#: Where one of these fails, nothing in the database can be looked at.
NEEDED = ("server", "login", "schema")

START = "Start it, or set SHOPLEDGER_DATABASE_URL right. Until then shops get 503, and try less and less."


def look(database: Database, *, start: str = START) -> Iterator[Finding]:
    """`start`: what to do where it does not answer. Ends with the first thing without which nothing can be seen."""
    try:
        yield from _look(database)
    except DatabaseDown as error:
        yield failing("server", f"{error}{_because(error)}.", start)
    except UnsafeRole as error:
        says = f"{str(error).partition(';')[0]}."
        remedy = "Let SHOPLEDGER_DATABASE_URL log in as shopledger_app, which `shopledger migrate` makes."
        yield failing("login", says[:1].upper() + says[1:], remedy)
    except OldSchema as error:
        says = f"{str(error).partition(':')[0]}."
        yield failing("schema", says[:1].upper() + says[1:], "Run `shopledger migrate`, then start the services anew.")
    except psycopg.ProgrammingError as error:
        if error.sqlstate is not None:
            raise
        says = "SHOPLEDGER_DATABASE_URL is no address of PostgreSQL."
        yield failing("server", says, "Write it like postgresql://shopledger_app:password@host:5432/database.")


def is_open(found: Sequence[Finding]) -> bool:
    return not any(one.level is Level.FAILING and one.about in NEEDED for one in found)


def _look(database: Database) -> Iterator[Finding]:
    database.check_role()
    database.check_schema({name for name in migrations() if "_pre_" in name})
    version, size, now, missing_months = database.one("doctor_store")
    major = int(str(version).split(".")[0])
    if major in VERSIONS:
        yield ok("server", f"PostgreSQL {version}, {size // 2**20} MB in use.")
    else:
        yield warning(
            "server",
            f"PostgreSQL {version} was never tried with shopledger.",
            f"Use a version from {VERSIONS.start} to {VERSIONS.stop - 1}.",
        )
    yield ok("login", f"{database.one('role_rights')[0]}, bound by row-level security to one account at a time.")
    yield ok("schema", "It has every migration that this version needs.")
    if not database.can_write():
        remedy = "Connect to the primary, or end its read-only mode (default_transaction_read_only, a full disk)."
        yield failing("writing", "PostgreSQL only reads: no webhook and no order can be stored.", remedy)
    yield _clock(now)
    yield _months(missing_months)


def _because(error: DatabaseDown) -> str:
    """PostgreSQL's own words, or the network's; a password is never among them."""
    words = str(error.__cause__ or "").strip()
    found = re.search(r"FATAL:\s*([^\n]{1,200})", words) or re.search(r"failed: ([^\n:]{1,100})(?:\n|$)", words)
    return f": {found[1].strip()}" if found else ""


def _clock(now: datetime) -> Finding:
    apart = abs(datetime.now(UTC) - now)
    if apart <= TOLERABLE:
        return ok("clock", "PostgreSQL's clock and this machine's agree.")
    return warning(
        "clock",
        f"PostgreSQL's clock and this machine's are {apart.total_seconds():.0f} s apart.",
        "Let both be set by NTP.",
    )


def _months(missing: int) -> Finding:
    if not missing:
        return ok("months", "The tables have their parts for this month and the next.")
    says = f"Parts for this month or the next that are missing: {missing}. What comes is stored apart meanwhile."
    return warning("months", says, "Let the scheduler and a worker run: they make the months every hour.")
