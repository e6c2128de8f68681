"""The connection that a rehearsal goes through, with its shop and its books opened. Nothing is changed in either."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from connectors.accounting import Accounting
from connectors.base import Webshop, WebshopClient
from connectors.registry import accounting, webshop
from shared.errors import Retry
from shared.sealing import SealError
from shared.store import inventory, rehearsal, setup
from shared.store.inventory import StoredAccount, StoredConnection, StoredSystem
from tools.cli.place import Place
from tools.look.connection import connection_named
from tools.look.names import accounts_named
from tools.owner.books import Books, opened_books
from workers.rehearsing import Rehearsal


@dataclass(frozen=True, slots=True)
class Through:
    account: StoredAccount
    connection: StoredConnection
    shop: StoredSystem
    books: StoredSystem

    @property
    def name(self) -> str:
        return f"{self.connection.name} of {self.account.name}"

    @property
    def options(self) -> str:
        """What names it on the command line."""
        return shlex.join(["--account", self.account.name, "--connection", self.connection.name])

    @property
    def argument(self) -> str:
        """The same where the connection is an argument of the command."""
        return shlex.join([self.connection.name, "--account", self.account.name])

    @property
    def webshop(self) -> Webshop:
        return webshop(self.shop.kind)

    @property
    def accounting(self) -> Accounting:
        return accounting(self.books.kind)


def named(place: Place, account: str | None, connection: str | None, *, is_argument: bool = False) -> Through:
    """The one of that name, or the only one there is; `is_argument`: it is typed without --connection.

    Raises Problem.
    """
    there = [one for of in accounts_named(place, account) for one in _all(place, of)]
    return connection_named(
        there,
        connection,
        name_of=lambda one: one.connection.name,
        typed=lambda one: one.argument if is_argument else one.options,
    )


def _all(place: Place, account: StoredAccount) -> list[Through]:
    with place.database.account(account.id) as c:
        there = inventory.inventory(c)
    systems = {system.id: system for system in there.systems}
    return [Through(account, one, systems[one.source], systems[one.target]) for one in there.connections]


@contextlib.contextmanager
def rehearsal_of(place: Place, through: Through) -> Iterator[Rehearsal]:
    """Raises Problem where the books cannot be opened."""
    books = Books(through.books.id, through.books.name, through.books.kind)
    with place.database.account(through.account.id) as c:
        rounding = rehearsal.rounding_of(c, through.books.id)
    with opened_books(place, through.account, books) as client:
        yield Rehearsal(through.accounting, client, rounding)


@contextlib.contextmanager
def asked_shop(place: Place, through: Through) -> Iterator[WebshopClient]:
    """Raises Retry where there are no credentials that open it; it opens no line of its own before it is asked."""
    kind = through.webshop
    try:
        with place.database.account(through.account.id) as c:
            stored: Mapping[str, Any] = setup.read_credentials(c, place.keyring, through.shop.id)
        credentials = kind.Credentials.model_validate(stored)
    except (LookupError, ValidationError, SealError):
        raise Retry("shop_closed", f"{through.shop.name} cannot be asked: no credentials open it.") from None
    with contextlib.closing(kind.connect(credentials)) as client:
        yield client
