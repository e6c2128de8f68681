"""The database: who we are in it, what it holds, and whether its clock and its months are right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from shared.domain.findings import Finding
from shared.store.database import Database
from shared.store.sql import migrations
from tools.doctor.report import failing, ok, warning

#: Versions on which the SQL was tried.
VERSIONS = range(15, 19)
#: Clocks of two machines may differ by so much before anybody is told.
TOLERABLE = timedelta(seconds=5)


def look(database: Database) -> Iterator[Finding]:
    """Who got here may log in, is bound by row-level security, and has all migrations."""
    version, size, now, missing_months, in_default = database.one("doctor_store")
    major = int(str(version).split(".")[0])
    if major in VERSIONS:
        yield ok("server", f"PostgreSQL {version}, {size // 2**20} MB in use.")
    else:
        yield warning(
            "server",
            f"PostgreSQL {version} was never tried with shopledger.",
            f"Use a version from {VERSIONS.start} to {VERSIONS.stop - 1}.",
        )
    role = database.one("role_rights")[0]
    yield ok("login", f"{role}, bound by row-level security to one account at a time.")
    yield ok("schema", f"All {len(migrations())} migrations ran.")
    if not database.can_write():
        yield failing("writing", "PostgreSQL only reads.", "Connect to the primary, or end its read-only mode.")
    yield _clock(now)
    yield from _months(missing_months, in_default)


def _clock(now: datetime) -> Finding:
    apart = abs(datetime.now(UTC) - now)
    if apart <= TOLERABLE:
        return ok("clock", "PostgreSQL's clock and this machine's agree.")
    return warning(
        "clock",
        f"PostgreSQL's clock and this machine's are {apart.total_seconds():.0f} s apart.",
        "Let both be set by NTP.",
    )


def _months(missing: int, in_default: int) -> Iterator[Finding]:
    if missing:
        yield failing(
            "months",
            f"{missing} tables have no part for next month.",
            "Let the scheduler and a worker run: they make the months every hour.",
        )
    elif in_default:
        yield warning(
            "months",
            "Events came when their month was not made, and lie apart.",
            "Let the scheduler and a worker run: they move them within the hour.",
        )
    else:
        yield ok("months", "The tables have their parts for this month and the next.")
