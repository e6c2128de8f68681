"""What an order's body says of the order, so that two bodies can be compared that came on different ways.

Left out is what other things decide than the order: who asks, when it was saved last and by which version, and what the
catalogue looks like today. Recorded on a shop (10.5), one order with one date of change, by webhook, by id and by list:
`payment_url` has the scheme of whoever asks; custom fields come by key or by id; `_debug_log_source...` is put in for
a checkout's own log and taken out again without a word. From the vendor's source as remembered, not recorded: an
image's address has the asker's scheme, too; labels of attributes and `needs_processing` are the catalogue's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.woocommerce.read import OWN_FIELD
from connectors.woocommerce.values import is_id

#: Of the order itself.
_OUTSIDE = frozenset({
    "_links", "payment_url", "date_modified", "date_modified_gmt", "version", "currency_symbol", "needs_processing",
})  # fmt: skip
#: Of a line.
_CATALOGUE = frozenset({"image", "parent_name"})
#: Of a custom field: an id is another where the same was written anew.
_OF_FIELD = frozenset({"id", "display_key", "display_value"})
#: Custom fields that WooCommerce puts in and takes out by itself.
_PASSING = "_debug_log_source"
_LINES = ("line_items", "shipping_lines", "fee_lines", "coupon_lines", "tax_lines")


def content(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body without what says nothing about the order; its amounts have the decimals that were asked for."""
    said = {name: value for name, value in body.items() if name not in _OUTSIDE}
    for name in _LINES:
        if isinstance(said.get(name), list):
            said[name] = [_line(line) for line in said[name]]
    return _with_fields(said)


def _line(line: Any) -> Any:
    if not isinstance(line, Mapping):
        return line
    return _with_fields({name: value for name, value in line.items() if name not in _CATALOGUE})


def _with_fields(owner: dict[str, Any]) -> dict[str, Any]:
    """Custom fields by key; those of one key stay in the order in which they were made."""
    rows = owner.get("meta_data")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return owner
    kept = sorted((row for row in rows if not _is_ours_or_passing(str(row.get("key")))), key=_place)
    return owner | {
        "meta_data": [{name: value for name, value in row.items() if name not in _OF_FIELD} for row in kept]
    }


def _is_ours_or_passing(key: str) -> bool:
    return key == OWN_FIELD or key.startswith(_PASSING)


def _place(row: Mapping[str, Any]) -> tuple[str, int]:
    field_id = row.get("id")
    return str(row.get("key")), field_id if is_id(field_id) else 0
