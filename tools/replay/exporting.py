"""`shopledger replay export`: what a shop told us, as a file; with made-up names where it is to be shown to others."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from shared.domain.masking import Form, Mask
from shared.store import replay
from shared.store.replay import StoredEvent, Which
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.rehearse.through import Through
from tools.replay import files
from tools.replay.kept import kept_of


@dataclass(frozen=True, slots=True)
class Exported:
    events: int
    masked: bool


def export(place: Place, through: Through, which: Which, path: Path, *, masked: bool) -> Exported:
    """Writes a new file. Raises Problem; no file is left then."""
    mask = Mask(os.urandom(32)) if masked else None
    count = 0
    missing = set(which.numbers or ())
    with _new_file(path) as file:
        files.write_head(file, system_kind=through.shop.kind, masked=masked)
        for event in _events(place, through, which):
            missing -= {event.source_number, event.source_id}
            files.write_event(file, masked_event(event, mask) if mask is not None else event)
            count += 1
        files.write_end(file, count)
        _check_found(through, count, missing)
    return Exported(count, masked)


def masked_event(event: StoredEvent, mask: Mask) -> StoredEvent:
    """Ids, numbers and dates stay; codes, where they look like codes."""
    return replace(
        event,
        topic=mask.value(event.topic, Form.WORD),
        reason=mask.value(event.reason, Form.WORD),
        delivery_id=mask.value(event.delivery_id, Form.WORD),
        body=mask.body(event.body, kept_of(event.system_kind, event.source_type, event.kind)),
    )


def _events(place: Place, through: Through, which: Which) -> Iterator[StoredEvent]:
    after = 0
    while True:
        with place.database.account(through.account.id) as c:
            page = replay.events_of_shop(c, through.shop.id, which, after=after)
        if not page:
            return
        yield from page
        after = page[-1].id


def _check_found(through: Through, count: int, missing: Sequence[str] | set[str]) -> None:
    if missing:
        orders = ", ".join(sorted(missing))
        says = f"nothing was exported: {through.shop.name} told of no order {orders}"
        raise Problem(harmless(says), Exit.FOUND_TROUBLE)
    if not count:
        raise Problem(harmless(f"nothing was exported: {through.shop.name} told of nothing then"), Exit.FOUND_TROUBLE)


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[IO[str]]:
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError:
        raise Problem(f"{path} is there already; name another file", Exit.CANNOT_CREATE) from None
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}", Exit.CANNOT_CREATE) from None
    try:
        with file:
            path.chmod(0o600)
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
