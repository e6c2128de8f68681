"""Where a command works: the servers of the settings, or the data folder of the embedded mode."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import click

from shared.sealing import Keyring
from shared.store.database import Database


@dataclass(frozen=True, slots=True)
class Place:
    #: Under the services' login.
    database: Database
    keyring: Keyring
    #: Under which shops reach ingest: "https://ingest.example", without a slash; None when nobody said.
    public_url: str | None
    #: For people: "the data folder /home/me/..." or "the database of SHOPLEDGER_DATABASE_URL".
    name: str


@contextlib.contextmanager
def opened(context: click.Context) -> Iterator[Place]:
    """Raises Problem."""
    raise NotImplementedError
    yield
