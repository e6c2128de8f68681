"""The database: away, refusing, old, read-only, or open to who must not see all."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.doctor.rig import Clinic, Report
from tests.support.processes import free_port
from tests.support.servers import OwnPostgres
from tools.doctor import command, store


def only_the_database_fails(report: Report) -> None:
    """All that can be seen without it was looked at."""
    assert report.exit_code == 1
    assert [part["part"] for part in report.parts] == ["database", "RabbitMQ", "way in"]
    assert report.of("failing", "RabbitMQ") == []


def test_a_login_that_may_see_all(clinic: Clinic) -> None:
    # Given a superuser's address where the services' login belongs
    clinic.environment["SHOPLEDGER_DATABASE_URL"] = clinic.address.admin_url
    # Then it is a finding, with whom to log in as, and no account is looked into
    report = clinic.examine()
    only_the_database_fails(report)
    line = report.the("failing")
    assert line.about == "login"
    assert "may see all accounts" in line.says
    assert "log in as shopledger_app" in line.remedy


def test_postgres_away(clinic: Clinic) -> None:
    # Given nobody at the address
    clinic.environment["SHOPLEDGER_DATABASE_URL"] = f"postgresql://shopledger_app:PLANTED@127.0.0.1:{free_port()}/x"
    # Then
    report = clinic.examine()
    only_the_database_fails(report)
    line = report.the("failing")
    assert line.says == "PostgreSQL cannot be reached: Connection refused."
    assert "SHOPLEDGER_DATABASE_URL" in line.remedy
    assert "PLANTED" not in report.output


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "app%20of",
            "PLANTED",
            'PostgreSQL cannot be reached: password authentication failed for user "shopledger_app".',
        ),
        ("/fresh", "/other", "PostgreSQL cannot be reached: database "),
    ],
    ids=["password", "database"],
)
def test_postgres_says_itself_why_it_refuses(clinic: Clinic, old: str, new: str, says: str) -> None:
    # Given a wrong word in the address
    clinic.environment["SHOPLEDGER_DATABASE_URL"] = clinic.address.app_url.replace(old, new)
    # Then
    report = clinic.examine()
    only_the_database_fails(report)
    assert report.the("failing").says.startswith(says)
    assert "PLANTED" not in report.output


def test_a_postgres_that_hangs_is_not_waited_for(
    clinic: Clinic, own_postgres: OwnPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a server that takes the call and says nothing
    monkeypatch.setattr(command, "WITHIN", 1.0)
    clinic.environment["SHOPLEDGER_DATABASE_URL"] = own_postgres.database.app_url
    own_postgres.suspend()
    # Then
    report = clinic.examine()
    own_postgres.resume()
    only_the_database_fails(report)
    assert report.the("failing").says == "PostgreSQL did not answer in time."


def test_an_address_that_is_none(clinic: Clinic) -> None:
    # Given something else than an address, which holds the password
    clinic.environment["SHOPLEDGER_DATABASE_URL"] = "postgres//shopledger_app:PLANTED@host"
    # Then
    report = clinic.examine()
    only_the_database_fails(report)
    assert report.the("failing").says == "SHOPLEDGER_DATABASE_URL is no address of PostgreSQL."
    assert "PLANTED" not in report.output


def test_a_migration_that_did_not_run(clinic: Clinic) -> None:
    # Given a database from before the newest migration
    clinic.change("delete from migrations where name like '008%'")
    # Then
    report = clinic.examine()
    only_the_database_fails(report)
    line = report.the("failing")
    assert (line.about, line.says) == ("schema", "The database lacks 008_pre_command_line.sql.")
    assert "`shopledger migrate`" in line.remedy


def test_a_postgres_that_only_reads(clinic: Clinic) -> None:
    # Given a database that went into read-only mode
    name = clinic.address.name
    clinic.change(f'alter database "{name}" set default_transaction_read_only = on')
    clinic.change(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()", name
    )
    # Then it is told, ingest says the same, and everything that can be read is looked at
    report = clinic.examine()
    assert report.exit_code == 1
    (line,) = report.of("failing", "database")
    assert (line.about, line.says) == ("writing", "PostgreSQL only reads: no webhook and no order can be stored.")
    assert "the primary" in line.remedy
    (line,) = report.of("failing", "way in")
    assert "HTTP 503: ingest cannot store, or a proxy finds no ingest behind it." in line.says
    assert [one.about for one in report.of("ok", "Books")] == ["credentials", "rights", "clock"]


def test_months_that_nobody_made(clinic: Clinic) -> None:
    # Given no part of the events for the next month
    (name,) = clinic.desk.rows(
        "select to_char(date_trunc('month', now() at time zone 'UTC') + interval '1 month', '\"events\"_YYYY_MM')"
    )[0]
    clinic.change(f"drop table {name}")
    # Then orders come all the same
    line = clinic.examine().the("warning")
    assert line.about == "months"
    assert "the scheduler and a worker" in line.remedy


def test_clocks_apart(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given this machine's clock two minutes behind PostgreSQL's
    class Behind(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Behind:
            return cls.fromtimestamp(dt.datetime.now(tz).timestamp() - 120, tz)

    monkeypatch.setattr(store, "datetime", Behind)
    # Then
    line = clinic.examine().the("warning")
    assert (line.part, line.about) == ("database", "clock")
    assert "120 s apart" in line.says


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("", "SHOPLEDGER_SECRET_KEYS is not set: no credentials can be opened."),
        ("new:PLANTED", "key 'new' of SHOPLEDGER_SECRET_KEYS is not base64."),
    ],
    ids=["none", "unreadable"],
)
def test_without_keys_the_store_is_looked_at_all_the_same(clinic: Clinic, keys: str, says: str) -> None:
    # Given no key that could open anything
    clinic.environment["SHOPLEDGER_SECRET_KEYS"] = keys
    # Then nobody is asked, and the rest is told
    report = clinic.examine()
    assert report.the("failing").says == says
    assert report.of("ok", "Lampeland: connections") != []
    assert "PLANTED" not in report.output


def test_a_store_without_a_shop_says_how_to_connect_one(clinic: Clinic) -> None:
    # Given a new store
    clinic.change("truncate accounts cascade")
    # Then
    line = clinic.examine().the("failing")
    assert line.says == "There is no shop yet."
    assert "`shopledger apply FILE`" in line.remedy
