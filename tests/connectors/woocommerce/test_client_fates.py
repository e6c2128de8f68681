"""What does not succeed at a real HTTP server, and what is told of it."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from werkzeug.wrappers import Response

from connectors.woocommerce import rest
from shared.errors import ConnectionBroken, Fate, OutcomeUnknown, Retry, Skip
from tests.connectors.woocommerce.asking import KEY, SECRET, client, create, orders_of
from tests.connectors.woocommerce.replay import answer, serving

ERROR = {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}
DENIED = {"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 401}}
HTML = "<!DOCTYPE html><html><body>Just a moment { } [ ] ...</body></html>"


@pytest.mark.parametrize(
    ("response", "fate", "code"),
    [
        (answer(ERROR, 404), Skip, "order_gone"),
        (answer(ERROR, 400), Skip, "order_gone"),
        (answer(DENIED, 401), ConnectionBroken, "not_authorised"),
        (answer({"code": "x", "message": "m", "data": 500}, 500), Retry, "shop_error"),
        (answer({"code": "wp_die", "message": "m", "data": {"status": 503}}, 503), Retry, "maintenance"),
        (answer(HTML, 502, content_type="text/html"), Retry, "unavailable"),
        (answer(HTML, 200, content_type="text/html"), Retry, "not_json"),
        (answer(HTML, 403, content_type="text/html"), Retry, "blocked"),
        (answer("", 200), Retry, "not_json"),
        (answer(b"\xff\xfe", 200), Retry, "not_json"),
        (answer('{"id": 4101, "total": NaN}'), Retry, "not_json"),
        (answer("[" * 100_000), Retry, "not_json"),
        (answer([]), Retry, "unexpected_answer"),
        (answer({"id": 4102}), Retry, "unexpected_answer"),
        (answer("", 301, Location="https://www.shop.example/?oauth_signature=abc"), ConnectionBroken, "moved"),
        (answer("no gzip at all", content_encoding="gzip"), Retry, "unreachable"),
    ],
)
def test_an_order_that_does_not_come_has_a_fate(response: Response, fate: type[Fate], code: str) -> None:
    with serving(response) as replay, client(replay.url) as shop, pytest.raises(Fate) as raised:
        shop.get_order("4101")
    assert (type(raised.value), raised.value.code) == (fate, code)
    assert_tells_nothing(raised.value)
    assert len(replay.asked) == 1, "a redirect was followed, or a request repeated"


def assert_tells_nothing(fate: Fate) -> None:
    told = "".join(traceback.format_exception(fate)) + repr(fate.__context__) + repr(fate.__cause__)
    for secret in (KEY, SECRET, "oauth_", "Sorry."):
        assert secret not in told


@pytest.mark.parametrize(
    ("response", "fate", "code"),
    [
        (answer(DENIED, 401), ConnectionBroken, "not_authorised"),
        (answer({"code": "x"}, 500), OutcomeUnknown, "write_unproven"),
        (answer(HTML, 502), OutcomeUnknown, "write_unproven"),
        (answer(HTML, 200), OutcomeUnknown, "write_unproven"),
        (answer({"ok": True}, 201), OutcomeUnknown, "write_unproven"),
        (answer("", 429), Retry, "rate_limited"),
        (answer("", 301, Location="https://www.shop.example/"), ConnectionBroken, "moved"),
    ],
)
def test_a_webhook_that_may_have_been_made_is_unknown(response: Response, fate: type[Fate], code: str) -> None:
    with serving(response) as replay, client(replay.url) as shop, pytest.raises(Fate) as raised:
        create(shop)
    assert (type(raised.value), raised.value.code) == (fate, code)
    assert_tells_nothing(raised.value)


def test_retry_after_is_obeyed() -> None:
    with (
        serving(answer("", 503, Retry_After="600")) as replay,
        client(replay.url) as shop,
        pytest.raises(Retry) as raised,
    ):
        shop.get_order("1")
    assert raised.value.after == timedelta(seconds=600)


@pytest.mark.parametrize("order_id", ["", "abc", "1/../2", "-1", "1.5", "٣", "9" * 40, "0"])
def test_what_is_no_order_id_is_not_asked_for(order_id: str) -> None:
    with client("http://127.0.0.1:9") as shop, pytest.raises(Skip) as raised:
        shop.get_order(order_id)
    assert raised.value.code == "order_gone"


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes a request and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def hanging_up() -> Iterator[str]:
    """A server that takes a request and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(2):
                connection, _ = server.accept()
                connection.recv(65536)
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)


def test_silence_is_retried_for_reads_and_unknown_for_writes(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "TIMEOUT", httpx.Timeout(0.2))
    with client(silent) as shop:
        with pytest.raises(Retry) as read:
            shop.get_order("1")
        with pytest.raises(OutcomeUnknown) as write:
            create(shop)
    assert_tells_nothing(read.value)
    assert_tells_nothing(write.value)


def test_a_dropped_connection_is_retried_for_reads_and_unknown_for_writes(hanging_up: str) -> None:
    with client(hanging_up) as shop:
        with pytest.raises(Retry):
            shop.get_order("1")
        with pytest.raises(OutcomeUnknown):
            create(shop)


def test_a_refused_connection_was_never_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    with client(f"http://127.0.0.1:{free}") as shop:
        with pytest.raises(Retry):
            shop.get_order("1")
        with pytest.raises(Retry) as raised:
            create(shop)
    assert_tells_nothing(raised.value)


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "MAX_ANSWER_BYTES", 1000)
    with serving(answer("x" * 5000)) as replay, client(replay.url) as shop, pytest.raises(Retry) as raised:
        shop.get_order("1")
    assert raised.value.code == "answer_too_large"


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "MAX_SECONDS", -1.0)
    with serving(answer("{}")) as replay, client(replay.url) as shop, pytest.raises(Retry) as raised:
        shop.get_order("1")
    assert raised.value.code == "unreachable"


def test_no_log_holds_a_signature(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), serving(answer([])) as replay, client(replay.url) as shop:
        orders_of(shop)
    assert "/wp-json/wc/v3/orders" in caplog.text
    for secret in (KEY, SECRET, "oauth_"):
        assert secret not in caplog.text
