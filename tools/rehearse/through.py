"""The connection that a rehearsal goes through, with its shop and its books opened. Nothing is changed in either."""

from __future__ import annotations

import contextlib
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
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look.names import accounts_named, unknown
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
    def webshop(self) -> Webshop:
        return webshop(self.shop.kind)

    @property
    def accounting(self) -> Accounting:
        return accounting(self.books.kind)


def named(place: Place, account: str | None, connection: str | None) -> Through:
    """The one of that name, or the only one there is. Raises Problem."""
    there = [one for of in accounts_named(place, account) for one in _all(place, of)]
    found = [one for one in there if connection in (None, one.connection.name)]
    if len(found) == 1:
        return found[0]
    names = list(dict.fromkeys(one.connection.name for one in there))
    if not there:
        raise Problem(
            "there is no connection yet: `shopledger apply FILE` makes what your file names", Exit.FOUND_TROUBLE
        )
    if not found and connection is not None:
        raise Problem(harmless(unknown("connection", connection, names)), Exit.FOUND_TROUBLE)
    listed = ", ".join(one.name for one in found)
    says = f"there are {len(found)} connections: {listed}; say which with --connection and --account"
    raise Problem(harmless(says), Exit.FOUND_TROUBLE)


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
