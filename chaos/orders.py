"""What happens in the shops: orders, their changes, and the webhooks about them, doubled and in the wrong order.

Prices are such as shops have that state them with VAT: many of them no net price of two decimals comes to.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from chaos.shops import climbs
from tests.support.baskets import Sold, order_of, with_vat
from tests.support.orders import modified_at
from tests.support.shop import Shop

#: The first orders of each account are one new customer's, who buys in both of its shops at once.
SAME_CUSTOMER = 6
PRODUCTS = 30
#: Of an order.
MOST_LINES, MOST_PIECES = 3, 9
#: How many of hundred lines have the low rate or a discount, and how many of hundred orders have shipping.
LOW_RATE, DISCOUNTED, SHIPPED = 25, 20, 30
#: Orders of an account for each of its customers.
ORDERS_PER_CUSTOMER = 5
#: Webhooks by which a change, or the repeat of a webhook, comes later than the first word.
LATER = 12
#: How many of hundred webhooks are lost.
LOST = 15
#: Seconds before all other changes: what polls have passed by then. Only a recheck finds such an order.
BEFORE_POLLS = -86_400
#: How many of hundred orders were there before their connection: they are imported.
OLD = 8
#: When those were made; the others were made so long ago.
MADE_BEFORE, MADE_AGO = datetime(2026, 1, 15, 9, tzinfo=UTC), timedelta(days=1)
#: Seconds after which one of a shop whose orders climb is completed: less than polls look back.
COMPLETED_AFTER = 600
#: How many of hundred orders go which way; the rest are told once.
CHANGED, MIXED_UP, TWICE, PAID_LATER, NEVER_PAID = 12, 8, 12, 4, 3


@dataclass(frozen=True, slots=True)
class Word:
    """One webhook; `state` is what the shop itself says from that moment on."""

    shop: int
    body: dict[str, Any]
    delivery: str
    state: dict[str, Any]
    #: Nobody is told; a poll or a recheck has to find it.
    is_lost: bool = False


#: Gross and VAT.
Amounts = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Ordered:
    """`totals`: what its document may come to; more than one where it depends on who was faster, shop or worker.

    None at all: the order is never paid, and nothing may be made of it.
    """

    shop: int
    number: int
    totals: frozenset[Amounts]


@dataclass(frozen=True, slots=True)
class Story:
    """`backlog` is told before anybody works, so that each order in it has exactly one right total.

    `old`: what the shops have from the start, and nobody tells of.
    """

    orders: Sequence[Ordered]
    old: Sequence[Word]
    backlog: Sequence[Word]
    words: Sequence[Word]


def write_story(seed: int, count: int, shops: Sequence[Shop]) -> Story:
    """The same for the same seed. A tenth of the orders are the backlog, of which no webhook is lost."""
    chance, of_age = random.Random(f"story {seed}"), random.Random(f"old {seed}")
    orders: list[Ordered] = []
    old: list[Word] = []
    told: tuple[list[Word], list[Word]] = [], []
    made = datetime.now(UTC) - MADE_AGO
    in_backlog = max(count // 10, min(count, SAME_CUSTOMER * len({shop.account for shop in shops})))
    for number in range(1, count + 1):
        shop = chance.randrange(len(shops))
        is_backlog = number <= in_backlog
        if is_backlog:
            shop = number % len(shops)
        email = _email(chance, count, shops, number if is_backlog else count)
        words, totals = _order(chance, shop, number, email)
        is_old = not is_backlog and of_age.randrange(100) < OLD
        if is_old:
            words = words[-1:]
        if (is_backlog or is_old) and totals:
            totals = _totals(words[-1].state)
        orders.append(Ordered(shop, number, totals))
        dated = [_made(word, MADE_BEFORE if is_old else made) for word in words]
        (old if is_old else told[not is_backlog]).extend(dated)
    lossy = _with_losses(random.Random(f"lost {seed}"), told[1])
    return Story(orders, old, _mixed(chance, told[0]), _mixed(chance, lossy))


def _made(word: Word, at: datetime) -> Word:
    moment = dict.fromkeys(("date_created", "date_created_gmt"), f"{at:%Y-%m-%dT%H:%M:%S}")
    body = {**word.body, **moment}
    return replace(word, body=body, state=body if word.state is word.body else {**word.state, **moment})


def _email(chance: random.Random, count: int, shops: Sequence[Shop], number: int) -> str:
    accounts = len({shop.account for shop in shops})
    if number <= SAME_CUSTOMER * accounts:
        return "mette@lampeland.example"
    return f"kunde{chance.randrange(max(1, count // accounts // ORDERS_PER_CUSTOMER))}@lampeland.example"


def _order(chance: random.Random, shop: int, number: int, email: str) -> tuple[list[Word], frozenset[Amounts]]:
    """Its webhooks in the order of their telling; where orders climb, the last one says that it is completed."""
    words, totals = _paid(chance, shop, number, email)
    if not climbs(shop) or not totals:
        return words, totals
    completed = {**words[-1].state, "status": "completed", **modified_at(COMPLETED_AFTER)}
    return [*words, Word(shop, completed, "d9", completed)], _totals(completed)


def _paid(chance: random.Random, shop: int, number: int, email: str) -> tuple[list[Word], frozenset[Amounts]]:
    def word(told: dict[str, Any], delivery: str, state: dict[str, Any] | None = None) -> Word:
        return Word(shop, told, delivery, state or told)

    def body(seconds: int, **more: Any) -> dict[str, Any]:
        return order_of(number, _basket(chance), email=email, modified=seconds, **more)

    way = chance.randrange(100)
    first, second, same_second = body(0), body(30), body(0)
    if way < CHANGED:
        return [word(first, "d1"), word(second, "d2")], _totals(first, second)
    way -= CHANGED
    if way < MIXED_UP:  # two changes of one second, the older one told last: only the shop knows
        return [word(same_second, "d2"), word(first, "d1", same_second)], _totals(same_second)
    way -= MIXED_UP
    if way < TWICE:
        return [word(first, "d1"), word(first, "d1")], _totals(first)
    way -= TWICE
    if way < PAID_LATER:
        unpaid = {**first, "status": "on-hold"}
        return [word(unpaid, "d1"), word(second, "d2")], _totals(second)
    way -= PAID_LATER
    if way < NEVER_PAID:
        return [word({**first, "status": "on-hold"}, "d1")], frozenset()
    return [word(first, "d1")], _totals(first)


def _basket(chance: random.Random) -> list[Sold]:
    lines = [_line(chance) for _ in range(chance.randrange(1, MOST_LINES + 1))]
    if chance.randrange(100) < SHIPPED:
        lines.append(with_vat(_price(chance), is_shipping=True))
    return lines


def _line(chance: random.Random) -> Sold:
    """Products with the low rate are in the books; the others are made."""
    price, quantity = _price(chance), chance.randrange(1, MOST_PIECES + 1)
    if chance.randrange(100) < LOW_RATE:
        return with_vat(price, quantity, 12)
    full = price + _price(chance) if chance.randrange(100) < DISCOUNTED else price
    return with_vat(price, quantity, full=full, sku=f"P-{chance.randrange(PRODUCTS)}")


def _price(chance: random.Random) -> Decimal:
    return Decimal(chance.randrange(1, 20_000)) / 100


def _totals(*bodies: dict[str, Any]) -> frozenset[Amounts]:
    return frozenset((Decimal(body["total"]), Decimal(body["total_tax"])) for body in bodies)


def _mixed(chance: random.Random, words: Sequence[Word]) -> list[Word]:
    """Each order's words keep their order, and others come between them."""
    places = sorted(_places(chance, words), key=lambda place: place[0])
    return [words[at] for _, at in places]


def _with_losses(chance: random.Random, words: Sequence[Word]) -> list[Word]:
    """Of orders that are told of as they are at that moment: a stale word alone would be all that anybody knows.

    Every second one that is lost and was all that there was to be told goes unseen by polls, too.
    """
    stale = {word.body["id"] for word in words if word.body is not word.state}
    said = Counter(word.body["id"] for word in words)

    def told(word: Word) -> Word:
        of = word.body["id"]
        return word if of in stale or chance.randrange(100) >= LOST else _lost(word, is_alone=said[of] == 1)

    return [told(word) for word in words]


def _lost(word: Word, *, is_alone: bool) -> Word:
    if is_alone and word.body["id"] % 2:
        return replace(word, is_lost=True, state={**word.state, **modified_at(BEFORE_POLLS)})
    return replace(word, is_lost=True)


def _places(chance: random.Random, words: Sequence[Word]) -> Iterator[tuple[float, int]]:
    place, before = 0.0, 0
    for at, word in enumerate(words):
        is_first = word.body["id"] != before
        place = float(at) if is_first else place + chance.uniform(0.5, LATER)
        before = word.body["id"]
        yield place, at
