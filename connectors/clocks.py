"""How far another system's clock is from this machine's, as its answers' `Date` tells."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Clocks may be so far apart before anybody is told of it.
TOLERABLE = timedelta(seconds=60)
#: A date has whole seconds: what was written into it is up to this much later.
_RESOLUTION = timedelta(seconds=1)


def read_ahead(headers: Mapping[str, str], sent: float) -> timedelta | None:
    """How far the answerer's clock is ahead of ours, below zero if behind; None where the answer does not say.

    `headers` by lower-case name, just received; `sent` is when the request began (Unix seconds). Its way there and
    back is no difference between clocks. What a cache kept says nothing.
    """
    said = headers.get("date", "")
    if len(said) > 40 or "age" in headers:
        return None
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    began, ended = datetime.fromtimestamp(sent, UTC), datetime.fromtimestamp(time.time(), UTC)
    if moment > ended:
        return moment - ended
    return min(moment + _RESOLUTION - began, timedelta(0))


def apart(ahead: timedelta) -> str:
    """In words: "5 min 12 s ahead of", "70 s behind"."""
    seconds = round(abs(ahead).total_seconds())
    minutes, rest = divmod(seconds, 60)
    hours, left = divmod(minutes, 60)
    length = f"{hours} h {left} min" if hours else f"{minutes} min {rest} s" if minutes > 1 else f"{seconds} s"
    return f"{length} {'ahead of' if ahead > timedelta(0) else 'behind'}"
