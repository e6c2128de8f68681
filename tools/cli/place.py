"""Where a command works: the servers of the settings, or the data folder of the embedded mode."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click
from pydantic import ValidationError

from shared.sealing import Keyring, SealError
from shared.settings import Settings, UnknownSetting, load
from shared.startup import WrongAddress, open_database, problems_of
from shared.store.database import Database, DatabaseDown, OldSchema, UnsafeRole
from tools.cli.problems import Exit, Problem
from tools.demo.mark import refuse_demos
from tools.embedded.folder import DataFolder, Holder
from tools.embedded.own_postgres import OwnPostgres, Taken

#: Connections and seconds that a command's statements may take.
CONNECTIONS = 2
WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    #: Under the services' login.
    database: Database
    keyring: Keyring
    #: Under which shops reach ingest: "https://ingest.example", without a slash; None when nobody said.
    public_url: str | None
    #: For people: "the data folder /home/me/..." or "the database of SHOPLEDGER_DATABASE_URL".
    name: str


@dataclass(frozen=True)
class Chosen:
    """What stands before the command's name."""

    #: --data
    data: Path | None = None
    #: --demo
    demo: bool = False

    @cached_property
    def settings(self) -> Settings:
        """Read when they are needed: help comes whatever they say. Raises Problem."""
        try:
            return load(Settings)
        except ValidationError as error:
            raise Problem("\n".join(problems_of(error)), Exit.WRONG_CONFIGURATION) from None
        except UnknownSetting as error:
            raise Problem(str(error), Exit.WRONG_CONFIGURATION) from None

    @property
    def uses_servers(self) -> bool:
        return self.settings.database_url is not None and self.data is None and not self.demo

    @property
    def folder(self) -> DataFolder:
        """Where something is set up: the user's own, or the demo's where he says so."""
        return demo_folder(self.settings) if self.demo else DataFolder(self.data or self.settings.data)

    @property
    def folder_to_look_at(self) -> DataFolder:
        """The same; and the demo's, where he has none of his own yet."""
        demo = demo_folder(self.settings)
        return demo if self.data is None and demo.is_made and not self.folder.is_made else self.folder


def demo_folder(settings: Settings) -> DataFolder:
    return DataFolder(settings.data.with_name(f"{settings.data.name}-demo"))


@contextlib.contextmanager
def opened(context: click.Context, *, make: bool = False) -> Iterator[Place]:
    """`make`: something is to be set up, and a data folder that is not there yet is made. Raises Problem."""
    chosen: Chosen = context.obj
    with on_servers(chosen.settings) if chosen.uses_servers else _told_in_folder(chosen, make=make) as place:
        yield place


@contextlib.contextmanager
def on_servers(settings: Settings) -> Iterator[Place]:
    """Raises Problem."""
    assert settings.database_url is not None
    if settings.secret_keys is None:
        raise Problem("SHOPLEDGER_SECRET_KEYS must be set beside SHOPLEDGER_DATABASE_URL", Exit.WRONG_CONFIGURATION)
    with (
        troubles_as_problems("SHOPLEDGER_DATABASE_URL"),
        contextlib.closing(
            open_database("command", settings.database_url, connections=CONNECTIONS, within=WITHIN)
        ) as database,
    ):
        keyring = Keyring.parse(settings.secret_keys.get_secret_value())
        yield Place(database, keyring, settings.public_url, "the database of SHOPLEDGER_DATABASE_URL")


@contextlib.contextmanager
def _told_in_folder(chosen: Chosen, *, make: bool) -> Iterator[Place]:
    with troubles_as_problems("`shopledger doctor` says more"), in_folder(chosen, make=make) as place:
        yield place


@contextlib.contextmanager
def troubles_as_problems(hint: str) -> Iterator[None]:
    try:
        yield
    except DatabaseDown as error:
        raise Problem(f"{error} ({hint})", Exit.UNAVAILABLE) from None
    except (WrongAddress, SealError, UnsafeRole, OldSchema) as error:
        raise Problem(str(error), Exit.WRONG_CONFIGURATION) from None


@contextlib.contextmanager
def in_folder(chosen: Chosen, *, make: bool) -> Iterator[Place]:
    """With the PostgreSQL that `up` runs there, or with one that runs as long as this command.

    Raises Problem, DatabaseDown, OldSchema, UnsafeRole and SealError.
    """
    folder, settings = chosen.folder if make else chosen.folder_to_look_at, chosen.settings
    if make:
        refuse_demos(folder.path, is_meant=chosen.demo)
    if not folder.is_made and not make:
        raise Problem(
            f"there is nothing in the data folder {folder.path} yet: begin with `shopledger demo` or `shopledger up`,"
            " or set SHOPLEDGER_DATABASE_URL to your server's",
            Exit.FOUND_TROUBLE,
        )
    while True:
        if (holder := folder.running()) is not None:
            with _beside(folder, holder) as database:
                yield Place(
                    database, folder.keyring, settings.public_url or holder.address, f"the data folder {folder.path}"
                )
            return
        with contextlib.ExitStack() as stack:
            try:
                own = stack.enter_context(OwnPostgres(folder, "command"))
            except Taken:  # by an `up` that has just come to be reached
                if folder.running() is None:
                    raise
                continue
            opening = own.open("command", connections=CONNECTIONS, within=WITHIN)
            database = stack.enter_context(contextlib.closing(opening))
            address = settings.public_url or f"http://{settings.ingest_host}:{settings.ingest_port}"
            yield Place(database, own.keyring, address, f"the data folder {folder.path}")
            return


def _beside(folder: DataFolder, holder: Holder) -> contextlib.closing[Database]:
    """The database of an `up` that runs there."""
    url = f"postgresql://shopledger_app:{folder.app_password}@127.0.0.1:{holder.postgres_port}/postgres"
    return contextlib.closing(open_database("command", url, connections=CONNECTIONS, within=WITHIN, is_patient=True))
