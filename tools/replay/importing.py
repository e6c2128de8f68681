"""`shopledger replay import`: events of a file go through the one door, as if this connection's shop had told them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from connectors.base import UnreadableOrder, Webshop
from connectors.registry import webshop
from shared.domain.notice import Notice, NoticeKind, SourceType
from shared.intake import Origin, Sender, take_in
from shared.store import known, replay
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless, many
from tools.rehearse.through import Through
from tools.replay.files import EventFile, Line, wrong_line

#: Orders that are looked up at a time.
PORTION = 500
#: The events that say something of an order. What a shop said of itself (an alarm) is not true of another one.
TAKEN = (NoticeKind.STATE, NoticeKind.FETCH, NoticeKind.DELETED, NoticeKind.GONE)


class End(StrEnum):
    """What becomes of an event."""

    NEW = "new"
    KNOWN = "known"
    LEFT = "left_out"


@dataclass(slots=True)
class Plan:
    """How many events have which end, and of how many orders they tell."""

    counts: Counter[End] = field(default_factory=Counter)
    orders: int = 0

    @property
    def taken(self) -> int:
        """Events that are taken in."""
        return self.counts[End.NEW] + self.counts[End.KNOWN]

    def as_json(self) -> dict[str, Any]:
        return {"orders": self.orders, **{end.value: self.counts[end] for end in End}}


def plan(place: Place, through: Through, file: EventFile) -> Plan:
    """Reads the whole file and changes nothing. Raises Problem for whatever is wrong with it."""
    shop = _webshop(through, file)
    notices = ((line, notice_of(shop, file, line)) for line in file.events())
    made = Plan()
    ids: set[str] = set()
    while portion := list(itertools.islice(notices, PORTION)):
        of_orders = {notice.source_id for _, notice in portion if _is_of_order(notice)} - {None}
        before = _known(place, through, file, [one for one in of_orders if one is not None])
        ids |= {one for one in of_orders if one is not None}
        for _, notice in portion:
            made.counts[_end(notice, before)] += 1
    made.orders = len(ids)
    return made


def carry_out(place: Place, through: Through, file: EventFile, *, heard: Callable[[int], None]) -> int:
    """Takes them in, each in a commit of its own; may be done again. Returns how many. `heard`: how many so far."""
    shop = _webshop(through, file)
    sender = Sender(account_id=through.account.id, system_id=through.shop.id)
    done = 0
    for line in file.events():
        notice = notice_of(shop, file, line)
        if not _is_taken(notice):
            continue

        def take(c: Any, notice: Notice = notice, body: bytes = line.body) -> None:
            take_in(c, sender, Origin.IMPORT, notice, body)

        place.database.run(take)
        done += 1
        heard(done)
    return done


def notice_of(shop: Webshop, file: EventFile, line: Line) -> Notice:
    """What the event says, as its body has it where that names the order. Raises Problem where they differ."""
    event = line.event
    told = Notice(
        kind=event.kind,
        topic=event.topic,
        delivery_id=event.delivery_id,
        source_type=event.source_type,
        source_id=event.source_id,
        source_number=event.source_number,
        modified_at=event.source_modified_at,
        reason=event.reason,
    )
    for text in (told.topic, told.delivery_id, told.source_id, told.source_number, told.reason):
        if text is not None and ("\0" in text or not _is_storable(text)):
            raise wrong_line(file, line, "it holds characters that no text may hold")
    if event.kind is not NoticeKind.STATE or event.source_type is not SourceType.ORDER:
        return told
    try:
        read = shop.notice_of(shop.decode_order(line.body))
    except UnreadableOrder as error:
        raise wrong_line(file, line, f"the order in its body cannot be read: {error}") from None
    if read.source_id != event.source_id or read.modified_at != event.source_modified_at:
        raise wrong_line(file, line, "source_id and source_modified_at are not those of the order in its body")
    return Notice(
        kind=told.kind,
        topic=told.topic,
        delivery_id=told.delivery_id,
        source_type=read.source_type,
        source_id=read.source_id,
        source_number=read.source_number,
        modified_at=read.modified_at,
        created_at=read.created_at,
        reason=told.reason,
    )


def _webshop(through: Through, file: EventFile) -> Webshop:
    if file.head.system_kind != through.shop.kind:
        its, ours = file.head.system_kind, f"{through.shop.name} is {through.shop.kind}"
        raise Problem(harmless(f"{file.path}:1: its events are of {its}, and {ours}"), Exit.WRONG_FILE)
    return webshop(through.shop.kind)


def _known(place: Place, through: Through, file: EventFile, ids: list[str]) -> Mapping[str, known.KnownOrder]:
    if file.head.masked:
        with place.database.account(through.account.id) as c:
            own = replay.told_by_shop(c, through.shop.id, ids)
        if own:
            says = f"{through.shop.name} told of {many(len(own), 'order')} of this file itself, and the file is masked:"
            raise Problem(
                harmless(f"{says} made-up names would stand in the books. Import it where no shop tells us anything."),
                Exit.FOUND_TROUBLE,
            )
    return known.orders(place.database, through.account.id, through.shop.id, ids)


def _end(notice: Notice, before: Mapping[str, known.KnownOrder]) -> End:
    if not _is_taken(notice):
        return End.LEFT
    return End.KNOWN if notice.source_id in before else End.NEW


def _is_taken(notice: Notice) -> bool:
    return notice.kind in TAKEN and _is_of_order(notice)


def _is_of_order(notice: Notice) -> bool:
    return notice.source_type is SourceType.ORDER and notice.source_id is not None


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
