"""Whether both tokens open an agreement, and may read there what documents need.

e-conomic has no request that asks for the right to write and certainly changes nothing, and `/self` does not tell the
agreement's plan: that it forbids other programs to write comes out at the first draft (`no_rights`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.clocks import TOLERABLE, apart
from connectors.economic.lookups import Lookups, read_page
from connectors.economic.read import Shelf
from connectors.economic.rest import Rest
from connectors.economic.settings import Settings
from shared.domain.document import DocumentKind, Place
from shared.domain.findings import Finding, Level
from shared.errors import Fate, Retry

#: Roles of an app that reach neither orders nor customers. The other two, SuperUser and Sales, reach both.
OTHER_ROLES = frozenset({"Bookkeeping", "ProjectEmployee"})

_ONE = {"pagesize": "1"}
_NEW_ROLE = (
    "Give the app the role Sales or SuperUser in the developer agreement; then an administrator of the agreement"
    " approves it again."
)
_NEW_GRANT = "Check both tokens; if they are right, let an administrator of the agreement approve the app again."
_UNKNOWN_TOKENS = "e-conomic does not know the connection: a token is wrong, or the owner took the grant back."

#: What helps against each fate of a 403.
_FORBIDDEN: Mapping[str, str] = {"no_rights": _NEW_ROLE, "module_missing": "Add the module in e-conomic."}
#: (about, says, remedy) by the code of another fate.
_TROUBLES: Mapping[str, tuple[str, str, str]] = {
    "grant_revoked": ("credentials", _UNKNOWN_TOKENS, _NEW_GRANT),
    "not_authorised": ("credentials", _UNKNOWN_TOKENS, _NEW_GRANT),
    "layout": ("rights", "e-conomic has no layout for invoices.", "Make one in e-conomic."),
    "payment_terms": (
        "rights",
        "e-conomic has no payment terms that a shop's order can have.",
        'Make some in e-conomic, of another type than "due date".',
    ),
    "unreachable": (
        "address",
        "e-conomic could not be reached.",
        "Check the address, and that this machine reaches the internet (a proxy, a firewall).",
    ),
    "moved": ("address", "e-conomic answers from another address.", "Leave the address out: the usual one is right."),
    "not_economic": (
        "address",
        "Something before e-conomic answered in its place.",
        "Check the address, and what stands between this machine and the internet (a proxy, a firewall).",
    ),
}


def check(rest: Rest) -> Sequence[Finding]:
    """Seven requests at most, all of which only read; stops at the first thing that is needed and fails."""
    lookups = Lookups(rest)
    try:
        agreement = lookups.agreement()
    except Fate as fate:
        return [*_clock(rest), failing(fate)]
    opened, clock = Finding(Level.OK, "credentials", _named(agreement)), _clock(rest)
    return [opened, *(_role(agreement) or _rights(rest, lookups)), *clock]


def failing(fate: Fate, what: str = "The agreement") -> Finding:
    """`what` could not be read."""
    if fate.code in _FORBIDDEN:
        return Finding(Level.FAILING, "rights", f"{what} cannot be read: {_cause(fate)}.", _FORBIDDEN[fate.code])
    about, says, remedy = _TROUBLES.get(fate.code) or ("e-conomic", fate.message, _patience(fate))
    return Finding(Level.FAILING, about, says, remedy)


def _cause(fate: Fate) -> str:
    """Of a 403, which names the module. What to do about it follows the colon there."""
    cause = fate.message.partition(": ")[0]
    return cause[:1].lower() + cause[1:]


def _patience(fate: Fate) -> str:
    if not isinstance(fate, Retry):
        return "Please contact support: this is nothing that an owner can put right."
    if fate.after:
        return f"Check again in {max(1, round(fate.after.total_seconds()))} seconds."
    return "Check again in a few minutes; if it stays so, look whether e-conomic tells of a disturbance."


def _named(agreement: Mapping[str, Any]) -> str:
    """ "agreement 123456, Lampeland Handel, DKK": as much of it as e-conomic tells."""
    number = agreement.get("agreementNumber")
    words = [f"agreement {number}" if type(number) is int else "an agreement"]
    for part, name in (("company", "name"), ("settings", "baseCurrency")):
        inside = agreement.get(part)
        text = inside.get(name) if isinstance(inside, dict) else None
        if isinstance(text, str) and text.strip():
            words.append("".join(letter if letter.isprintable() else " " for letter in text.strip()[:80]))
    return ", ".join(words)


def _role(agreement: Mapping[str, Any]) -> list[Finding]:
    """Nothing where the app's roles are fit, or not told."""
    application = agreement.get("application")
    rows = application.get("requiredRoles") if isinstance(application, dict) else None
    names = {str(row.get("name")) for row in rows if isinstance(row, dict)} if isinstance(rows, list) else set()
    if not names or not names <= OTHER_ROLES:
        return []
    says = f"The app has the role {' and '.join(sorted(names))}, which reaches no orders, invoices and customers."
    return [Finding(Level.FAILING, "rights", says, _NEW_ROLE)]


def _rights(rest: Rest, lookups: Lookups) -> list[Finding]:
    needs: Sequence[tuple[str, Callable[[], object]]] = (
        ("Layouts and payment terms", lambda: lookups.fill(Settings())),
        ("Customers", lambda: read_page(rest.get("customers", _ONE))),
        ("Products", lambda: read_page(rest.get("products", _ONE))),
    )
    for what, ask in needs:
        try:
            ask()
        except Fate as fate:
            return [failing(fate, what)]
    return _drafts(rest)


def _drafts(rest: Rest) -> list[Finding]:
    """Either kind of draft will do, if the owner's connections make that one."""
    refused: list[tuple[str, Fate]] = []
    for kind in (DocumentKind.ORDER, DocumentKind.INVOICE):
        try:
            read_page(rest.get(Shelf.of(kind, Place.DRAFT).path, _ONE))
        except Fate as fate:
            if fate.code not in _FORBIDDEN:
                return [failing(fate)]
            refused.append((f"Draft {kind}s", fate))
    if not refused:
        says = (
            "What documents need can be read, and drafts of both kinds. Whether the agreement's plan lets other"
            " programs write shows with the first draft."
        )
        return [Finding(Level.OK, "rights", says)]
    level, unless = Level.FAILING, ""
    if len(refused) == 1:
        level, unless = Level.WARNING, " Nothing has to be done where no connection makes them."
    return [
        Finding(level, "rights", f"{what} cannot be made: {_cause(fate)}.", f"{_FORBIDDEN[fate.code]}{unless}")
        for what, fate in refused
    ]


def _clock(rest: Rest) -> list[Finding]:
    """Nothing where e-conomic does not tell the time, which is taken for right."""
    ahead = rest.ahead
    if ahead is None:
        return []
    if abs(ahead) <= TOLERABLE:
        return [Finding(Level.OK, "clock", "This machine's clock is right.")]
    says = f"This machine's clock is {apart(-ahead)} e-conomic's."
    return [Finding(Level.WARNING, "clock", says, "Let this machine's clock be set by NTP: e-conomic's is right.")]
