"""Lists: pages, filter, sort, and the envelope they come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from connectors.economic.sandbox.fields import Fields
from connectors.economic.sandbox.filters import FilterError, parse
from connectors.economic.sandbox.matching import keep
from connectors.economic.sandbox.problems import Code, bad_filter, bad_sort, refused
from connectors.economic.sandbox.table import Entity, Key, Table, value_at

DEFAULT_PAGE = 20
LARGEST_PAGE = 1000


def list_page(
    table: Table[Key],
    fields: Fields,
    query: Mapping[str, str],
    address: str,
    show: Callable[[Entity], Entity] = dict,
) -> dict[str, Any]:
    """One page. `address`: the collection's, without query. Raises ApiError 400; a page beyond the end is empty."""
    size = _whole(query, "pagesize", DEFAULT_PAGE)
    skip = _whole(query, "skippages", 0)
    if size is None or not 1 <= size <= LARGEST_PAGE:
        raise refused(f"pagesize must be a positive whole number between 1 and {LARGEST_PAGE}", Code.PAGE_SIZE)
    if skip is None or skip < 0:
        raise refused("skippages must be a whole number that is not negative", Code.PAGE_SIZE)
    found = _sorted(_filtered(table, fields, query), fields, query)
    return {
        "collection": [show(entity) for entity in found[skip * size : (skip + 1) * size]],
        "pagination": {
            "skipPages": skip,
            "pageSize": size,
            "maxPageSizeAllowed": LARGEST_PAGE,
            "results": len(found),
            "resultsWithoutFilter": len(table),
            **_links(query, address, skip, last=max(0, (len(found) - 1) // size)),
        },
        "self": f"{address}?{urlencode(query)}" if query else address,
    }


def _filtered(table: Table[Key], fields: Fields, query: Mapping[str, str]) -> list[Entity]:
    if "filter" not in query:
        return table.all()
    try:
        node = parse(query["filter"])
    except FilterError as error:
        raise bad_filter(str(error), sorted(fields.filterable)) from None
    return keep(table, fields, node)


def _sorted(found: list[Entity], fields: Fields, query: Mapping[str, str]) -> list[Entity]:
    """`-name` descending, `~name` in alphabetical order; several names, the first counts most."""
    for part in reversed(query["sort"].split(",") if "sort" in query else []):
        name = part.lstrip("-~")
        if name not in fields.sortable:
            raise bad_sort()
        found = sorted(found, key=lambda entity: _rank(value_at(entity, name)), reverse=part.startswith("-"))
    return found


def _rank(value: Any) -> tuple[bool, Any]:
    """Missing values come first."""
    return (False, 0) if value is None else (True, value.lower() if isinstance(value, str) else value)


def _links(query: Mapping[str, str], address: str, skip: int, *, last: int) -> dict[str, str]:
    kept = {name: value for name, value in query.items() if name != "skippages"}

    def page(number: int) -> str:
        return f"{address}?{urlencode({**kept, 'skippages': number})}"

    links = {"firstPage": page(0), "lastPage": page(last)}
    if skip < last:
        links["nextPage"] = page(skip + 1)
    if skip > 0:
        links["previousPage"] = page(skip - 1)
    return links


def _whole(query: Mapping[str, str], name: str, default: int) -> int | None:
    try:
        return int(query.get(name, default))
    except ValueError:
        return None
