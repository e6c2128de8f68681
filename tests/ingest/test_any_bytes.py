"""Whatever a shop signs, ingest has an end for it: never a 500."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingest.conftest import Door

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
#: Bodies that look like orders, with anything in the fields that ingest reads.
ORDERLIKE = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "number", "date_modified_gmt", "code", "message", "action", "arg"), JSON)
)
TOPICS = st.sampled_from(
    ["order.created", "order.deleted", "product.updated", "action.woocommerce_new_order", "x", "order.", "a.b.c"]
)
GENTLE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@GENTLE
@given(body=JSON | ORDERLIKE, topic=TOPICS)
def test_any_json_is_answered_200(door: Door, body: object, topic: str) -> None:
    # Given any JSON under any topic, when it comes signed, then it is taken
    raw = json.dumps(body).encode("utf-8", "surrogatepass")
    assert door.send(raw, topic="order.updated", X_WC_Webhook_Topic=topic).status == 200


@GENTLE
@given(body=st.binary(max_size=200), delivery=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=300))
def test_any_bytes_are_answered_200(door: Door, body: bytes, delivery: str) -> None:
    # Given any bytes with any delivery id, when they come signed, then they are taken
    assert door.send(body, delivery=delivery.replace("\x7f", "")).status == 200
