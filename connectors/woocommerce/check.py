"""Whether an API key opens its shop and may do what is needed there.

Whether it may write is asked by an empty batch of webhooks: it takes the rights that making one takes, of the key and
of its user, names no record that could be changed, and pings nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from connectors.clocks import TOLERABLE, apart
from connectors.woocommerce.rest import Rest
from shared.domain.findings import Finding, Level
from shared.errors import ConnectionBroken, Fate, NeedsUser, Retry, Skip

#: What is signed (OAuth 1.0a, over http) is refused when it is 15 minutes old; this leaves some room.
SIGNED_TOLERABLE = timedelta(minutes=10)
#: Older shops cannot list orders by their change.
OLDEST = (5, 8)

_ONE = {"per_page": "1", "_fields": "id"}
_NEW_KEY = (
    "Make a new key with Read/Write rights for an administrator or shop manager (WooCommerce > Settings > Advanced >"
    " REST API), and enter it."
)
_ASK_THE_HOST = "Check again in a few minutes; if it stays so, ask who runs the shop's server."


@dataclass(frozen=True, slots=True)
class _Trouble:
    about: str
    #: Empty: as the fate says it.
    says: str
    #: Empty: as the fate says it.
    remedy: str


#: What keeps the key from the shop, by the code of its fate.
_CLOSED: Mapping[str, _Trouble] = {
    "not_authorised": _Trouble(
        "credentials", "The shop does not accept the API key, or the key may not read orders.", _NEW_KEY
    ),
    "moved": _Trouble("address", "The shop has another address than the one that was entered.", ""),
    "no_api": _Trouble(
        "address",
        "There is no WooCommerce API at this address.",
        "Check the address, that WooCommerce is active, and that permalinks are not set to plain.",
    ),
    "unreachable": _Trouble(
        "address",
        "The shop could not be reached.",
        "Check the address and its certificate, and that the shop is up and can be reached from this machine.",
    ),
    "blocked": _Trouble(
        "address",
        "Something before the shop (a firewall, a security plugin) turns this service away.",
        "Let requests of this machine to /wp-json/wc/ pass there.",
    ),
    "not_json": _Trouble(
        "address",
        "The shop answers with a page instead of data: something stands before its API.",
        "Check the address, and switch off for /wp-json/wc/ what answers there (coming soon page, firewall, cache).",
    ),
}

_UNTIL_THEN = "Until then orders are only found by asking the shop now and then."
#: What keeps a key that reads orders from webhooks, by the code of its fate. The line works without them, later.
_NO_WEBHOOKS: Mapping[str, tuple[str, str]] = {
    "key_may_not_write": (
        "The API key may only read: webhooks cannot be made, and nothing can be written to orders.",
        "Give the key Read/Write rights in the shop (WooCommerce > Settings > Advanced > REST API).",
    ),
    "not_authorised": (
        "The user of the API key may not look after webhooks: they cannot be made.",
        _NEW_KEY,
    ),
    "no_api": (
        "The shop's API has no webhooks: they cannot be made.",
        "Look in the shop for a plugin that switches parts of its API off.",
    ),
}


def check(rest: Rest) -> Sequence[Finding]:
    """Four requests at most, none of which changes anything; stops at the first that says that the shop is closed."""
    try:
        rest.get("orders", _ONE).rows()
    except Fate as fate:
        return [*_clock(rest), _closed(fate, rest)]
    opened, clock = Finding(Level.OK, "credentials", f"The API key opens {rest.url}."), _clock(rest)
    rights = _rights(rest)
    version = [] if rights.level is Level.FAILING else _version(rest)
    return [opened, rights, *clock, *version]


def _closed(fate: Fate, rest: Rest) -> Finding:
    """Why no order came."""
    if fate.code == "not_authorised" and rest.signs and rest.ahead and abs(rest.ahead) > SIGNED_TOLERABLE:
        says = "The shop does not accept the API key, as it accepts none while the clocks are so far apart."
        return Finding(Level.FAILING, "credentials", says, "Set the clock right first, then check again.")
    trouble = _CLOSED.get(fate.code) or _Trouble("shop", "", _patience(fate))
    return Finding(Level.FAILING, trouble.about, trouble.says or fate.message, trouble.remedy or fate.message)


def _patience(fate: Fate) -> str:
    if isinstance(fate, Retry) and fate.after:
        return f"Check again in {max(1, round(fate.after.total_seconds()))} seconds."
    if isinstance(fate, Retry):
        return _ASK_THE_HOST
    return "Ask who runs the shop's server why its API refuses this; the shop's own log names the request."


def _rights(rest: Rest) -> Finding:
    """Of a key that reads orders."""
    try:
        rest.get("webhooks", _ONE).rows()
        rest.post("webhooks/batch", {})
    except (ConnectionBroken, NeedsUser, Skip) as fate:
        says, remedy = _NO_WEBHOOKS.get(fate.code) or (
            "The shop refuses what webhooks need: they cannot be made.",
            _patience(fate),
        )
        return Finding(Level.WARNING, "rights", says, f"{remedy} {_UNTIL_THEN}")
    except Fate as fate:
        says = "The shop did not tell whether the API key may make webhooks."
        if not isinstance(fate, Retry):
            return Finding(Level.FAILING, "rights", says, _ASK_THE_HOST)
        why = _closed(fate, rest)
        return Finding(Level.FAILING, "rights", f"{says} {why.says}", why.remedy)
    return Finding(Level.OK, "rights", "The API key reads orders and webhooks, and may write.")


def _clock(rest: Rest) -> list[Finding]:
    """Nothing where the shop does not tell the time."""
    ahead = rest.ahead
    if ahead is None:
        return []
    if abs(ahead) <= TOLERABLE:
        return [Finding(Level.OK, "clock", "The shop's clock and this machine's agree.")]
    says = f"The shop's clock is {apart(ahead)} this machine's."
    remedy = (
        "Compare both with the right time. If this machine's is wrong, let it be set by NTP; if the shop's is, ask its"
        " host to set it."
    )
    if rest.signs and abs(ahead) > SIGNED_TOLERABLE:
        return [Finding(Level.FAILING, "clock", f"{says} Over http it refuses what is 15 minutes off.", remedy)]
    return [Finding(Level.WARNING, "clock", says, remedy)]


def _version(rest: Rest) -> list[Finding]:
    """Nothing where the shop does not tell it: only who manages the shop may ask."""
    try:
        value = rest.get("system_status", {"_fields": "environment.version"}).value
    except Fate:
        return []
    environment = value.get("environment") if isinstance(value, dict) else None
    version = environment.get("version") if isinstance(environment, dict) else None
    found = (
        re.fullmatch(r"([0-9]{1,4})\.([0-9]{1,4})[0-9A-Za-z.-]{0,20}", version) if isinstance(version, str) else None
    )
    if found is None:
        return []
    if (int(found[1]), int(found[2])) < OLDEST:
        says = f"WooCommerce {version} cannot list orders by their change."
        return [Finding(Level.FAILING, "version", says, "Update WooCommerce in the shop to 5.8 or later.")]
    return [Finding(Level.OK, "version", f"WooCommerce {version}.")]
