"""The nightly recheck: how orders are looked at, and what its report says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

from shared.domain.settings import OrderSettings

#: Reasons of an order that was not in the shop any more, or in its bin, when it was looked at last.
BELIEVED_GONE = ("order_trashed", "order_gone", "left_shop")
#: And of those that no news from the shop can make go by this connection.
SETTLED = (*BELIEVED_GONE, "ignored", "routed_elsewhere", "before_start_date")
#: From so many on, orders are no more asked for one by one.
MANY = 150
#: A window that the shop has so many orders in, or fewer, is compared order by order.
MOST_COMPARED = 100
#: In so many nights it is asked for each order that nothing else looks at whether the shop still has it.
SHARES = 7
#: How far back orders are listed in a shop that lists none by id.
LISTED_BACK = timedelta(days=14)
#: What many shops call an order that is done with.
COMPLETED = "completed"
#: Numbers that a report names of those that were not looked at.
MOST_NAMED = 20

_SECOND = timedelta(seconds=1)


class Way(StrEnum):
    SINGLY = "singly"
    BY_ID = "by_id"
    #: All of some states and days are listed and matched: others are not looked at.
    BEST_EFFORT = "best_effort"


def way_for(orders: int, most_by_id: int | None) -> Way:
    """`most_by_id`: as the shop's connector says it."""
    if orders < MANY:
        return Way.SINGLY
    return Way.BY_ID if most_by_id else Way.BEST_EFFORT


def states_to_list(settings: OrderSettings) -> Sequence[str] | None:
    """Those from which open orders go; None: any."""
    return sorted(settings.states | {COMPLETED}) if settings.states is not None else None


@dataclass(frozen=True, slots=True)
class Window:
    """[after, before), both aware; a shop's dates have whole seconds."""

    after: datetime
    before: datetime

    @property
    def is_a_second(self) -> bool:
        return self.before - self.after <= _SECOND

    def halves(self) -> tuple[Window, Window]:
        """The earlier one first, parted at a whole second; of one that is longer than a second."""
        middle = (self.after + (self.before - self.after) / 2).replace(microsecond=0)
        middle = middle if middle > self.after else middle + _SECOND
        return Window(self.after, middle), Window(middle, self.before)

    def days(self) -> Iterator[Window]:
        after = self.after
        while after < self.before:
            before = min(after + timedelta(days=1), self.before)
            yield Window(after, before)
            after = before


def window_to_compare(began: datetime, days: int, start: datetime | None) -> Window:
    """So many days back from `began`, never before the connection's `start`; in whole seconds, as shops have them."""
    after = began - timedelta(days=days)
    after = (after if start is None else min(max(after, start), began)).replace(microsecond=0)
    return Window(after.astimezone(UTC), began.astimezone(UTC))


Amount = Annotated[Decimal, PlainSerializer(str, return_type=str, when_used="json")]


class Money(BaseModel):
    """Gross, of the `orders` that were sent and are in the shop: what they come to there, and in the books.

    In the shop they come to what their documents should: less what was paid back, and nothing if they were cancelled.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    orders: int = 0
    shop: Amount = Decimal(0)
    books: Amount = Decimal(0)
    #: The numbers of some of which the two are not the same.
    differ: Sequence[str] = ()

    def plus(self, number: str, *, shop: Decimal, books: Decimal) -> Money:
        differ = self.differ if shop == books else [*self.differ, number][:MOST_NAMED]
        return Money(orders=self.orders + 1, shop=self.shop + shop, books=self.books + books, differ=differ)

    @property
    def difference(self) -> Decimal:
        return self.shop - self.books


class Left(BaseModel):
    """What was not looked at: how many orders, the numbers of some, and the days that were not compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    orders: int = 0
    numbers: Sequence[str] = ()
    days: Sequence[tuple[datetime, datetime]] = ()

    def plus(self, numbers: Sequence[str]) -> Left:
        named = [*self.numbers, *numbers][:MOST_NAMED]
        return self.model_copy(update={"orders": self.orders + len(numbers), "numbers": named})

    @property
    def is_nothing(self) -> bool:
        return not self.orders and not self.days


class RecheckReport(BaseModel):
    """Of one connection. `shop_has` to `missing` are of orders made from `after` to `before`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    began: datetime
    after: datetime
    before: datetime
    shop_has: int
    books_have: int
    #: By reason, or by state where there is none yet.
    waiting: Mapping[str, int]
    #: The shop has them, and we know nothing of them. Those that were found, and taken in, are none.
    missing: int
    #: Never heard of before; believed gone, and there again.
    found: int
    back: int
    #: Deleted, or in the bin, since they were looked at last.
    gone: int
    #: Sent, and changed since.
    changed: int
    looked_at: int
    requests: int
    is_best_effort: bool
    #: By currency.
    money: Mapping[str, Money]
    not_looked_at: Left
    #: What the owner might do; empty for nothing.
    advice: str


def advice(*, open_orders: int, webhooks_work: bool) -> str:
    if open_orders <= MANY or webhooks_work:
        return ""
    return (
        f"More than {MANY} orders are open, and this shop has no webhooks that work: switch webhooks on, so that an"
        " order goes as soon as it may."
    )
