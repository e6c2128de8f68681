"""What WooCommerce refuses -> a fate. A table of (status, code), read from the top; the first row that fits counts.

Codes are WordPress' and WooCommerce's words in `{"code", "message", "data"}`; their messages are translated, carry
customers' data ("already registered with ...") and are never shown or logged.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from shared.errors import ConnectionBroken, Fate, NeedsUser, OutcomeUnknown, Retry, Skip

#: A shop that asks for more patience than this is asked again anyway.
MAX_RETRY_AFTER = timedelta(days=1)

_HARMLESS_CODE = re.compile(r"[A-Za-z0-9_-]{1,80}")

NOT_AUTHORISED = "The shop does not accept the API key: make a new key with read and write rights, and enter it here."
NO_API = (
    "There is no WooCommerce API at this address: check the address, that WooCommerce is active, and that permalinks"
    " are not set to plain."
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer that is not a success. `code` is None when the body was no REST error (HTML of a proxy, say)."""

    status: int
    code: str | None = None
    write: bool = False
    retry_after: timedelta | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    #: None fits all.
    statuses: Container[int] | None
    #: A pattern for the whole code; None fits all and no code.
    code: str | None
    fate: type[Fate]
    reason: str
    sentence: str
    #: True: only for writing requests. False: only for reading ones.
    write: bool | None = None

    def fits(self, refusal: Refusal) -> bool:
        return (
            (self.statuses is None or refusal.status in self.statuses)
            and (self.code is None or (refusal.code is not None and bool(re.fullmatch(self.code, refusal.code))))
            and (self.write is None or self.write is refusal.write)
        )


def _only(status: int) -> Container[int]:
    return (status,)


_DENIED = r"woocommerce_rest_(?:cannot_\w+|authentication_error)|rest_(?:forbidden\w*|not_logged_in|cannot_\w+)"
_UNKNOWN_OUTCOME = "The shop failed while it made the change: whether it was made is looked up first."

_TABLE = (
    _Row(range(300, 400), None, ConnectionBroken, "moved", "The shop answers from another address: enter {address}."),
    # Gone. Writing to a missing order is 400 where reading it is 404.
    _Row(
        None, "woocommerce_rest_(?:shop_)?order_invalid_id", Skip, "order_gone", "The shop has no such order any more."
    ),
    _Row(
        _only(404), "woocommerce_rest_shop_order_refund_invalid_id", Skip, "refund_gone", "The shop has no such refund."
    ),
    _Row(_only(404), r"woocommerce_rest_(?:\w+_)?invalid_id", Skip, "source_gone", "The shop has no such record."),
    # A refund that the shop refuses is a 500, or a 400 inside a 500; sending it again cannot help.
    _Row(
        _only(500),
        r"woocommerce_rest_(?:cannot_create|invalid)_order_refund",
        NeedsUser,
        "refund_refused",
        "The shop refuses this refund: check its amount against the order in the shop.",
    ),
    # Rights. A key that can read but not write must not stop the reading.
    _Row(
        _only(401),
        "woocommerce_rest_authentication_error",
        NeedsUser,
        "key_may_not_write",
        "The API key may not write: give it read and write rights in the shop.",
        write=True,
    ),
    _Row((401, 403), _DENIED, ConnectionBroken, "not_authorised", NOT_AUTHORISED),
    _Row(_only(401), None, ConnectionBroken, "not_authorised", NOT_AUTHORISED),
    _Row(_only(403), r".+", ConnectionBroken, "not_authorised", NOT_AUTHORISED),
    _Row(
        _only(403),
        None,
        Retry,
        "blocked",
        "Something before the shop (a firewall, a security plugin) turned the request away: let this service pass.",
    ),
    _Row(_only(404), "rest_no_route", ConnectionBroken, "no_api", NO_API),
    _Row(_only(404), r".+", NeedsUser, "refused", "The shop refuses the request{detail}."),
    _Row(_only(404), None, ConnectionBroken, "no_api", NO_API),
    # Patience.
    _Row(_only(429), None, Retry, "rate_limited", "The shop asks for fewer requests."),
    _Row(_only(408), None, Retry, "shop_slow", "The shop took too long.", write=False),
    _Row(_only(503), "wp_die", Retry, "maintenance", "The shop is down for maintenance."),
    _Row(_only(503), None, Retry, "unavailable", "The shop is not available just now.", write=False),
    _Row(_only(408), None, OutcomeUnknown, "write_unproven", _UNKNOWN_OUTCOME, write=True),
    _Row(_only(500), None, Retry, "shop_error", "The shop failed with an error of its own.", write=False),
    _Row(_only(501), None, NeedsUser, "refused", "The shop cannot do what was asked of it{detail}."),
    _Row(range(502, 600), None, Retry, "unavailable", "The shop is not available just now.", write=False),
    _Row(range(500, 600), None, OutcomeUnknown, "write_unproven", _UNKNOWN_OUTCOME, write=True),
    # What was asked is wrong.
    _Row(
        _only(400),
        r"woocommerce_rest_shop_webhook_\w+",
        NeedsUser,
        "webhook_refused",
        "The shop refuses this webhook: its topic or the address it delivers to is not valid there.",
    ),
    _Row(range(400, 500), None, NeedsUser, "refused", "The shop refuses the request{detail}."),
    _Row(None, None, OutcomeUnknown, "write_unproven", _UNKNOWN_OUTCOME, write=True),
    _Row(None, None, Retry, "unexpected_answer", "The shop answered with something unexpected."),
)


def fate_of(refusal: Refusal) -> Fate:
    """The fate of a refused request, to be raised. Its message holds no credential, no URL with a query, no customer.

    A writing request (POST) whose outcome the answer leaves open is OutcomeUnknown, a reading one Retry.
    """
    row = next(row for row in _TABLE if row.fits(refusal))
    sentence = row.sentence.format(address=_address(refusal.location), detail=_detail(refusal.code))
    if row.fate is Retry:
        return Retry(row.reason, sentence, after=refusal.retry_after)
    return row.fate(row.reason, sentence)


def _detail(code: str | None) -> str:
    return f" ({code})" if code and _HARMLESS_CODE.fullmatch(code) else ""


def _address(location: str | None) -> str:
    """Scheme and host of a redirect; its query may repeat a signature."""
    try:
        parts = urlsplit(location or "")
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        host = ""
    if not host or not host.isascii() or parts.scheme not in ("http", "https"):
        return "the address exactly as the shop itself writes it"
    return f"{parts.scheme}://{host}{port}, or the address exactly as the shop itself writes it"


def not_json(*, write: bool) -> Fate:
    """A success that holds no JSON: a challenge of a firewall, a coming-soon page, a cache. Usually passes."""
    if write:
        return OutcomeUnknown("write_unproven", _UNKNOWN_OUTCOME)
    return Retry("not_json", "The shop answered with a page instead of data: something stands before its API.")


def too_large(*, write: bool) -> Fate:
    """A success that is larger than any list of orders."""
    if write:
        return OutcomeUnknown("write_unproven", _UNKNOWN_OUTCOME)
    return Retry("answer_too_large", "The shop's answer is larger than any list of orders.")


def unreachable(*, sent: bool, write: bool) -> Fate:
    """A request that met no answer. `sent` is False when it certainly never left."""
    if write and sent:
        return OutcomeUnknown(
            "write_unproven", "The shop did not answer: whether it made the change is looked up first."
        )
    return Retry("unreachable", "The shop could not be reached.")


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Retry-After as seconds or an HTTP date (RFC 9110), bounded to a day; None when absent or senseless."""
    if not value or len(value) > 40 or not value.isascii():
        return None
    if value.strip().isdecimal():
        return min(timedelta(seconds=min(int(value), 10**6)), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), MAX_RETRY_AFTER)
