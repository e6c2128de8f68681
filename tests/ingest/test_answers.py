"""Every webhook has a named end, and the answer that keeps the shop's webhook alive."""

from __future__ import annotations

import json

import pytest

from shared.store import setup
from tests.ingest.conftest import MAX_BODY_BYTES, Door
from tests.support.shop import KEYRING
from tests.support.wire import exchange, request, signature, woo_headers

ORDER = json.dumps(
    {"id": 7, "number": "1007", "status": "processing", "date_modified_gmt": "2026-03-01T12:00:00", "total": "10.00"}
).encode()


def events(door: Door) -> list[tuple[object, ...]]:
    return list(door.shop.rows("select kind, source_id, reason from events order by id"))


def test_a_ping_is_answered_200_and_stores_nothing(door: Door) -> None:
    # Given the form that WooCommerce sends, unsigned, when a webhook is made
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    # When it comes, then the answer is exactly 200 and nothing was stored
    assert exchange(door.port, request("POST", door.path(), form, b"webhook_id=12")).status == 200
    assert events(door) == []


@pytest.mark.parametrize("topic", ["order.created", "order.updated", "order.restored"])
def test_an_order_is_an_event_and_a_transfer(door: Door, topic: str) -> None:
    # Given a signed order, when it was answered 200, then it is committed, byte for byte
    assert door.send(ORDER, topic=topic).status == 200
    assert door.shop.rows("select kind, topic, source_id, source_number, body from events") == [
        ("state", topic, "7", "1007", ORDER)
    ]
    assert door.shop.transfers() == [("7", "waiting", 1, False)]


ENDS = {
    # name: (topic, body, kind, source id, reason, transfers)
    "a deleted order is a fact": ("order.deleted", b'{"id":7}', "deleted", "7", "", 0),
    "an order that is gone when the shop wants to tell": (
        "order.updated",
        b'{"code":"woocommerce_rest_shop_order_invalid_id","message":"Invalid ID.","data":{"status":404}}',
        "gone",
        None,
        "order_invalid_id",
        0,
    ),
    "a user who lost his rights is an alarm": (
        "order.updated",
        b'{"code":"woocommerce_rest_cannot_view","message":"Sorry.","data":{"status":403}}',
        "alarm",
        None,
        "cannot_view",
        0,
    ),
    "an action is fetched later": (
        "action.woocommerce_order_refunded",
        b'{"action":"woocommerce_order_refunded","arg":7}',
        "fetch",
        "7",
        "",
        1,
    ),
    "a topic nobody knows": ("subscription.renewed", b'{"id":7}', "unknown", None, "", 0),
    "a product": ("product.updated", b'{"id":7,"date_modified_gmt":"2026-03-01T12:00:00"}', "state", "7", "", 0),
    "a customer": ("customer.created", b'{"id":7}', "state", "7", "", 0),
    "no JSON": ("order.updated", b'{"id":7', "refused", None, "bad_json", 0),
    "an empty body": ("order.updated", b"", "refused", None, "bad_json", 0),
    "a PHP warning before the JSON": ("order.updated", b"<br />Warning" + ORDER, "refused", None, "bad_json", 0),
    "another charset than UTF-8": (
        "order.updated",
        '{"id":7,"note":"blåbær"}'.encode("latin-1"),
        "refused",
        None,
        "bad_charset",
        0,
    ),
    "a list": ("order.updated", b"[1]", "refused", None, "not_an_object", 0),
    "no id": ("order.updated", b'{"number":"1007"}', "refused", None, "no_id", 0),
    "an id that is none": ("order.updated", b'{"id":"7; drop table"}', "refused", None, "no_id", 0),
    "nesting without end": (
        "order.updated",
        b'{"id":' + b"[" * 5000 + b"]" * 5000 + b"}",
        "refused",
        None,
        "too_deep",
        0,
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_signed_webhooks_are_answered_200_and_stored_with_their_end(door: Door, name: str) -> None:
    # Given something that the shop signed, when it comes, then it is stored under its end and answered 200, since an
    # error would bring nothing back: the shop never sends again, and the seventh disables its webhook
    topic, body, kind, source_id, reason, transfers = ENDS[name]
    assert door.send(body, topic=topic).status == 200
    assert events(door) == [(kind, source_id, reason)]
    assert len(door.shop.transfers()) == transfers


def test_the_same_delivery_again_is_answered_200_and_makes_nothing(door: Door) -> None:
    # Given an order, when exactly the same delivery comes twice, then there is one event
    assert [door.send(ORDER).status, door.send(ORDER).status] == [200, 200]
    assert door.shop.transfers() == [("7", "waiting", 1, False)]


FORGERIES = {
    "no signature": {"X_WC_Webhook_Signature": ""},
    "a signature of something else": {"X_WC_Webhook_Signature": signature("secret of order.updated", b"{}")},
    "a signature with another secret": {"X_WC_Webhook_Signature": signature("guessed", ORDER)},
    "a signature that is no base64": {"X_WC_Webhook_Signature": "\xff\xfe"},
    "no headers of the shop at all": {
        f"X_WC_Webhook_{name}": ""
        for name in ("Signature", "Topic", "Source", "Resource", "Event", "ID", "Delivery_ID")
    },
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_webhook_is_401_counted_and_not_stored(door: Door, name: str) -> None:
    # Given a body without a valid proof, when it comes, then nothing is stored and the count rises
    assert door.send(ORDER, **FORGERIES[name]).status == 401
    assert events(door) == []
    assert door.shop.rows("select failed_in_a_row, failed_total from subscriptions") == [(1, 1)]


def test_a_body_cut_by_a_proxy_is_401(door: Door) -> None:
    # Given a whole order's signature over half of its bytes, when it comes, then it proves nothing
    public_id, secret = door.webhook("order.updated")
    headers = woo_headers("order.updated", ORDER, secret)
    assert exchange(door.port, request("POST", f"/webhooks/{public_id}", headers, ORDER[:40])).status == 401
    assert events(door) == []


def test_a_body_shorter_than_announced_stores_nothing(door: Door) -> None:
    # Given a line that breaks in the middle of the body
    public_id, secret = door.webhook("order.updated")
    headers = {**woo_headers("order.updated", ORDER, secret), "Content-Length": str(len(ORDER))}
    cut = request("POST", f"/webhooks/{public_id}", headers, ORDER[:40])

    # When our side ends there, then it is refused, and the next webhook is taken
    assert exchange(door.port, cut, then_close=True).status == 401
    assert events(door) == []
    assert door.send(ORDER).status == 200


def test_repeated_forgeries_raise_one_alarm_until_a_proven_webhook_comes(door: Door) -> None:
    # Given forged webhooks, when the third in a row comes, then there is an alarm, and only one
    for count in range(1, 6):
        door.send(ORDER, X_WC_Webhook_Signature="forged")
        assert len(door.shop.rows("select 1 from alarms")) == (1 if count >= 3 else 0)
    assert door.shop.rows("select code, count, resolved_at from alarms") == [("forged_webhooks", 3, None)]

    # When a proven one comes, then the row ends and the alarm is resolved
    door.send(ORDER)
    assert door.shop.rows("select failed_in_a_row, failed_total from subscriptions") == [(0, 5)]
    assert door.shop.rows("select resolved_at is not null from alarms") == [(True,)]


def test_a_webhook_that_was_deleted_meanwhile_is_404(door: Door) -> None:
    # Given a webhook that ingest knows, when it is deleted here and something forged comes, then it is nobody's
    assert door.send(ORDER).status == 200
    door.shop.rows("delete from subscriptions returning 1")
    assert [door.send(ORDER, X_WC_Webhook_Signature="forged").status for _ in range(4)] == [404] * 4


def test_an_address_nobody_has_is_404(door: Door) -> None:
    # Given an address that was never given out, when something comes there, then it says so
    answer = exchange(door.port, request("POST", "/webhooks/nobody-has-this-address", {}, ORDER))
    assert (answer.status, answer.body) == (404, b"no webhook has this address\n")


@pytest.mark.parametrize(
    "address", ["x", "%00" * 8, "a" * 60_000, "%F0%9F%98%80" * 8, "..%2F..%2Fetc", "a" * 32 + "%0a"]
)
def test_what_cannot_be_an_address_is_404_without_a_look(door: Door, address: str) -> None:
    # Given something that no webhook was ever called, when it is asked for, then it exists nowhere
    assert exchange(door.port, request("POST", f"/webhooks/{address}", {}, ORDER)).status == 404


def test_a_body_signed_for_another_topic_is_stored_and_nothing_more(door: Door) -> None:
    # Given a product's webhook, sent again with a header that calls it an order
    product = b'{"id":7,"name":"Lampe","date_modified_gmt":"2026-03-01T12:00:09"}'
    assert door.send(ORDER).status == 200
    assert door.send(product, topic="product.updated", X_WC_Webhook_Topic="order.updated").status == 200

    # Then it is visible, and the order is still itself
    assert events(door) == [("state", "7", ""), ("unknown", None, "other_topic")]
    assert door.shop.transfers() == [("7", "waiting", 1, False)]


def test_looking_at_the_address_in_a_browser_is_405(door: Door) -> None:
    # Given a webhook's address, when it is opened by hand, then nothing happens
    assert exchange(door.port, request("GET", door.path(), {}, b"")).status == 405


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_413(door: Door, chunked: bool) -> None:
    # Given more bytes than the setting allows, with or without their length announced
    body = b"x" * (MAX_BODY_BYTES + 1)
    headers = {"Transfer-Encoding": "chunked", "Content-Length": ""} if chunked else {}
    sent = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if chunked else body

    # When they come, then they are refused and not stored
    assert exchange(door.port, request("POST", door.path(), headers, sent)).status == 413
    assert events(door) == []


def test_a_chunked_body_is_taken_like_any_other(door: Door) -> None:
    # Given a proxy that sends the body in chunks
    public_id, secret = door.webhook("order.updated")
    headers = {**woo_headers("order.updated", ORDER, secret), "Transfer-Encoding": "chunked", "Content-Length": ""}
    sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (ORDER[:30], ORDER[30:])) + b"0\r\n\r\n"

    # When it comes, then it is one order
    assert exchange(door.port, request("POST", f"/webhooks/{public_id}", headers, sent)).status == 200
    assert door.shop.transfers() == [("7", "waiting", 1, False)]


def test_a_flood_about_one_order_is_taken_and_coalesced(door: Door) -> None:
    # Given a plugin that saves an order a hundred times, when all of it comes, then none is refused
    answers = [door.send(ORDER, delivery=f"d{n}").status for n in range(100)]
    assert set(answers) == {200}

    # And there is one transfer to do
    assert door.shop.transfers() == [("7", "waiting", 100, False)]


def test_a_changed_secret_is_known_at_once_and_the_former_one_still_proves(door: Door) -> None:
    # Given a webhook whose secret ingest has in memory
    assert door.send(ORDER, delivery="d1").status == 200
    public_id, former = door.webhook("order.updated")

    # When the secret changes
    with door.shop.database.account(door.shop.account) as c:
        setup.change_secret(c, KEYRING, public_id=public_id, secret="changed")

    # Then what is signed with the new one is proven, and what was on its way with the former one, too
    for delivery, secret in (("d2", "changed"), ("d3", former)):
        headers = woo_headers("order.updated", ORDER, secret, delivery=delivery)
        assert exchange(door.port, request("POST", f"/webhooks/{public_id}", headers, ORDER)).status == 200


def test_the_numbers_count_every_end(door: Door) -> None:
    # Given a few webhooks of different ends
    door.send(ORDER)
    door.send(ORDER)
    door.send(ORDER, X_WC_Webhook_Signature="forged")

    # When Prometheus reads the numbers, then they are there, whichever process took the webhooks
    numbers = exchange(door.port, request("GET", "/metrics", {}, b"")).body.decode()
    for end in ("state", "repeat", "forged"):
        assert f'shopledger_webhooks_total{{end="{end}"}}' in numbers
    assert "lampeland" not in numbers.lower()
