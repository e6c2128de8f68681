"""What an order's body says of the order, on whichever way it came."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.woocommerce import WooCommerce
from connectors.woocommerce.content import content
from connectors.woocommerce.read import OWN_FIELD
from tests.connectors.woocommerce.examples import changed, example
from tests.connectors.woocommerce.recordings import WOOCOMMERCE, load, needs_recordings, orders_in, rest_bodies

LOG = "_debug_log_source_pending_deletion"


def field(number: int, key: str, value: object = "x") -> dict[str, object]:
    return {"id": number, "key": key, "value": value}


@pytest.mark.parametrize(
    "other",
    [
        {"payment_url": "https://elsewhere.example/pay"},
        {"_links": {}},
        {"date_modified": "2030-01-01T00:00:00", "date_modified_gmt": "2030-01-01T00:00:00"},
        {"version": "11.0.0"},
        {"needs_processing": None},
        {"meta_data": [field(2, "b"), field(1, "a")]},
        {"meta_data": [field(1, "a"), field(2, "b"), field(3, LOG)]},
        {"meta_data": [field(1, "a"), field(2, "b"), field(3, OWN_FIELD, "invoice 4711")]},
        {"meta_data": [field(11, "a"), field(12, "b")]},
        {
            "line_items": [
                {"id": 5, "name": "Krus", "image": {"src": "https://x"}, "parent_name": "Krus", "meta_data": []}
            ]
        },
    ],
    ids=lambda other: "-".join(other),
)
def test_what_others_decide_is_no_content(other: dict[str, Any]) -> None:
    line = {"id": 5, "name": "Krus", "image": {"src": "http://x"}, "meta_data": []}
    body = changed(example("order_plain"), meta_data=[field(1, "a"), field(2, "b")], line_items=[line])
    assert content({**body, **other}) == content(body)


@pytest.mark.parametrize(
    "other",
    [
        {"status": "completed"},
        {"total": "1.00"},
        {"refunds": [{"id": 9, "reason": "", "total": "-1.00"}]},
        {"customer_note": "ring the bell"},
        {"date_paid_gmt": "2026-01-01T00:00:00"},
        {"date_created_gmt": "2026-01-01T00:00:00"},
        {"meta_data": [field(1, "a", "y"), field(2, "a")]},
        {"meta_data": [field(1, "a"), field(2, "a", "y")]},
        {"line_items": []},
        {"a_field_of_a_plugin": 1},
    ],
    ids=lambda other: "-".join(other),
)
def test_what_the_order_says_is(other: dict[str, Any]) -> None:
    body = changed(example("order_plain"), meta_data=[field(1, "a"), field(2, "a")])
    assert content({**body, **other}) != content(body)


def test_the_body_itself_is_left_as_it_was() -> None:
    body = example("order_rich")
    content(body)
    assert body == example("order_rich")


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "key", "meta_data"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["id", "meta_data", "line_items", "number", "date_created_gmt"]), values))
def test_whatever_plugins_make_of_a_body_it_can_be_looked_at(body: dict[str, Any]) -> None:
    assert content(body) == content(content(body))
    notice = WooCommerce().notice_of(body)
    assert (notice.source_id is None) == (notice.reason == "no_id")


def recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every recorded order with the shop's own decimals, by webhook and by REST."""
    for path in sorted((WOOCOMMERCE / "live" / "webhooks").glob("*.json")):
        raw = base64.b64decode(load(path)["body_base64"])
        if raw.startswith(b"{"):
            yield from ((path.name, order) for order in orders_in(WooCommerce().decode_order(raw)))
    for name, value in rest_bodies():
        if name.startswith("live/") and not any(part in name for part in ("_dp", "_fields")):
            yield from ((name, order) for order in orders_in(value))


@needs_recordings
def test_recorded_orders_say_the_same_by_webhook_by_id_and_by_list() -> None:
    # Given all recorded bodies of one order with one date of change and one state
    alike = defaultdict(list)
    for name, order in recorded():
        alike[order["id"], order["date_modified_gmt"], order["status"]].append((name, content(order)))
    # When each two of them are compared
    pairs = [pair for bodies in alike.values() for pair in combinations(bodies, 2)]
    # Then they say the same
    assert len(pairs) > 900
    assert [(one, other) for (one, said), (other, told) in pairs if said != told] == []
