"""What a sandbox was asked and what it answered, in the order of arrival, for tests and people to look at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

#: What stands in the journal in place of a credential.
MASK = "***"


class EntryKind(StrEnum):
    #: Somebody asked the sandbox.
    REQUEST = "request"
    #: The sandbox called somebody (a webhook).
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One exchange. `status` is None while it is under way, and 0 when it ended without an answer."""

    seq: int
    at: datetime
    kind: EntryKind
    method: str
    path: str
    query: str
    body: str
    status: int | None = None
    #: Words of the system about it: the topic of a webhook, the order it is about, why it failed.
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


class Journal:
    """Thread-safe. Headers are not kept: that is where credentials travel."""

    def __init__(self, *, secret_parameters: Sequence[str] = ()) -> None:
        self._secret_parameters = frozenset(secret_parameters)
        self._entries: dict[int, Entry] = {}
        self._changed = threading.Condition()
        self._next_seq = 1

    def begin(self, kind: EntryKind, method: str, path: str, query: str, body: bytes, *, note: str = "") -> int:
        """Writes down an exchange that has just begun; returns its number for `finish`."""
        with self._changed:
            seq = self._next_seq
            self._next_seq += 1
            self._entries[seq] = Entry(
                seq=seq,
                at=datetime.now(UTC),
                kind=kind,
                method=method,
                path=path,
                query=self._masked(query),
                body=body.decode("utf-8", "replace"),
                note=note,
            )
            self._changed.notify_all()
            return seq

    def finish(self, seq: int, status: int, *, note: str | None = None) -> None:
        """What became of it; nothing where the journal was cleared meanwhile."""
        with self._changed:
            if (entry := self._entries.get(seq)) is not None:
                self._entries[seq] = replace(entry, status=status, note=entry.note if note is None else note)
            self._changed.notify_all()

    def entries(self, kind: EntryKind | None = None) -> list[Entry]:
        with self._changed:
            return [entry for entry in self._entries.values() if kind is None or entry.kind == kind]

    def clear(self) -> None:
        with self._changed:
            self._entries.clear()
            self._changed.notify_all()

    def wait_for(self, predicate: Callable[[list[Entry]], bool], timeout: float = 10.0) -> list[Entry]:
        """The entries as soon as they satisfy the predicate. Raises TimeoutError with what there was instead."""
        with self._changed:
            if not self._changed.wait_for(lambda: predicate(list(self._entries.values())), timeout):
                seen = [f"{entry.method} {entry.path} {entry.status}" for entry in self._entries.values()]
                raise TimeoutError(f"not in the journal within {timeout} s; it holds {seen}")
            return list(self._entries.values())

    def _masked(self, query: str) -> str:
        pairs = parse_qsl(query, keep_blank_values=True)
        if not any(name in self._secret_parameters for name, _ in pairs):
            return query
        return urlencode(
            [(name, MASK if name in self._secret_parameters else value) for name, value in pairs], safe="*"
        )
