"""The books of a connection, for a command that looks documents up in them. It changes nothing there."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pydantic import ValidationError

from connectors.accounting import AccountingClient
from connectors.pace import UNHURRIED, Said
from connectors.registry import UnknownConnector, accounting
from shared.errors import ConnectionBroken, Fate, Retry
from shared.sealing import SealError
from shared.store import setup
from shared.store.inventory import StoredAccount
from shared.store.look import Order
from tools.apply.live import told
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from workers.hand import PutBack
from workers.pace import Allowance

#: Seconds that a command waits until the books may be asked once more; workers ask them, too.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Books:
    """`id` is the system's."""

    id: int
    name: str
    kind: str

    @classmethod
    def of(cls, order: Order) -> Self:
        return cls(order.target_system, order.target, order.target_kind)


class SharedPace:
    """What the workers go by, too: the tokens of the books' budget."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance

    def before_call(self) -> float:
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                self._allowance.take()
            except PutBack as none_left:
                wait = none_left.after.total_seconds() if none_left.after else 0.0
                if time.monotonic() + wait > give_up:
                    raise Retry("no_budget", "The books allow no more requests for a while.") from None
                time.sleep(wait)
            else:
                return UNHURRIED.before_call()

    def after_call(self, said: Said) -> None:
        self._allowance.told(said)


@contextlib.contextmanager
def opened_books(place: Place, account: StoredAccount, books: Books) -> Iterator[AccountingClient]:
    """Raises Problem, also for every fate that comes up while they are open."""
    try:
        kind = accounting(books.kind)
        with place.database.account(account.id) as c:
            stored = setup.read_credentials(c, place.keyring, books.id)
        credentials = kind.Credentials.model_validate(stored)
    except UnknownConnector as error:
        raise _closed(books, f"this version has {error}") from None
    except SealError as error:
        raise _closed(books, f"their credentials cannot be opened: {error}") from None
    except (LookupError, ValidationError):
        raise _closed(books, "there are no credentials that open them; `shopledger apply FILE` stores some") from None
    pace = SharedPace(Allowance(place.database, account.id, books.id, kind.budget))
    with contextlib.closing(kind.connect(credentials, pace)) as client:
        try:
            yield client
        except Fate as fate:
            raise problem(books, fate) from None


def problem(books: Books, fate: Fate) -> Problem:
    """What kept the books from telling."""
    finding = told("books", fate)
    code = Exit.UNAVAILABLE if isinstance(fate, Retry | ConnectionBroken) else Exit.FOUND_TROUBLE
    return Problem(harmless(f"{books.name} did not tell: {finding.says} {finding.remedy}"), code)


def _closed(books: Books, why: str) -> Problem:
    return Problem(harmless(f"{books.name} cannot be asked: {why}"), Exit.WRONG_CONFIGURATION)
