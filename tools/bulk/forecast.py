"""What an import would do, told before it does anything: each order as a dry run sees it, a sample of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from connectors.base import WebshopClient
from shared.domain.bulk import ImportFilter
from shared.domain.settings import OrderSettings
from shared.errors import NeedsUser
from shared.store import rehearsal, run_work
from tools.bulk.closed import ClosedDays, closed_days, days_between
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.cli.words import did_you_mean
from tools.owner.books import Books, opened_books
from tools.rehearse.dry_run import Told, dry_run
from tools.rehearse.orders import Reading, Subject
from tools.rehearse.through import Through, asked_shop, rehearsal_of
from workers.numbered import numbered, portions
from workers.sightings import Body, written

#: Stretches of time out of each of which a sample takes orders.
STRETCHES = 10
WOULD_BE_SENT = "would be sent"
ALREADY = "in the books already"


#: How it ends, and the reason.
End = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ends:
    """What would become of orders: how many of each end, the most first; and of each an order, and its sentence."""

    counts: Mapping[End, int]
    examples: Mapping[End, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Forecast:
    #: Orders that the shop has of these days, of any state; None where it does not say.
    there_are: int | None
    looked_at: int
    #: There are more, which were not looked at.
    is_sample: bool
    #: Of those that were looked at.
    ends: Ends
    not_found: Sequence[str] = ()
    #: None: the books let nobody see.
    closed: Sequence[ClosedDays] | None = ()

    @property
    def total(self) -> int | None:
        """So many orders an import would come to, as far as that is known."""
        return self.there_are if self.is_sample else self.looked_at + len(self.not_found)

    def as_json(self) -> dict[str, Any]:
        return {
            "orders": self.total,
            "looked_at": self.looked_at,
            "is_sample": self.is_sample,
            "counts": [
                {"end": end, "reason": reason, "orders": many, "example": self.ends.examples[end, reason][0]}
                for (end, reason), many in self.ends.counts.items()
            ],
            "not_found": list(self.not_found),
            "closed": [one.as_json() for one in self.closed] if self.closed is not None else None,
        }


def forecast(
    place: Place,
    through: Through,
    settings: OrderSettings,
    wanted: ImportFilter,
    *,
    sample: int,
    heard: Callable[[int], None],
) -> Forecast:
    """`heard(how many orders were looked at)`. Raises fates of the shop, and Problem where the books do not open."""
    with asked_shop(place, through) as shop:
        _check_states(shop, wanted.states)
        listed = _Listing(place, through, shop, settings, wanted, sample)
        orders = listed.orders()
    closed = _closed(place, through, settings, _days(wanted, list(listed.days_of(orders))))
    ends = rehearsed_ends(place, through, settings, _subjects(place, through, orders), _end, heard)
    return Forecast(
        there_are=listed.there_are,
        looked_at=len(orders),
        is_sample=listed.is_sample,
        ends=ends,
        not_found=listed.not_found,
        closed=closed,
    )


def rehearsed_ends(
    place: Place,
    through: Through,
    settings: OrderSettings,
    subjects: Sequence[Subject],
    end_of: Callable[[Told], End],
    heard: Callable[[int], None],
) -> Ends:
    """How a dry run of each of them ends. `heard(how many were looked at)`. Raises as `forecast`."""
    counts: Counter[End] = Counter()
    examples: dict[End, tuple[str, str]] = {}
    with rehearsal_of(place, through) as rehearsing:
        readings = [Reading(place, through, subject) for subject in subjects]
        for told in dry_run(place, through, rehearsing, readings, settings):
            end = end_of(told)
            counts[end] += 1
            examples.setdefault(end, (told.subject.number, told.rehearsed.sentence))
            heard(counts.total())
    return Ends(dict(counts.most_common()), examples)


def _check_states(client: WebshopClient, states: Sequence[str]) -> None:
    """Raises Problem for one that the shop has not."""
    if not states:
        return
    try:
        there = [state.name for state in client.order_states()]
    except NeedsUser:
        return
    for state in states:
        if state not in there:
            says = f"the shop has no state {state!r}; there are: {', '.join(there)}{did_you_mean(state, there)}"
            raise Problem(harmless(says), Exit.FOUND_TROUBLE)


def _days(wanted: ImportFilter, made: Sequence[date]) -> Iterable[date]:
    """Those that are asked for, from the oldest order on: what lies before it is closed and matters to nobody."""
    if wanted.first is None or wanted.last is None or not made:
        return made
    return days_between(max(wanted.first, min(made)), wanted.last)


class _Listing:
    """Raises fates."""

    def __init__(
        self,
        place: Place,
        through: Through,
        client: WebshopClient,
        settings: OrderSettings,
        wanted: ImportFilter,
        sample: int,
    ) -> None:
        self._place = place
        self._through = through
        self._shop = through.webshop
        self._client = client
        self._zone = ZoneInfo(settings.time_zone)
        self._wanted = wanted
        self._sample = sample
        self.there_are: int | None = None
        self.is_sample = False
        self.not_found: list[str] = []

    def orders(self) -> list[Body]:
        """Each once, at most as many as the sample holds."""
        found = self._by_number() if self._wanted.numbers else self._by_day()
        once = {self._shop.notice_of(order).source_id or str(at): order for at, order in enumerate(found)}
        return list(once.values())

    def days_of(self, orders: Iterable[Body]) -> Iterator[date]:
        made = (self._shop.notice_of(order).created_at for order in orders)
        return (moment.astimezone(self._zone).date() for moment in made if moment is not None)

    def _by_number(self) -> list[Body]:
        found: list[Body] = []
        numbers = self._wanted.numbers
        self.there_are, self.is_sample = len(numbers), len(numbers) > self._sample
        for portion in portions(self._shop, numbers[: self._sample]):
            with self._place.database.account(self._through.account.id) as c:
                known_by = run_work.sources_of(c, self._through.connection.id, portion)
            these = numbered(self._shop, self._client, portion, known_by)
            found += these.found
            self.not_found += these.missing
        return found

    def _by_day(self) -> list[Body]:
        after, before = self._wanted.moments(self._zone, now=datetime.now(UTC))
        self.there_are = self._client.count_orders(after=after, before=before)
        if self.there_are is not None and self.there_are <= self._sample:
            return self._between(after, before, self._sample)
        found = self._between(after, before, self._sample + 1)
        if len(found) <= self._sample:
            return found
        self.is_sample = True
        step = (before - after) / STRETCHES
        starts = [after + step * at for at in range(STRETCHES)]
        spread = [self._between(start, start + step, max(1, self._sample // STRETCHES)) for start in starts]
        return [order for stretch in spread for order in stretch][: self._sample]

    def _between(self, after: datetime, before: datetime, most: int) -> list[Body]:
        pages = self._client.list_orders_created(after=after, before=before, states=self._wanted.states or None)
        return list(islice((order for page in pages for order in page.orders), most))


def _subjects(place: Place, through: Through, orders: Sequence[Body]) -> list[Subject]:
    """As the shop says them now, with what is known of them here; their connection's start date does not count."""
    notices = [through.webshop.notice_of(order) for order in orders]
    subjects: list[Subject] = []
    with place.database.account(through.account.id) as c:
        sources = [notice.source_id for notice in notices if notice.source_id]
        known = run_work.transfers_of(c, through.connection.id, sources)
        for notice, order in zip(notices, orders, strict=True):
            body, number = written(order), notice.source_number or notice.source_id or "?"
            told = None
            if notice.source_id in known:
                (told,) = rehearsal.told_orders(c, of=through.connection.id, transfer=known[notice.source_id])
                told = replace(told, active_since=None, needs_fetch=False)
            subjects.append(Subject(number, told, body))
    return subjects


def _closed(
    place: Place, through: Through, settings: OrderSettings, days: Iterable[date]
) -> Sequence[ClosedDays] | None:
    books = Books(through.books.id, through.books.name, through.books.kind)
    with opened_books(place, through.account, books) as client:
        return closed_days(client, settings, days)


def _end(told: Told) -> End:
    if told.subject.in_books:
        return ALREADY, ""
    return told.end, told.rehearsed.reason
