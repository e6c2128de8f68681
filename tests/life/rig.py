"""One connection and all that can befall it: its shop, its owner, his books, its workers, and time."""

from __future__ import annotations

import contextlib
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from unittest.mock import patch

from connectors.economic.sandbox import SandboxDocument
from shared.domain.document import DocumentKind, Place
from shared.store import owner, setup
from shared.store.claims import Claim
from shared.store.database import Database
from tests.life.hands import Hands
from tests.line.rig import Killed, Line, dies_at, line_to
from tests.support.baskets import BASKETS, order_of
from tests.support.orders import tell
from workers import hand
from workers.hand import LEASE, Point, Watch
from workers.main import nobody
from workers.make_once import REST
from workers.tools import Tools

SWITCHES = ("connection", "shop", "books", "account")
#: For what closes a document with VAT.
CLOSING = {"products_by_rate": {"closing": {"25": "ROUNDING25", "12": "ROUNDING12"}}}
#: The products that are in the books from the start, and the group of each; all others are made with 25 % VAT.
GROUPS = {"MUG": 1, "FREIGHT": 1, "TEA": 3, "ROUNDING": 2, "ROUNDING25": 1, "ROUNDING12": 3}


#: Gross and VAT.
Amounts = tuple[Decimal, Decimal]


class Clock:
    """In place of the workers' `time`: passes as the test says, also for one that stands still."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def clock_gettime(self, which: int) -> float:
        return time.clock_gettime(which) + self.ahead


class Row(NamedTuple):
    """A document as the store knows it."""

    id: int
    order: int
    kind: str
    state: str
    reference: str
    total: Decimal
    number: str | None
    is_to_be_booked: bool
    supersedes: int | None
    has_open_booking: bool

    @property
    def lives(self) -> bool:
        return self.state in ("planned", "draft", "booked")


class Transfer(NamedTuple):
    order: int
    state: str
    reason: str
    #: What the owner reads of its last try; empty before the first.
    says: str


@dataclass
class Life:
    """Orders are told by their numbers."""

    line: Line
    clock: Clock
    #: Settings: what goes when and becomes what, and how it comes to its totals.
    chosen: Mapping[str, Any] = field(default_factory=dict)
    closing: Mapping[str, Any] = field(default_factory=lambda: CLOSING)
    #: What each order is of, by its name.
    baskets: dict[int, str] = field(default_factory=dict)
    #: Each order as its shop has it, and all that the shop told of it, oldest first.
    in_shop: dict[int, dict[str, Any]] = field(default_factory=dict)
    told: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    #: Words of the shop that are under way.
    late: list[dict[str, Any]] = field(default_factory=list)
    #: Of each order what it came to, (total, VAT), whenever a worker was about to book it.
    at_booking: defaultdict[int, set[Amounts]] = field(default_factory=lambda: defaultdict(set))
    _moment: int = 0

    def __post_init__(self) -> None:
        self.hands = Hands(self.line.books, self.ours, self.has_open_booking)

    # The shop.

    def shop_changes(self, order: int, status: str, basket: str) -> dict[str, Any]:
        """It has not told of it yet."""
        self._moment += 1
        self.baskets[order] = basket
        body = order_of(order, BASKETS[basket], status=status, modified=self._moment)
        if status in ("pending", "cancelled"):
            body["date_paid_gmt"] = None
        if status == "completed":
            body["date_completed_gmt"] = body["date_modified_gmt"]
        assert self.line.woo is not None
        self.line.woo.put_raw_order(body, announce=False)
        self.in_shop[order] = body
        return body

    def shop_tells(self, body: dict[str, Any], *, delivery: str = "") -> str:
        """Returns the delivery's id."""
        words = self.told.setdefault(body["id"], [])
        words.append(body)
        delivery = delivery or f"{body['id']}-{len(words)}"
        tell(self.line.shop, body, delivery=delivery)
        return delivery

    # The owner.

    def choose(self, chosen: Mapping[str, Any]) -> None:
        self.chosen = chosen
        self.line.choose({**self.closing, **chosen})

    def close(self, closing: Mapping[str, Any]) -> None:
        self.closing = closing
        self.line.choose({**closing, **self.chosen})

    def ask_again(self, order: int, *, is_waived: bool = False) -> None:
        if order not in self.told:
            return
        (transfer,) = self.line.shop.rows("select id from transfers where source_id = %s", str(order))[0]
        with self.line.database.account(self.line.shop.account) as c:
            assert owner.ask_again(c, transfer, is_waived=is_waived)

    def switch(self, what: str, *, on: bool) -> None:
        shop = self.line.shop
        with self.line.database.account(shop.account) as c:
            match what:
                case "connection":
                    setup.switch_connection(c, shop.connection, on=on)
                case "shop":
                    setup.switch_system(c, shop.webshop, on=on)
                case "books":
                    setup.switch_system(c, shop.books, on=on)
                case "account":
                    setup.switch_account(c, on=on)

    def switch_all_on(self) -> None:
        for what in SWITCHES:
            self.switch(what, on=True)

    def release(self) -> None:
        with self.line.database.account(self.line.shop.account) as c:
            owner.release(c, self.line.shop.connection)

    # The workers, and time.

    def work(self, order: int, *, watch: Watch = nobody, tools: Tools | None = None) -> None:
        def noting(passed: Point, claim: Claim) -> None:
            if passed is Point.BOOKING:
                newest = max(self.told[order], key=lambda body: str(body["date_modified_gmt"]))
                self.at_booking[order] |= {amounts(newest), amounts(self.in_shop[order])}
            watch(passed, claim)

        if order in self.told:
            self.line.work(order, watch=noting, tools=tools)

    def work_and_die(self, order: int, point: Point) -> None:
        """Its process is gone, and another one comes."""
        with contextlib.suppress(Killed):
            self.work(order, watch=dies_at(point))
        self.new_process()

    def work_while(self, order: int, point: Point, happens: Callable[[], object]) -> None:
        """It happens once, the first time that the worker passes there."""
        met: list[Point] = []

        def watch(passed: Point, claim: Claim) -> None:
            if passed is point and not met:
                met.append(passed)
                with self.hands.in_the_middle():
                    happens()

        self.work(order, watch=watch)

    def overtake(self, order: int) -> None:
        """Whoever has it in hand stands still until another process has it."""
        self.let_time_pass(LEASE + 1)
        self.work(order, tools=self.line.new_tools())

    def new_process(self) -> None:
        self.line.tools.clients.close()
        self.line.tools = self.line.new_tools()

    def let_time_pass(self, seconds: float) -> None:
        """What the books carry out late, they have carried out within the rest that we give them."""
        if seconds >= REST:
            self.line.books.faults.clear()
        self.clock.ahead += seconds
        self.line.books.advance_clock(seconds)
        self.line.let_time_pass(seconds)
        self.line.shop.rows(
            "update documents set booking_sent_at = booking_sent_at - %s * interval '1 s' returning id", seconds
        )

    def let_them_wait_no_longer(self) -> None:
        self.line.shop.rows("update transfers set next_attempt_at = null where state = 'waiting' returning id")

    # What is so.

    def ours(self, order: int | None = None) -> Sequence[SandboxDocument]:
        """Documents in the books that have our reference, of that order or of any."""
        is_ours = self._is_of(order)
        return [one for one in self.line.books.documents() if is_ours(one.reference)]

    def _is_of(self, order: int | None) -> Callable[[str], bool]:
        which = r"\d+" if order is None else str(order)
        pattern = re.compile(rf"SL{self.line.shop.connection}-{which}(/\d+)?")
        return lambda reference: pattern.fullmatch(reference) is not None

    def rows(self) -> Sequence[Row]:
        found = self.line.shop.rows(
            "select id, source_id::int, kind, state, reference, total, external_number, is_to_be_booked, supersedes,"
            " booking_sent_at is not null from documents order by id"
        )
        return [Row(*one) for one in found]

    def orders_with_a_deleted_document(self) -> set[int]:
        return {order for order in self.told if any(map(self._is_of(order), self.hands.deleted))}

    def row_of(self, document: SandboxDocument) -> Row | None:
        same = (row for row in self.rows() if (row.kind, row.reference) == (document.kind, document.reference))
        return next(same, None)

    def has_open_booking(self, document: SandboxDocument) -> bool:
        row = self.row_of(document)
        return row is not None and row.has_open_booking

    def transfers(self) -> Sequence[Transfer]:
        found = self.line.shop.rows(
            "select t.source_id::int, t.state, t.reason, coalesce(convert_from(last.body, 'UTF8'), '') from transfers t"
            " left join lateral (select s.body from attempt_stages s join attempts a on a.id = s.attempt_id"
            " where a.transfer_id = t.id and s.stage = 'ended' order by s.at desc limit 1) last on true order by t.id"
        )
        return [Transfer(*one) for one in found]


@contextlib.contextmanager
def life(store: Database) -> Iterator[Life]:
    clock = Clock()
    with line_to(store, with_shop=True) as line, patch.object(hand, "time", clock):
        for product, group in GROUPS.items():
            line.books.put_product(product, group=group)
        yield Life(line, clock)


def amounts(body: Mapping[str, Any]) -> Amounts:
    return Decimal(body["total"]), Decimal(body["total_tax"])


def is_order(document: SandboxDocument) -> bool:
    return document.kind is DocumentKind.ORDER


def is_booked(document: SandboxDocument) -> bool:
    return document.place is Place.BOOKED
