"""Lists of orders: by change, by creation, by id, and how many there are.

Dates go out in the one form that every shop understands alike: whole seconds, no zone, `dates_are_gmt=true` (observed
21: "Z" with that flag shifts twice, fractions make the zone be ignored, a bare date is refused). Bounds are strict in
the shop, so a second less is asked for where the moment itself is meant. `status=any` is every registered state but
the trash, abandoned drafts ("checkout-draft") too (observed 22).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from connectors.base import OrderGlance, UnreadableOrder
from connectors.woocommerce.fields import Fields
from connectors.woocommerce.rest import Answer, Rest
from connectors.woocommerce.smaller import as_glanced, in_parts, instead
from connectors.woocommerce.values import ID, is_id, parse_gmt
from connectors.woocommerce.walk import CREATED, MODIFIED, PER_PAGE, Row, Window, walk
from connectors.woocommerce.webhook import read_number
from shared.errors import NeedsUser, Retry

#: Older than any order.
EPOCH = datetime(1970, 1, 2, tzinfo=UTC)
#: What a glance at an order needs.
GLANCE = ("id", "number", "status", MODIFIED, CREATED, "total", "currency")

_SECOND = timedelta(seconds=1)
#: So often a page is glanced at of which all orders change before they are told.
_MOST_GLANCES = 10
#: Orders of a page that a slow shop is asked for in place of a hundred.
_FEW = 20


def list_modified(rest: Rest, since: datetime, fields: Sequence[str] = ()) -> Iterator[Sequence[Row]]:
    """All orders modified at or after that moment, oldest change first. Raises ValueError for one without a zone."""

    def ask(after: datetime, page: int, per_page: int) -> Window:
        bounds = {"modified_after": _written(after), "orderby": "modified"}
        return _window(rest, {**bounds, **_only(fields), "status": "any"}, page, per_page)

    return walk(_just_before(since), ask, by=MODIFIED)


def list_created(
    rest: Rest, after: datetime, before: datetime | None, states: Sequence[str] | None, fields: Sequence[str] = ()
) -> Iterator[Sequence[Row]]:
    """All orders made in [after, before), oldest first; then those that changed meanwhile, oldest change first.

    The walk by creation misses none that stays where it is. An order whose date of creation is changed by hand, or that
    comes into one of `states`, may get behind it; but then it was modified since the walk began. `fields` hold all of
    `GLANCE`, or none for whole orders.
    """
    if states is not None and not states:
        return
    bounds = _between(after, before) | {"orderby": "date", "status": ",".join(states or ["any"])}
    began = _newest_change(rest)

    def ask(since: datetime, page: int, per_page: int) -> Window:
        return _window(rest, {**bounds, **_only(fields), "after": _written(since)}, page, per_page)

    handed_out: dict[object, object] = {}
    for rows in walk(_just_before(after), ask, by=CREATED):
        handed_out.update((row.get("id"), row.get(MODIFIED)) for row in rows if _is_since(began, row))
        yield rows
    for rows in list_modified(rest, began, fields):
        meanwhile = [
            row
            for row in rows
            if _is_made(row, after, before)
            and (states is None or row.get("status") in states)
            and handed_out.get(row.get("id")) != row.get(MODIFIED)
        ]
        if meanwhile:
            yield meanwhile


def count_created(rest: Rest, after: datetime, before: datetime) -> int | None:
    """How many orders were made in [after, before), the trash left out; None where the shop does not say."""
    answer = rest.get("orders", _between(after, before) | {"status": "any", "per_page": "1", "_fields": "id"})
    answer.rows()
    return _number_in(answer, "x-wp-total")


def list_by_id(rest: Rest, ids: Sequence[str]) -> Iterator[Sequence[Row]]:
    """The orders with these ids, a page's worth at a time, then those of them that are in the trash (observed 22).

    One that the shop cannot tell of is left out.
    """
    known = [order_id for order_id in dict.fromkeys(ids) if re.fullmatch(ID, order_id)]
    for start in range(0, len(known), PER_PAGE):
        batch = known[start : start + PER_PAGE]
        rows, untold = _told_of(rest, batch, "any")
        if rows:
            yield rows
        found = untold.union(str(row.get("id")) for row in rows)
        missing = [order_id for order_id in batch if order_id not in found]
        if missing and (trashed := _told_of(rest, missing, "trash")[0]):
            yield trashed


def glances(rows: Sequence[Row]) -> list[OrderGlance]:
    """What cannot be read of an order is None; a row without an id is no order."""
    return [_glance(row) for row in rows if is_id(row.get("id"))]


def is_last_page(answer: Answer, page: int, rows: int, per_page: int = PER_PAGE) -> bool:
    """By the shop's own count of pages: a plugin may take rows out of a page. Beyond the end the count is 0."""
    if not rows:
        return True
    pages = _number_in(answer, "x-wp-totalpages")
    return rows < per_page if pages is None else page >= pages


def _window(rest: Rest, parameters: Mapping[str, str], page: int, per_page: int) -> Window:
    asked = {**parameters, "dates_are_gmt": "true", "order": "asc", "per_page": str(per_page), "page": str(page)}
    try:
        answer = rest.get("orders", asked)
    except Retry as trouble:
        if "_fields" in asked:
            raise
        return _window_in_parts(rest, asked, trouble)
    rows = answer.rows()
    return Window(rows, is_last=is_last_page(answer, page, len(rows), per_page))


def _window_in_parts(rest: Rest, asked: Mapping[str, str], trouble: Retry) -> Window:
    """The same page, or the beginning of the first one, by a glance at its orders, and then these a few at a time."""
    page, per_page = int(asked["page"]), int(asked["per_page"])
    sizes = (per_page, min(per_page, _FEW)) if page == 1 else (per_page,)
    for _ in range(_MOST_GLANCES):
        answer, size = instead(trouble, *(partial(_glanced, rest, asked, size) for size in sizes))
        glances = answer.rows()
        ids = [str(row["id"]) for row in glances if is_id(row.get("id"))]
        rows, untold = in_parts(ids, lambda some: _included(rest, some, "any"))
        found = as_glanced(glances, rows, untold, same=(MODIFIED, CREATED))
        if found or not glances:
            # Who changed meanwhile has another place, perhaps behind what was the last page.
            is_last = is_last_page(answer, page, len(glances), size)
            return Window(found, is_last=is_last and len(found) == len(glances))
    raise trouble


def _glanced(rest: Rest, asked: Mapping[str, str], size: int) -> tuple[Answer, int]:
    return rest.get("orders", {**asked, **_only(GLANCE), "per_page": str(size)}), size


def _told_of(rest: Rest, ids: Sequence[str], status: str) -> tuple[Sequence[Row], set[str]]:
    """Those of them that have that status, and those that the shop cannot tell of."""
    try:
        return _included(rest, ids, status), set()
    except Retry as trouble:
        instead(trouble, lambda: _included(rest, ids, status, ("id",)))
        return in_parts(ids, lambda some: _included(rest, some, status))


def _included(rest: Rest, ids: Sequence[str], status: str, fields: Sequence[str] = ()) -> Sequence[Row]:
    """Raises NeedsUser for a shop that answers with other orders: what it left out would be taken for gone."""
    asked = {"include": ",".join(ids), "status": status, "orderby": "id", "per_page": str(PER_PAGE)}
    rows = rest.get("orders", asked | _only(fields)).rows()
    if not {str(row.get("id")) for row in rows} <= set(ids):
        raise NeedsUser("filter_ignored", "The shop cannot list orders by their ids: a plugin changes what is asked.")
    return rows


def _newest_change(rest: Rest) -> datetime:
    """The shop's newest modification, no later than now: whatever changes from now on is dated there or later."""
    newest = {"status": "any", "orderby": "modified", "order": "desc", "per_page": "1", "_fields": f"id,{MODIFIED}"}
    rows = rest.get("orders", newest).rows()
    moments = [moment for row in rows if (moment := parse_gmt(row.get(MODIFIED))) is not None]
    return min([*moments, datetime.now(UTC)]) if moments else EPOCH


def _is_since(moment: datetime, row: Row) -> bool:
    modified = parse_gmt(row.get(MODIFIED))
    return modified is not None and modified >= moment


def _is_made(row: Row, after: datetime, before: datetime | None) -> bool:
    made = parse_gmt(row.get(CREATED))
    return made is not None and after.replace(microsecond=0) <= made and (before is None or made < before)


def _glance(row: Row) -> OrderGlance:
    try:
        total = Fields(row).amount("total")
    except UnreadableOrder:
        total = None
    status, currency = row.get("status"), row.get("currency")
    return OrderGlance(
        id=str(row["id"]),
        number=read_number(row.get("number")) or str(row["id"]),
        status=status if isinstance(status, str) else None,
        modified_at=parse_gmt(row.get(MODIFIED)),
        created_at=parse_gmt(row.get(CREATED)),
        total=total,
        currency=currency if isinstance(currency, str) else None,
    )


def _between(after: datetime, before: datetime | None) -> dict[str, str]:
    """A fraction of a second in `before` admits its second: the shop knows only that."""
    bounds = {"after": _written(_just_before(after)), "dates_are_gmt": "true"}
    if before is None:
        return bounds
    whole = _utc(before).replace(microsecond=0)
    return bounds | {"before": _written(whole if whole == _utc(before) else whole + _SECOND)}


def _just_before(moment: datetime) -> datetime:
    return _utc(moment).replace(microsecond=0) - _SECOND


def _utc(moment: datetime) -> datetime:
    """Naive, as the shop wants it. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return max(moment, EPOCH).astimezone(UTC).replace(tzinfo=None)


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _only(fields: Sequence[str]) -> dict[str, str]:
    return {"_fields": ",".join(fields)} if fields else {}


def _number_in(answer: Answer, header: str) -> int | None:
    text = answer.headers.get(header, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
