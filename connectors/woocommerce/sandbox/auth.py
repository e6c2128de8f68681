"""Who asks: WooCommerce's keys, by Basic over https or by OAuth 1.0a over http."""

from __future__ import annotations

import base64
import binascii
import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from connectors.woocommerce.sandbox.errors import RestError, authentication_error
from connectors.woocommerce.sandbox.php import query_pairs
from connectors.woocommerce.sandbox.state import ApiKey, Shop

#: Seconds that the caller's clock may be off.
CLOCK_TOLERANCE = 15 * 60
OAUTH_PARAMETERS = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)
DIGESTS = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows: the raw query, and the Authorization header if any."""

    method: str
    path: str
    query: str
    authorization: str
    is_https: bool


class Gate:
    """Checks credentials. OAuth's timestamp is held against the server's clock, not the shop's calendar."""

    def __init__(self, shop: Shop, *, wall_clock: Callable[[], float] = time.time) -> None:
        self._shop = shop
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._nonces: dict[str, dict[str, float]] = {}

    def check(self, shown: Credentials) -> ApiKey | None:
        """The key, or None for somebody unknown. Raises RestError 401 for a key that proves to be wrong."""
        oauth = self._oauth_parameters(shown)
        if shown.is_https or self._shop.settings.basic_over_http:
            key = self._basic(shown)
        else:
            key = self._oauth(shown, oauth) if oauth else None
        if key is None and oauth:
            key = self._oauth(shown, oauth)
        if key is not None:
            _check_permissions(key, shown.method)
        return key

    def _basic(self, shown: Credentials) -> ApiKey | None:
        """An unknown key is nobody; a known one with another secret is an error."""
        user, secret = _basic_pair(shown.authorization)
        if not user:
            query = dict(parse_qsl(shown.query, keep_blank_values=True))
            user, secret = query.get("consumer_key", ""), query.get("consumer_secret", "")
        key = self._shop.keys.get(user)
        if key is None:
            return None
        if not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
            raise authentication_error("Consumer secret is invalid.")
        return key

    def _oauth_parameters(self, shown: Credentials) -> dict[str, str]:
        """From the query and the header; empty when nobody tries OAuth. Raises RestError when half of it is there."""
        found = {name: value for name, value in parse_qsl(shown.query) if name in OAUTH_PARAMETERS}
        found |= _oauth_header(shown.authorization)
        missing = [name for name in OAUTH_PARAMETERS if not found.get(name)]
        if len(missing) == len(OAUTH_PARAMETERS):
            return {}
        if missing:
            message = f"Missing OAuth parameter{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
            raise RestError("woocommerce_rest_authentication_missing_parameter", message, 401)
        return found

    def _oauth(self, shown: Credentials, oauth: dict[str, str]) -> ApiKey:
        key = self._shop.keys.get(oauth["oauth_consumer_key"])
        if key is None:
            raise authentication_error("Consumer key is invalid.")
        digest = DIGESTS.get(oauth["oauth_signature_method"])
        if digest is None:
            raise authentication_error("Invalid signature - signature method is invalid.")
        expected = oauth_signature(shown, oauth, self._shop.url, key.consumer_secret, digest)
        if not hmac.compare_digest(expected.encode(), oauth["oauth_signature"].encode()):
            raise authentication_error("Invalid signature - provided signature does not match.")
        self._check_once(key, oauth)
        return key

    def _check_once(self, key: ApiKey, oauth: dict[str, str]) -> None:
        now = self._wall_clock() + self._shop.settings.clock_ahead
        try:
            timestamp = int(oauth["oauth_timestamp"])
        except ValueError:
            raise authentication_error("Invalid timestamp.") from None
        if abs(now - timestamp) > CLOCK_TOLERANCE:
            raise authentication_error("Invalid timestamp.")
        with self._lock:
            used = self._nonces.setdefault(key.consumer_key, {})
            if oauth["oauth_nonce"] in used:
                raise authentication_error("Invalid nonce - nonce has already been used.")
            used[oauth["oauth_nonce"]] = now
            for nonce in [nonce for nonce, since in used.items() if now - since > CLOCK_TOLERANCE]:
                del used[nonce]


def oauth_signature(shown: Credentials, oauth: dict[str, str], url: str, secret: str, digest: str) -> str:
    """Base64 HMAC over method, the address as the shop knows itself, and the sorted parameters as PHP names them."""
    query = [pair for pair in query_pairs(parse_qsl(shown.query, keep_blank_values=True)) if pair[0] not in oauth]
    signed = [(name, value) for name, value in oauth.items() if name != "oauth_signature"]
    pairs = sorted((_escaped(name), _escaped(value)) for name, value in [*query, *signed])
    parameters = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((shown.method, _escaped(url + shown.path), _escaped(parameters)))
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), base.encode(), digest)).decode("ascii")


def _escaped(text: str) -> str:
    return quote(text, safe="~")


def _basic_pair(authorization: str) -> tuple[str, str]:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, secret


def _oauth_header(authorization: str) -> dict[str, str]:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "oauth":
        return {}
    parts = (part.strip().partition("=") for part in value.split(","))
    return {name: unquote(text.strip('"')) for name, _, text in parts if name in OAUTH_PARAMETERS}


def _check_permissions(key: ApiKey, method: str) -> None:
    needed = "read" if method in READING else "write"
    if key.permissions not in (needed, "read_write"):
        raise authentication_error(f"The API key provided does not have {needed} permissions.")
