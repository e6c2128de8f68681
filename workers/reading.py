"""What the shop says of an order: as it is now, and as it was told before."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.base import UnreadableOrder, Webshop
from connectors.registry import webshop
from shared.domain.changes import as_told, changes
from shared.domain.expected import Expected
from shared.domain.order import Order
from shared.domain.reasons import REASONS, needs_user
from shared.domain.roles import ROLE, asks_for_role
from shared.errors import Retry
from shared.store import line
from shared.store.claims import PlannedDocument
from workers.hand import Hand, Point
from workers.tools import Tools, installed
from workers.trace import Trace


class OrderReader:
    def __init__(self, tools: Tools, hand: Hand, trace: Trace) -> None:
        self._tools = tools
        self._hand = hand
        self._claim = hand.claim
        self._trace = trace
        self._order: Order | None = None
        self._with_role: Order | None = None
        self._earlier: Sequence[Order] | None = None

    def newest(self) -> Order:
        """From its newest body, or from the shop itself where that is not certain. Raises fates."""
        if self._order is None:
            self._order = self._read()
            self._hand.passes(Point.STATE_KNOWN)
        return self._order

    def asked(self) -> Order:
        """The newest, with its customer's role where the settings ask for it, or did for its document. Raises fates."""
        document = self._claim.document
        written = document.expected if document is not None else None
        did = written is not None and f"fact {ROLE}" in Expected.read(written).answers.questions
        return self.with_role() if did or asks_for_role(self._claim.settings) else self.newest()

    def with_role(self) -> Order:
        """The newest, with its customer's role: the shop is asked once. Raises fates."""
        if self._with_role is None:
            order = self.newest()
            role = self._role_of(order.customer_id) if order.customer_id is not None else None
            self._with_role = replace(order, customer_role=role)
        return self._with_role

    def earlier(self) -> Sequence[Order]:
        """As the shop told of it before, newest first; what cannot be read says nothing."""
        if self._earlier is None:
            self._earlier = tuple(readable(self._shop, self._earlier_words()))
        return self._earlier

    def changed(self) -> Sequence[str]:
        """What is different now from what was sent, as far as that is still kept. Raises fates."""
        then = line.order_as_sent(self._tools.database, self._claim)
        return changes(then, as_told(self.newest())) if then is not None else ()

    def is_as_written(self, document: PlannedDocument) -> bool:
        """Whether the shop says the same of it as when that document was written; no where nobody knows."""
        written = document.expected
        return written is not None and Expected.read(written).is_of(self.asked())

    @property
    def _shop(self) -> Webshop:
        return installed(webshop, self._claim.source.kind)

    def _earlier_words(self) -> Sequence[bytes]:
        claim = self._claim
        with self._tools.database.account(claim.account) as c:
            return line.earlier_words(
                c,
                system=claim.source.id,
                source_type=claim.source_type,
                source_id=claim.source_id,
                event=claim.event,
                since=claim.active_since,
            )

    def _read(self) -> Order:
        shop = self._shop
        try:
            if self._claim.body is not None and not self._claim.needs_fetch:
                self._trace.stages.append(("original", None))
                order = shop.read_order(shop.decode_order(self._claim.body))
            else:
                order = shop.read_order(self._fetched(shop, exact=False))
            order = exactly(shop, order, lambda exact: self._fetched(shop, exact=exact))
        except UnreadableOrder as error:
            raise needs_user("unreadable_order", path=error.path or "its start", problem=error.problem) from None
        self._trace.stages.append(("normalised", as_told(order)))
        return order

    def _fetched(self, shop: Webshop, *, exact: bool) -> Mapping[str, Any]:
        self._trace.talks_to = self._claim.source
        with self._tools.clients.shop(shop, self._claim.source, self._hand) as client:
            body = client.get_order(self._claim.source_id, exact=exact)
        self._trace.talks_to = self._claim.target
        self._trace.stages.append(("original", json.dumps(body, default=str, ensure_ascii=False).encode()))
        return body

    def _role_of(self, customer: str) -> str | None:
        self._trace.talks_to = self._claim.source
        with self._tools.clients.shop(self._shop, self._claim.source, self._hand) as client:
            role = client.customer_role(customer)
        self._trace.talks_to = self._claim.target
        return role


def readable(shop: Webshop, bodies: Iterable[bytes]) -> Iterator[Order]:
    """Those of the bodies that can be read; the others say nothing."""
    for body in bodies:
        with contextlib.suppress(UnreadableOrder):
            yield shop.read_order(shop.decode_order(body))


def exactly(shop: Webshop, order: Order, fetch: Callable[[bool], Mapping[str, Any]]) -> Order:
    """With its lines as the shop keeps them, where it rounds what it says to whole units; `fetch(whether exactly)`.

    Raises UnreadableOrder, and fates.
    """
    if not order.is_in_whole_units:
        return order
    exact = shop.read_order(fetch(True))
    if exact.modified_at != order.modified_at:
        order = shop.read_order(fetch(False))
    if exact.modified_at != order.modified_at:
        raise Retry("order_moves", REASONS["order_moves"].says())
    return replace(order, lines=exact.lines)
