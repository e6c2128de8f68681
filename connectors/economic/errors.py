"""What e-conomic refuses -> a fate, by `error_table`; and the fates of what met no proper answer.

The answers' messages are translated into the agreement's language and may hold customers' data: they are never shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from connectors.economic.error_table import (
    BOOKING_REFUSED,
    MISTAKEN,
    OUR_MISTAKE,
    REFUSED,
    TABLE,
    UNPROVEN,
    Row,
)
from connectors.economic.walk_errors import Finding, walk
from shared.errors import ConnectionBroken, Fate, NeedsUser, OutcomeUnknown, Retry

#: Who asks for more patience than this is asked again anyway.
MAX_RETRY_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer that is not a success. `body` is decoded, None when it was not JSON; `request` is our path."""

    status: int
    body: object = None
    request: str = ""
    write: bool = False
    retry_after: timedelta | None = None


def fate_of(refusal: Refusal) -> Fate:
    """The fate of a refused request, to be raised: that of its most telling error; all of them are counted.

    A write whose outcome the answer leaves open is OutcomeUnknown, a read one Retry.
    """
    findings = walk(refusal.body) or [Finding()]
    judged = [(next(row for row in TABLE if _fits(row, refusal, found)), found) for found in findings]
    row, found = min(judged, key=lambda one: _rank(one[0]))
    sentence = row.sentence.format(
        value=f" {found.value}" if found.value else "",
        line=f" (line {found.line})" if found.line else "",
        module=_module(refusal.body),
        detail=_detail(found),
    )
    if len(findings) > 1:
        sentence += f" e-conomic names {len(findings)} errors in all."
    if row.fate is Retry:
        return Retry(row.reason, sentence, after=refusal.retry_after)
    return row.fate(row.reason, sentence)


def _fits(row: Row, refusal: Refusal, found: Finding) -> bool:
    return (
        (row.statuses is None or refusal.status in row.statuses)
        and (row.write is None or row.write is refusal.write)
        and (row.foreign is None or row.foreign is not isinstance(refusal.body, dict))
        and (row.codes is None or (found.code is not None and bool(re.fullmatch(row.codes, found.code))))
        and (row.names is None or any(re.fullmatch(row.names, name, re.IGNORECASE) for name in _names(found)))
        and (row.request is None or bool(re.fullmatch(row.request, refusal.request)))
    )


def _names(found: Finding) -> list[str]:
    """The property as the answer names it, or else as the path does."""
    return [found.name] if found.name else [re.sub(r"\[\d+\]$", "", found.path.rpartition(".")[2])]


def _rank(row: Row) -> int:
    """What may have been done comes before what is broken, and what the owner can put right before what he cannot."""
    if row.fate is OutcomeUnknown:
        return 0
    if row.fate is ConnectionBroken:
        return 1
    return {OUR_MISTAKE: 3, REFUSED: 4, BOOKING_REFUSED: 4}.get(row.reason, 2)


def _detail(found: Finding) -> str:
    words = " at ".join(word for word in (found.code, found.path) if word)
    return f" ({words})" if words else ""


def _module(body: object) -> str:
    """The module's name, of which the answer's title holds nothing else: "Missing modules: Project"."""
    title = body.get("title") if isinstance(body, dict) else None
    found = re.fullmatch(r"Missing modules: ([A-Za-z ,-]{1,60})", title) if isinstance(title, str) else None
    return f" ({found[1].strip()})" if found else ""


def our_mistake() -> Fate:
    """A request that must never be sent."""
    return NeedsUser(OUR_MISTAKE, MISTAKEN.format(detail=""))


def unexpected(*, write: bool) -> Fate:
    """A success that does not hold what was asked for: a page, half of the data, another record, far too much."""
    if write:
        return OutcomeUnknown("write_unproven", UNPROVEN)
    return Retry("unexpected_answer", "e-conomic answered with something other than what was asked for.")


def unreachable(*, sent: bool, write: bool) -> Fate:
    """A request that met no answer. `sent` is False when it certainly never left."""
    if write and sent:
        return OutcomeUnknown("write_unproven", UNPROVEN)
    return Retry("unreachable", "e-conomic could not be reached.")


def read_retry_after(value: str | None) -> timedelta | None:
    """Whole seconds, as e-conomic writes it, bounded to a day; None when absent or senseless."""
    if not value or not re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return None
    return min(timedelta(seconds=int(value)), MAX_RETRY_AFTER)
