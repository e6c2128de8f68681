"""What we write beside an order: a private note, or a custom field of our own.

Both look first and write only what is not there yet, so that each may be done again at any time. A note says nothing to
webhooks and leaves the order's dates alone (observed 12); a field moves its modified date and sends order.updated
(observed 13), and is kept out of the normalised order (`read.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.woocommerce.read import OWN_FIELD
from connectors.woocommerce.rest import Answer, Rest
from connectors.woocommerce.values import is_id, without_entities
from shared.errors import ConnectionBroken, NeedsUser, OutcomeUnknown, Retry, Skip

#: What our notes begin with, among those of the shop and of its people.
MARK = "shopledger: "

TRASH = "trash"


def write_note(rest: Rest, order_id: str, text: str) -> None:
    """The list has no pages, and is not in order within a second: the newest note has the highest id."""
    path, note = f"orders/{order_id}/notes", MARK + text
    ours = [row for row in rest.get(path, {"type": "internal"}).rows() if _said(row).startswith(MARK)]
    if ours and _said(max(ours, key=_number)) == note:
        return
    written = _written(lambda: rest.post(path, {"note": note, "customer_note": False}))
    if _said(written) != note:
        raise OutcomeUnknown("write_unproven", "The shop's answer does not say whether it wrote the note.")


def write_field(rest: Rest, order_id: str, text: str) -> None:
    path = f"orders/{order_id}"
    order = rest.get(path, {"_fields": "id,status,meta_data"}).value
    if not isinstance(order, dict) or str(order.get("id")) != order_id:
        raise Retry("unexpected_answer", "The shop answered with something other than the order.")
    if order.get("status") == TRASH:
        raise Skip("order_trashed", "The order is in the shop's bin: nothing is written to it.")
    ours = _own_rows(order)
    if ours and all(row.get("value") == text for row in ours):
        return
    row = {"key": OWN_FIELD, "value": text} | ({"id": ours[0]["id"]} if ours and is_id(ours[0].get("id")) else {})
    written = _written(lambda: rest.put(path, {"meta_data": [row]}))
    if text not in [one.get("value") for one in _own_rows(written)]:
        raise OutcomeUnknown("write_unproven", "The shop's answer does not say whether it wrote the field.")


def _written(send: Callable[[], Answer]) -> Any:
    """Of an order that could be read a moment ago: a key that is refused now reads and does not write."""
    try:
        return send().value
    except ConnectionBroken as refusal:
        if refusal.code != "not_authorised":
            raise
    raise NeedsUser("key_may_not_write", "The API key may not write: give it read and write rights in the shop.")


def _own_rows(order: object) -> list[Mapping[str, Any]]:
    rows = order.get("meta_data") if isinstance(order, dict) else None
    return [row for row in rows or () if isinstance(row, dict) and row.get("key") == OWN_FIELD]


def _said(note: object) -> str:
    text = note.get("note") if isinstance(note, dict) else None
    return without_entities(text) if isinstance(text, str) else ""


def _number(note: Mapping[str, Any]) -> int:
    return note["id"] if is_id(note.get("id")) else 0
