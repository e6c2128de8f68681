"""Every refusal has a fate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.woocommerce.errors import Refusal, fate_of, not_json, read_retry_after, too_large, unreachable
from connectors.woocommerce.rest import refusal_of
from shared.errors import ConnectionBroken, Fate, NeedsUser, OutcomeUnknown, Retry, Skip
from tests.connectors.woocommerce.recordings import WOOCOMMERCE, load, needs_recordings

READ, WRITE = False, True


@pytest.mark.parametrize(
    ("status", "code", "write", "fate", "reason"),
    [
        (401, "woocommerce_rest_cannot_view", READ, ConnectionBroken, "not_authorised"),
        (403, "woocommerce_rest_cannot_view", READ, ConnectionBroken, "not_authorised"),
        (401, "woocommerce_rest_authentication_error", READ, ConnectionBroken, "not_authorised"),
        (401, "woocommerce_rest_authentication_error", WRITE, NeedsUser, "key_may_not_write"),
        (401, "woocommerce_rest_cannot_create", WRITE, ConnectionBroken, "not_authorised"),
        (403, "rest_forbidden", READ, ConnectionBroken, "not_authorised"),
        (401, None, READ, ConnectionBroken, "not_authorised"),
        (403, None, READ, Retry, "blocked"),
        (403, "some_plugin_says_no", READ, ConnectionBroken, "not_authorised"),
        (404, "woocommerce_rest_shop_order_invalid_id", READ, Skip, "order_gone"),
        (400, "woocommerce_rest_shop_order_invalid_id", WRITE, Skip, "order_gone"),
        (404, "rest_no_route", READ, ConnectionBroken, "no_api"),
        (404, None, READ, ConnectionBroken, "no_api"),
        (404, "some_plugin_code", READ, NeedsUser, "refused"),
        (400, "rest_invalid_param", READ, NeedsUser, "refused"),
        (400, "woocommerce_rest_shop_webhook_invalid_topic", WRITE, NeedsUser, "webhook_refused"),
        (413, None, WRITE, NeedsUser, "refused"),
        (408, None, READ, Retry, "shop_slow"),
        (408, None, WRITE, OutcomeUnknown, "write_unproven"),
        (429, None, READ, Retry, "rate_limited"),
        (429, None, WRITE, Retry, "rate_limited"),
        (500, "wp_die", READ, Retry, "shop_error"),
        (500, "internal_server_error", READ, Retry, "shop_error"),
        (500, "internal_server_error", WRITE, OutcomeUnknown, "write_unproven"),
        (500, "woocommerce_rest_cannot_create_order_refund", WRITE, NeedsUser, "refund_refused"),
        (501, "woocommerce_rest_trash_not_supported", WRITE, NeedsUser, "refused"),
        (502, None, READ, Retry, "unavailable"),
        (502, None, WRITE, OutcomeUnknown, "write_unproven"),
        (503, None, READ, Retry, "unavailable"),
        (503, "wp_die", READ, Retry, "maintenance"),
        (503, "wp_die", WRITE, Retry, "maintenance"),
        (503, None, WRITE, OutcomeUnknown, "write_unproven"),
        (504, None, READ, Retry, "unavailable"),
        (524, None, READ, Retry, "unavailable"),
        (301, None, READ, ConnectionBroken, "moved"),
        (308, None, WRITE, ConnectionBroken, "moved"),
        (999, None, READ, Retry, "unexpected_answer"),
        (999, None, WRITE, OutcomeUnknown, "write_unproven"),
    ],
)
def test_the_table(status: int, code: str | None, write: bool, fate: type[Fate], reason: str) -> None:
    found = fate_of(Refusal(status, code, write=write))
    assert (type(found), found.code) == (fate, reason)
    assert found.message.endswith(".")
    assert "{" not in found.message


def test_every_status_has_a_fate() -> None:
    for status in range(100, 1000):
        for code in (None, "x", "weird {code} %s \n"):
            for write in (READ, WRITE):
                assert isinstance(fate_of(Refusal(status, code, write=write)), Fate)


def test_a_vendors_word_is_named_only_when_it_is_a_word() -> None:
    assert "rest_invalid_param" in fate_of(Refusal(400, "rest_invalid_param")).message
    assert "mette@" not in fate_of(Refusal(400, "mette@shop.example")).message


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://www.shop.example/wp-json/wc/v3/orders?oauth_consumer_key=ck_1", "https://www.shop.example,"),
        ("https://u:p@shop.example:8443/", "https://shop.example:8443,"),
        ("/login", "the address exactly"),
        ("javascript:x", "the address exactly"),
        ("https://[", "the address exactly"),
        (None, "the address exactly"),
    ],
)
def test_a_move_says_what_to_do(location: str | None, said: str) -> None:
    message = fate_of(Refusal(301, location=location)).message
    assert said in message
    assert "ck_1" not in message
    assert "u:p" not in message


NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("600", timedelta(seconds=600)),
        ("0", timedelta(0)),
        ("Mon, 02 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 02 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("999999999999999999999", timedelta(days=1)),
        ("Mon, 02 Mar 2027 12:05:00 GMT", timedelta(days=1)),
        *((value, None) for value in ("", None, "soon", "-5", "1.5", "٣", "Mon, 99 Foo 2026", "9" * 500)),
    ],
)
def test_retry_after(value: str | None, after: timedelta | None) -> None:
    assert read_retry_after(value, NOW) == after


def test_retry_after_reaches_the_fate() -> None:
    found = fate_of(Refusal(503, retry_after=timedelta(seconds=600)))
    assert isinstance(found, Retry)
    assert found.after == timedelta(seconds=600)


def test_what_brought_no_answer() -> None:
    assert isinstance(unreachable(sent=True, write=READ), Retry)
    assert isinstance(unreachable(sent=False, write=WRITE), Retry)
    assert isinstance(unreachable(sent=True, write=WRITE), OutcomeUnknown)
    assert isinstance(not_json(write=READ), Retry)
    assert isinstance(not_json(write=WRITE), OutcomeUnknown)
    assert isinstance(too_large(write=READ), Retry)
    assert isinstance(too_large(write=WRITE), OutcomeUnknown)


#: Recorded beside the errors, but successes.
SUCCESSES = {
    *("batch_mixed", "head", "method_not_allowed", "options", "order_trashed_get", "page_beyond", "post_bad_product"),
    "refund_delete_no_force",
}
RECORDED = {
    "bad_modified_after": "NeedsUser refused",
    "bad_orderby": "NeedsUser refused",
    "bad_status_filter": "NeedsUser refused",
    "basic_over_plain_http": "ConnectionBroken not_authorised",
    "batch_101": "NeedsUser refused",
    "coupon_dup": "NeedsUser refused",
    "customer_dup": "NeedsUser refused",
    "delete_customer_no_force": "NeedsUser refused",
    "modified_after_date_only": "NeedsUser refused",
    "no_auth": "ConnectionBroken not_authorised",
    "no_route": "ConnectionBroken no_api",
    "order_id_is_product": "Skip order_gone",
    "order_id_is_refund": "Skip order_gone",
    "order_id_text": "ConnectionBroken no_api",
    "order_missing": "Skip order_gone",
    "page_0": "NeedsUser refused",
    "per_page_0": "NeedsUser refused",
    "per_page_101": "NeedsUser refused",
    "per_page_neg": "NeedsUser refused",
    "post_bad_currency": "NeedsUser refused",
    "post_bad_customer": "NeedsUser refused",
    "post_bad_email": "NeedsUser refused",
    "post_bad_json": "NeedsUser refused",
    "post_bad_status": "NeedsUser refused",
    "post_line_no_product": "NeedsUser refused",
    "product_dup_sku": "NeedsUser refused",
    "product_missing": "Skip source_gone",
    "put_bad_line_id": "NeedsUser refused",
    "put_missing_order": "Skip order_gone",
    "read_with_write_key": "ConnectionBroken not_authorised",
    "refund_api_no_gateway": "NeedsUser refund_refused",
    "refund_missing": "Skip refund_gone",
    "refund_negative": "NeedsUser refund_refused",
    "refund_no_amount": "NeedsUser refund_refused",
    "refund_too_much": "NeedsUser refund_refused",
    "refund_zero": "NeedsUser refund_refused",
    "variation_wrong_parent": "Skip source_gone",
    "webhook_bad_topic": "NeedsUser webhook_refused",
    "webhook_bad_url": "NeedsUser webhook_refused",
    "webhook_ftp": "NeedsUser webhook_refused",
    "webhook_no_url": "NeedsUser refused",
    "write_with_read_key": "NeedsUser key_may_not_write",
    "wrong_key": "ConnectionBroken not_authorised",
    "wrong_secret": "ConnectionBroken not_authorised",
    "database_down_500.http": "Retry shop_error",
    "maintenance_503.http": "Retry unavailable 0:10:00",
    "php_fatal_500.http": "Retry shop_error",
    "php_fpm_down_502.http": "Retry unavailable",
}


@needs_recordings
def test_every_recorded_refusal_has_its_fate(capsys: pytest.CaptureFixture[str]) -> None:
    # Given all that the recorded shop ever refused
    refusals = {**recorded_rest_refusals(), **recorded_infrastructure()}
    # When
    found = {name: described(fate_of(refusal)) for name, refusal in refusals.items()}
    # Then
    print(*(f"{name:32}{fate}" for name, fate in found.items()), sep="\n")  # noqa: T201
    assert found == RECORDED


def described(fate: Fate) -> str:
    after = f" {fate.after}" if isinstance(fate, Retry) and fate.after else ""
    return f"{type(fate).__name__} {fate.code}{after}"


def recorded_rest_refusals() -> dict[str, Refusal]:
    refusals, successes = {}, set()
    for path in sorted((WOOCOMMERCE / "live/rest/errors").glob("*.headers.json")):
        name, head = path.name.removesuffix(".headers.json"), load(path)
        if head["status"] < 300:
            successes.add(name)
            continue
        headers = {key.lower(): value for key, value in head["headers"]}
        body = path.with_name(f"{name}.json").read_bytes()
        refusals[name] = refusal_of(head["status"], headers, body, write=head["method"] != "GET")
    assert successes == SUCCESSES
    return refusals


def recorded_infrastructure() -> dict[str, Refusal]:
    refusals = {}
    for path in sorted((WOOCOMMERCE / "live/rest/errors_infra").glob("*.http")):
        head, _, body = path.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")
        first, *rest = head.decode().split("\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
        if (status := int(first.split()[1])) >= 300:
            refusals[path.name] = refusal_of(status, headers, body, write=READ)
    return refusals
