"""Every recorded webhook of a real shop, with its original bytes, headers and secret, over a socket into ingest.

The table was written by hand from what the shop is known to have sent. What a fresh clone has not got is skipped; each
end in the table also has an example of our own in test_answers.py, which never is.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.conftest import Door
from tests.support.wire import exchange, request

RECORDINGS = Path(__file__).parents[3] / "shared" / "fixtures" / "woocommerce" / "live" / "webhooks"

#: (what came, its end): how many. 149 in all.
EXPECTED = {
    ("ping", "200 nothing stored"): 13,
    ("order.created", "200 state"): 47,
    ("order.created, a REST error", "200 gone: order_invalid_id"): 1,
    ("order.updated", "200 state"): 48,
    # One webhook, one second, one body: the shop said the same thing twice.
    ("order.updated", "200 repeat"): 1,
    ("action.woocommerce_order_refunded", "200 fetch"): 5,
    ("action.woocommerce_order_status_completed", "200 fetch"): 4,
    ("product.created", "200 state"): 2,
    ("product.updated", "200 state"): 21,
    ("product.deleted", "200 deleted"): 1,
    ("coupon.updated", "200 state"): 1,
    ("coupon.deleted", "200 deleted"): 1,
    ("customer.created", "200 state"): 1,
    ("customer.updated", "200 state"): 2,
    ("customer.deleted", "200 deleted"): 1,
}


def what_came(recording: dict[str, Any]) -> str:
    topic = recording["headers"].get("x-wc-webhook-topic", "ping")
    is_error = "message" in recording.get("body_json", {}) and "code" in recording["body_json"]
    return f"{topic}, a REST error" if is_error else topic


def send(door: Door, recording: dict[str, Any]) -> str:
    """Sends one recording to the webhook with its secret; returns its end as the answer and the store show it."""
    topic = recording["path"].removeprefix("/hook/").replace("-", ".", 1)
    if topic not in door.shop.webhooks:
        door.shop.add_webhook(topic, recording["secret"])
    public_id, _ = door.shop.webhooks[topic]
    body = base64.b64decode(recording["body_base64"])
    raw = request("POST", f"/webhooks/{public_id}", dict(recording["header_list"]), body)
    before = door.shop.rows("select coalesce(max(id), 0) from events")[0][0]
    answer = exchange(door.port, raw)
    stored = door.shop.rows("select kind, reason, body from events where id > %s", before)
    if not stored:
        return f"{answer.status} " + ("repeat" if answer.body == b"taken before\n" else "nothing stored")
    [(kind, reason, kept)] = stored
    assert kept == body
    return f"{answer.status} {kind}: {reason}" if reason else f"{answer.status} {kind}"


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not part of the project")
def test_every_recording_has_its_end(door: Door) -> None:
    # Given all recordings in the order they were made
    recordings = [json.loads(path.read_bytes()) for path in sorted(RECORDINGS.glob("*.json"))]

    # When each goes to ingest, then none is without the end that the table names
    ends = Counter((what_came(recording), send(door, recording)) for recording in recordings)
    print_table(ends)
    assert ends == EXPECTED

    # And every order that a body or an action named has its transfer, exactly one
    named = {row[0] for row in door.shop.rows("select distinct source_id from events where source_type = 'order'")}
    assert {transfer[0] for transfer in door.shop.transfers()} == named - {None}
    assert len(door.shop.transfers()) == len(named - {None})


def print_table(ends: Counter[tuple[str, str]]) -> None:
    for (came, end), count in sorted(ends.items()):
        print(f"{count:5}  {came:45} {end}")  # noqa: T201
    print(f"{ends.total():5}  in all")  # noqa: T201
