"""What would become of an order, found out without writing anything anywhere: the same rules, look-ups and bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.accounting import Accounting, AccountingClient
from shared.domain import learning
from shared.domain.decide import decide
from shared.domain.document import DocumentKind
from shared.domain.expected import Expected
from shared.domain.order import Order
from shared.domain.reasons import Skipped
from shared.domain.settings import Handling, OrderSettings, rung
from shared.errors import Fate
from shared.store.claims import Written
from workers.composing import Composer, Means
from workers.customers import Earlier
from workers.document_steps import found_in
from workers.products import KnownProducts
from workers.would import Would


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """`written` None: nothing would be sent, and `reason` and `sentence` say why."""

    reason: str = ""
    sentence: str = ""
    #: It stays out by the owner's own choice; else it fails.
    is_skipped: bool = False
    written: Written | None = None
    #: Kind and request of each customer and product that would be made before.
    made: Sequence[tuple[str, bytes]] = ()
    #: How it would be booked; empty where it would not.
    booking: str = ""
    #: What its owner would be told of it; empty for nothing.
    notes: str = field(default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """The document that an order has in the books, or may have there."""

    kind: DocumentKind
    state: str
    number: str | None
    place: str | None
    #: As `shared.domain.expected` writes it; None where nobody knows.
    expected: Mapping[str, Any] | None = field(repr=False)
    #: The books answered with what was written last.
    has_arrived: bool


class Rehearsal:
    """Of orders of one connection; asks the books, and changes nothing there."""

    def __init__(self, connector: Accounting, client: AccountingClient, rounding: Sequence[str]) -> None:
        self._connector = connector
        self._client = client
        self._rounding = learning.known(connector.rounding, rounding)[0]
        self._known_products = KnownProducts()

    def of(
        self,
        order: Order,
        settings: OrderSettings,
        reference: str,
        *,
        since: datetime | None,
        earlier: Callable[[], Iterable[Order]],
        living: Living | None = None,
        is_waived: bool = False,
    ) -> Rehearsed:
        """`living`: the document that it has, or else the settings say which it gets. Raises no fate: it is told."""
        would = Would(self._connector, self._client)
        try:
            decided = decide(order, settings, since=since, earlier=earlier, is_waived=is_waived)
            if isinstance(decided, Skipped):
                return Rehearsed(reason=decided.reason, sentence=decided.sentence, is_skipped=True)
            means = Means(
                make=would.make,
                update=would.update,
                known_products=self._known_products,
                system=0,
                asks_anew=False,
                passes=lambda point: None,  # noqa: ARG005
                earlier=self._earlier(living, reference) if living is not None else None,
            )
            composer = Composer(self._connector, self._client, means)
            made_of_it = _raised(living, decided)
            written = composer.compose(order, settings, made_of_it, reference, self._rounding)
        except Fate as fate:
            return Rehearsed(reason=fate.code, sentence=fate.message)
        assert written.expected is not None
        notes = Expected.read(written.expected).said
        booking = ""
        if decided.book:
            number = "the order's number" if settings.booked_number == "order" else "the books' next number"
            booking = f"booked with {number}, sent by {settings.send_by}"
        return Rehearsed(written=written, made=tuple(would.made), booking=booking, notes=notes)

    def _earlier(self, living: Living, reference: str) -> Earlier | None:
        """As a worker has it of a draft that gets new content; one that was deleted keeps nobody. Raises fates."""
        if living.state != "draft" or not living.has_arrived:
            return Earlier.of(living.expected, None)
        found = found_in(self._client, living.kind, reference=reference, number=living.number, place=living.place)
        return Earlier.of(living.expected, found.customer) if found is not None else None


def _raised(living: Living | None, decided: Handling) -> DocumentKind:
    """What it has stays what it is, unless the order has climbed above it."""
    if living is not None and decided.rung <= rung(living.kind, is_booked=False):
        return living.kind
    return DocumentKind(decided.document)
