"""Batches of the REST API: rows to create, change and delete in one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from connectors.woocommerce.sandbox.errors import RestError
from connectors.woocommerce.sandbox.frame import answer, demand, json_body

#: Rows that one batch may have.
MAX_BATCH = 100
VERBS = ("create", "update", "delete")

#: (verb, id, row) -> the record's body. A row to be created has the id 0, one to be deleted is empty.
Do = Callable[[str, int, Mapping[str, Any]], dict[str, Any]]


def batch(do: Do) -> Response:
    """Always 200, an empty list for no rows at all. What was wrong with a row stands in its place."""
    given = json_body()
    demand("batch")
    wanted = {verb: given[verb] for verb in VERBS if given.get(verb)}
    if sum(map(len, wanted.values())) > MAX_BATCH:
        message = f"Unable to accept more than {MAX_BATCH} items for this request."
        raise RestError("woocommerce_rest_request_entity_too_large", message, 413)
    return answer({verb: [_row(do, verb, row) for row in rows] for verb, rows in wanted.items()} or [])


def _row(do: Do, verb: str, row: Any) -> dict[str, Any]:
    record_id = row if verb == "delete" else row.get("id", 0)
    try:
        return do(verb, record_id, {} if verb == "delete" else row)
    except RestError as error:
        return {"id": record_id, "error": error.as_json()}
