"""What is written beside an order: notes, which announce nothing, and custom fields, which are changes of it."""

from __future__ import annotations

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.receiver import Receiver
from tests.connectors.woocommerce.sandbox.samples import MUG, recorded


def test_notes_have_the_recorded_shape_and_order(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    # Given the notes of a real order, of two seconds
    real = recorded("rest/orders/109_notes.json")
    order = shop.put_order(lines=[MUG])["id"]
    # When as many are written in two seconds here
    newer = [note["date_created"] == real[0]["date_created"] for note in real].count(True)
    for text in ("older",) * (len(real) - newer):
        shop.put_note(order, text)
    shop.advance_clock(1)
    for text in ("newer",) * newer:
        shop.put_note(order, text)
    # Then they have the same keys, and come in the same order: the newest second first, its oldest note first
    here = api.get(f"/orders/{order}/notes").json()
    assert [list(note) for note in here] == [list(note) for note in real]
    assert [list(note["_links"]) for note in here] == [list(note["_links"]) for note in real]
    assert _ranks([note["id"] for note in here]) == _ranks([note["id"] for note in real])


def _ranks(ids: list[int]) -> list[int]:
    return [sorted(ids).index(one) for one in ids]


def test_observed_12_a_note_announces_nothing_and_leaves_the_dates_alone(
    api: httpx.Client, shop: WooCommerceSandbox, receiver: Receiver
) -> None:
    # Given an order, and somebody who is told of changes
    order = shop.put_order(lines=[MUG])
    shop.put_webhook(topic="order.updated", delivery_url=receiver.url, secret="s")
    shop.drain()
    before = len(receiver.received)
    # When a note is written later
    shop.advance_clock(60)
    response = api.post(f"/orders/{order['id']}/notes", json={"note": "Pakket"})
    shop.drain()
    # Then it is there, for the shop's people alone, and nobody was told
    assert (response.status_code, response.json()["customer_note"]) == (201, False)
    assert [note["note"] for note in shop.notes(order["id"])] == ["Pakket"]
    assert shop.order(order["id"]) == order
    assert len(receiver.received) == before


@pytest.mark.parametrize(
    ("asked", "texts"), [("any", ["ours", "theirs"]), ("internal", ["ours"]), ("customer", ["theirs"])]
)
def test_notes_are_asked_for_by_whom_they_are_for(
    api: httpx.Client, shop: WooCommerceSandbox, asked: str, texts: list[str]
) -> None:
    order = shop.put_order(lines=[MUG])["id"]
    api.post(f"/orders/{order}/notes", json={"note": "ours"})
    api.post(f"/orders/{order}/notes", json={"note": "theirs", "customer_note": True})
    assert [note["note"] for note in api.get(f"/orders/{order}/notes", params={"type": asked}).json()] == texts


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("GET", "/orders/999/notes", None, 404, "woocommerce_rest_order_invalid_id"),
        ("POST", "/orders/999/notes", {"note": "x"}, 404, "woocommerce_rest_order_invalid_id"),
        ("POST", "/orders/{order}/notes", {}, 400, "rest_missing_callback_param"),
        ("GET", "/orders/{order}/notes?type=ours", None, 400, "rest_invalid_param"),
    ],
)
def test_what_is_asked_wrongly_of_notes_is_refused(
    api: httpx.Client, shop: WooCommerceSandbox, method: str, path: str, sent: object, status: int, code: str
) -> None:
    order = shop.put_order(lines=[MUG])["id"]
    response = api.request(method, path.format(order=order), json=sent)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_custom_field_is_changed_by_its_id_or_by_its_key(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    # Given an order with two custom fields
    order = shop.put_order(lines=[MUG], meta={"_one": "1", "_two": "2"})

    def put(**row: object) -> list[tuple[int, str, object]]:
        rows = api.put(f"/orders/{order['id']}", json={"meta_data": [row]}).json()["meta_data"]
        return [(row["id"], row["key"], row["value"]) for row in rows]

    one, two = (row["id"] for row in order["meta_data"])
    # When one is put by key, by id, and by an id that is none, then it stays one row each time
    assert put(key="_one", value="a") == [(one, "_one", "a"), (two, "_two", "2")]
    assert put(id=one, key="_one", value="b") == [(one, "_one", "b"), (two, "_two", "2")]
    [(new, *kept), other] = put(id=9999, key="_one", value="c")
    assert (kept, other) == (["_one", "c"], (two, "_two", "2"))
    assert new != 9999
