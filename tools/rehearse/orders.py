"""Orders for a rehearsal: as the shop told of them last, or from a file; asked for where that does not do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors.base import UnreadableOrder
from shared.domain.build import reference
from shared.domain.document import DocumentKind
from shared.domain.order import Order
from shared.domain.reasons import needs_user
from shared.domain.roles import asks_for_role
from shared.domain.settings import OrderSettings
from shared.store import line, rehearsal
from shared.store.rehearsal import ToldOrder
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.rehearse.through import Through, asked_shop
from workers.reading import exactly, readable
from workers.rehearsing import Living


@dataclass(frozen=True, slots=True)
class Subject:
    """An order to be rehearsed. `told` None: it is from a file."""

    number: str
    told: ToldOrder | None
    body: bytes | None = field(repr=False, default=None)

    @property
    def in_books(self) -> str:
        """As "booked invoice 12"; empty for nothing."""
        told = self.told
        if told is None or told.document_state is None:
            return ""
        return f"{told.document_state} {told.document_kind} {told.document_number or ''}".strip()

    @property
    def living(self) -> Living | None:
        """The document that it has."""
        told = self.told
        if told is None or told.document_kind is None or told.document_state is None:
            return None
        return Living(
            kind=DocumentKind(told.document_kind),
            state=told.document_state,
            number=told.document_number,
            place=told.document_place,
            expected=told.document_expected,
            has_arrived=bool(told.has_arrived),
        )

    def reference(self, through: Through, order: Order) -> str:
        generation = 1 if self.told is None else self.told.generation
        return reference(through.connection.id, order.id, generation)


def last(place: Place, through: Through, most: int) -> list[Subject]:
    """The newest orders of the connection, newest first."""
    with place.database.account(through.account.id) as c:
        told = rehearsal.told_orders(c, of=through.connection.id, most=most)
    return [Subject(one.number, one, one.body) for one in told]


def transfer(place: Place, through: Through, transfer: int) -> Subject:
    with place.database.account(through.account.id) as c:
        (told,) = rehearsal.told_orders(c, of=through.connection.id, transfer=transfer)
    return Subject(told.number, told, told.body)


def from_file(path: Path) -> Subject:
    """An order as the shop's API says it. Raises Problem."""
    try:
        return Subject(path.name, None, path.read_bytes())
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({error.strerror})", Exit.WRONG_FILE) from None


class Reading:
    """Of one order, as a worker would read it; each part once, when it is asked for."""

    def __init__(self, place: Place, through: Through, subject: Subject) -> None:
        self._place = place
        self._through = through
        self.subject = subject

    @cached_property
    def order(self) -> Order:
        """Raises fates."""
        shop, told = self._through.webshop, self.subject.told
        try:
            if self.subject.body is not None and not (told is not None and told.needs_fetch):
                order = shop.read_order(shop.decode_order(self.subject.body))
            else:
                order = shop.read_order(self._fetched(False))
            return order if told is None else exactly(shop, order, self._fetched)
        except UnreadableOrder as error:
            raise needs_user("unreadable_order", path=error.path or "its start", problem=error.problem) from None

    def asked(self, settings: OrderSettings) -> Order:
        """With its customer's role, where these settings ask for it. Raises fates."""
        return self.with_role if asks_for_role(settings.model_dump()) else self.order

    @cached_property
    def with_role(self) -> Order:
        """Raises fates."""
        customer = self.order.customer_id
        if customer is None:
            return self.order
        with asked_shop(self._place, self._through) as client:
            return replace(self.order, customer_role=client.customer_role(customer))

    @cached_property
    def earlier(self) -> Sequence[Order]:
        """As the shop told of it before, newest first; what cannot be read says nothing."""
        told = self.subject.told
        if told is None:
            return ()
        with self._place.database.account(self._through.account.id) as c:
            bodies = line.earlier_words(
                c,
                system=told.source,
                source_type=told.source_type,
                source_id=told.source_id,
                event=told.event,
                since=told.active_since,
            )
        return list(readable(self._through.webshop, bodies))

    def _fetched(self, exact: bool) -> Mapping[str, Any]:
        told = self.subject.told
        with asked_shop(self._place, self._through) as client:
            return client.get_order("" if told is None else told.source_id, exact=exact)
