"""A list request: its parameters, what they mean, and the page they name (observed facts 21, 22, 23, 28)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from connectors.woocommerce.sandbox.clock import WALL_FORMAT
from connectors.woocommerce.sandbox.errors import invalid_params

MAX_PER_PAGE = 100
ORDERBY = ("date", "id", "include", "title", "slug", "modified")
_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?P<fraction>\.\d+)?(?P<zone>Z|[+-]\d{2}(?::\d{2})?)?", re.ASCII
)

Values = Mapping[str, str | list[str]]
Problems = dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DateFilter:
    """A strict bound on one `date_*_gmt` field, written like the field: texts of that form sort like moments."""

    field: str
    is_lower: bool
    limit: str

    def admits(self, body: Mapping[str, Any]) -> bool:
        value: str = body[self.field]
        return value > self.limit if self.is_lower else value < self.limit


#: Parameter -> the field it bounds, and whether from below.
DATE_PARAMETERS = {
    "after": ("date_created_gmt", True),
    "before": ("date_created_gmt", False),
    "modified_after": ("date_modified_gmt", True),
    "modified_before": ("date_modified_gmt", False),
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    page: int
    per_page: int
    #: Decimals of the amounts.
    dp: int
    orderby: str
    descending: bool
    statuses: frozenset[str]
    filters: Sequence[DateFilter]
    #: Id -> its place in the request.
    include: Mapping[int, int]
    exclude: Mapping[int, int]

    def admits(self, body: Mapping[str, Any]) -> bool:
        if body["id"] in self.exclude or (self.include and body["id"] not in self.include):
            return False
        listed = body["status"] != "trash" if "any" in self.statuses else body["status"] in self.statuses
        return listed and all(bound.admits(body) for bound in self.filters)

    def sort_key(self, body: Mapping[str, Any]) -> tuple[Any, int]:
        """Ties go by id, so that two answers never differ in their order."""
        if self.orderby in ("date", "modified"):
            return body["date_created_gmt" if self.orderby == "date" else "date_modified_gmt"], body["id"]
        if self.orderby == "include" and body["id"] in self.include:
            return self.include[body["id"]], body["id"]
        return body["id"], body["id"]


@dataclass(frozen=True, slots=True)
class Page:
    bodies: Sequence[Mapping[str, Any]]
    #: 0 on a page beyond the end, whatever there is.
    total: int
    pages: int


def read_query(values: Values, zone: ZoneInfo, order_statuses: Sequence[str], decimals: int) -> ListQuery:
    """`decimals`: the shop's own. Raises RestError 400 naming every parameter outside its schema."""
    problems: Problems = {}
    page = _integer(values, "page", 1, problems)
    if page < 1:
        problems["page"] = ("rest_out_of_bounds", "page must be greater than or equal to 1")
    per_page = _integer(values, "per_page", 10, problems)
    if not 1 <= per_page <= MAX_PER_PAGE:
        problems["per_page"] = (
            "rest_out_of_bounds",
            f"per_page must be between 1 (inclusive) and {MAX_PER_PAGE} (inclusive)",
        )
    dp = abs(_integer(values, "dp", decimals, problems))
    filters = _date_filters(values, zone, problems)
    order = _choice(values, "order", "desc", ("asc", "desc"), problems)
    orderby = _choice(values, "orderby", "date", ORDERBY, problems)
    include, exclude = _ids(values, "include", problems), _ids(values, "exclude", problems)
    statuses, known = _list(values, "status") or ["any"], ("any", "trash", *order_statuses)
    for position, status in enumerate(statuses):
        if status not in known:
            problems["status"] = _not_in_enum(f"status[{position}]", known)
            break
    if problems:
        raise invalid_params(problems)
    return ListQuery(
        page=page,
        per_page=per_page,
        dp=dp,
        orderby=orderby,
        descending=order == "desc" and orderby != "include",
        statuses=frozenset(statuses),
        filters=filters,
        include=include,
        exclude=exclude,
    )


def read_dp(values: Values, decimals: int) -> int:
    """The decimals that amounts are asked for with. Raises RestError 400 for what is no whole number."""
    problems: Problems = {}
    dp = abs(_integer(values, "dp", decimals, problems))
    if problems:
        raise invalid_params(problems)
    return dp


def page_of(bodies: Sequence[Mapping[str, Any]], query: ListQuery) -> Page:
    found = sorted(filter(query.admits, bodies), key=query.sort_key, reverse=query.descending)
    start = (query.page - 1) * query.per_page
    if found and start >= len(found):
        return Page([], 0, 0)
    return Page(found[start : start + query.per_page], len(found), -(-len(found) // query.per_page))


def link_header(url: str, given: Sequence[tuple[str, str]], query: ListQuery, page: Page) -> str | None:
    """Previous and next page with the parameters as decoded and the defaults WooCommerce adds; None without either."""
    links = []
    if query.page > 1:
        links.append(_link(url, given, query, min(query.page - 1, page.pages), "prev", bare=not page.pages))
    if query.page < page.pages:
        links.append(_link(url, given, query, query.page + 1, "next"))
    return ", ".join(links) or None


def _link(
    url: str, given: Sequence[tuple[str, str]], query: ListQuery, number: int, rel: str, *, bare: bool = False
) -> str:
    names = {name for name, _ in given}
    pairs = [(name, str(number) if name == "page" else value) for name, value in given]
    if not any(name.startswith("status") for name in names):
        pairs.append(("status[0]", "any"))
    if not bare:
        pairs += [(name, value) for name, value in (("dp", str(query.dp)), ("context", "view")) if name not in names]
    if "page" not in names:
        pairs.append(("page", str(number)))
    return f'<{url}?{urlencode(pairs, quote_via=quote)}>; rel="{rel}"'


def read_date(text: str, zone: ZoneInfo, *, dates_are_gmt: bool) -> datetime | None:
    """The moment WooCommerce compares with, or None for a text it refuses.

    A zone is turned into the shop's wall clock, which is then read as UTC if the caller also says that dates are
    GMT: shifted twice. A fraction of a second makes it forget the zone.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        wall = datetime.strptime(f"{match[1]}T{match[2]}", WALL_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
    if match["zone"] and not match["fraction"]:
        moment = wall - _offset(match["zone"])
        wall = moment.astimezone(zone).replace(tzinfo=UTC)
        if not dates_are_gmt:
            return moment
    return wall if dates_are_gmt else wall.replace(tzinfo=zone).astimezone(UTC)


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta(0)
    hours, _, minutes = zone[1:].partition(":")
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -size if zone[0] == "-" else size


def _date_filters(values: Values, zone: ZoneInfo, problems: Problems) -> list[DateFilter]:
    dates_are_gmt = _text(values, "dates_are_gmt").lower() in ("true", "1")
    filters = []
    for name, (field, is_lower) in DATE_PARAMETERS.items():
        if name not in values:
            continue
        moment = read_date(_text(values, name), zone, dates_are_gmt=dates_are_gmt)
        if moment is None:
            problems[name] = ("rest_invalid_date", "Invalid date.")
        else:
            filters.append(DateFilter(field, is_lower, moment.strftime(WALL_FORMAT)))
    return filters


def _integer(values: Values, name: str, default: int, problems: Problems) -> int:
    text = _text(values, name) if name in values else str(default)
    try:
        return int(text)
    except ValueError:
        problems[name] = ("rest_invalid_type", f"{name} is not of type integer.")
        return default


def _ids(values: Values, name: str, problems: Problems) -> dict[int, int]:
    """An empty list bounds nothing."""
    texts = _list(values, name)
    for position, text in enumerate(texts):
        if not text.isdecimal():
            problems[name] = ("rest_invalid_type", f"{name}[{position}] is not of type integer.")
            return {}
    return {int(text): place for place, text in enumerate(texts)}


def _choice(values: Values, name: str, default: str, allowed: Sequence[str], problems: Problems) -> str:
    chosen = _text(values, name) if name in values else default
    if chosen not in allowed:
        problems[name] = _not_in_enum(name, allowed)
    return chosen


def _not_in_enum(name: str, allowed: Sequence[str]) -> tuple[str, str]:
    return "rest_not_in_enum", f"{name} is not one of {', '.join(allowed[:-1])}, and {allowed[-1]}."


def _text(values: Values, name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else ",".join(value)


def _list(values: Values, name: str) -> list[str]:
    """A list parameter: `name[]=a&name[]=b`, or `name=a,b`."""
    value = values.get(name, "")
    return value if isinstance(value, list) else [part for part in re.split(r"[\s,]+", value) if part]
