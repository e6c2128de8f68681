"""An account's bulk runs that came to nothing, or never began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from shared.domain.findings import Finding
from shared.store.runs import StoredRun
from tools.bulk.telling import about
from tools.cli.texts import moment
from tools.doctor.report import warning

#: Who has not looked at it by then does not want to.
LATELY = timedelta(days=7)
#: A shop with very many orders is counted for some minutes.
COUNTED_BY = timedelta(hours=1)


def look(runs: Sequence[StoredRun]) -> Iterator[Finding]:
    """Nothing where all is well."""
    now = datetime.now(UTC)
    for one in runs:
        if one.state == "failed" and one.ended_at is not None and one.ended_at > now - LATELY:
            says = f"Run {one.id} ({about(one)}, through {one.connection}) failed {moment(one.ended_at)}: {one.problem}"
            yield warning("runs", says, f"Mend that; then `shopledger runs resume {one.id}` goes on where it was.")
        if one.state == "counting" and one.created_at < now - COUNTED_BY:
            says = f"Run {one.id} ({about(one)}, through {one.connection}) never began: its command ended before that."
            yield warning("runs", says, f"`shopledger runs cancel {one.id}`, and begin it once more.")
