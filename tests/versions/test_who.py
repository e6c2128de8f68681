"""Who saved settings, as the store keeps it."""

from __future__ import annotations

import os
import pwd
from contextlib import closing
from pathlib import Path

import pytest

from shared.store.database import Database
from tests.apply.rig import desk_with
from tests.support.servers import DatabaseAddress
from tools.cli import who


def entry(name: str) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", 1000, 1000, "Kim Holm,,,kim@shop.example", "/home/kim", "/bin/sh"))


@pytest.mark.parametrize("name", ["kim", "kim@corp.example", "CORP\\kim", "CORP\\kim@corp.example"])
def test_the_user_alone_is_named_and_no_host_or_mail(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    # Given a user whom the system knows by that name, and an environment that says another
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: entry(name))
    monkeypatch.setenv("USER", "lea")
    # Then
    assert who.by_user("apply") == "apply by kim"
    assert who.by_user("taken back") == "taken back by kim"


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a container that runs as a number nobody listed
    def unlisted(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unlisted)
    monkeypatch.setattr(os, "getuid", lambda: 10001)
    # Then
    assert who.by_user("apply") == "apply by user 10001"


def test_an_apply_says_who_applied(
    fresh_database: DatabaseAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given kim, who applies a file, changes it, and applies it again
    monkeypatch.setattr(who, "user", lambda: "kim")
    with closing(Database(fresh_database.app_url, name="test")) as store, desk_with(store, tmp_path) as desk:
        desk.apply()
        desk.edit("closing: exact", "closing: gross")
        desk.apply()
        # Then both versions say so
        assert desk.rows("select created_by from connection_settings order by version") == [("apply by kim",)] * 2
