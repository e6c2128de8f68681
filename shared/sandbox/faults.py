"""Knobs that make a sandbox misbehave the way real systems do."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field

#: How long an answer is held back when nobody lets go of it, in seconds.
DEFAULT_HOLD = 60.0


class FaultKind(StrEnum):
    #: Answer after `seconds`; goes together with any other fault.
    LATENCY = "latency"
    #: Answer `status` with `body` and `headers`; the system never sees the request.
    ANSWER = "answer"
    #: Cut the connection; the system never sees the request.
    DROP = "drop"
    #: Carry the request out, then cut the connection without an answer.
    DROP_AFTER_COMMIT = "drop_after_commit"
    #: Carry the request out, then say nothing for `seconds` (or until the faults are cleared), then cut.
    HANG_AFTER_COMMIT = "hang_after_commit"
    #: Cut the connection, and carry the request out `seconds` later, or at once when the faults are cleared.
    LATE_COMMIT = "late_commit"
    #: Answer as always, with `body` before the real body (a warning of a broken plugin).
    PREFIX = "prefix"


class Fault(BaseModel):
    """`path` is a shell pattern over the whole path; `count` how often it strikes (None: until it is removed)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    method: str = "*"
    path: str = "*"
    count: int | None = Field(default=None, ge=1)
    probability: float = Field(default=1.0, ge=0.0, le=1.0)
    #: Makes `probability` repeatable.
    seed: int = 0
    seconds: float = Field(default=DEFAULT_HOLD, ge=0.0)
    status: int = Field(default=500, ge=100, le=599)
    headers: Mapping[str, str] = {}
    body: str = ""

    def matches(self, method: str, path: str) -> bool:
        return fnmatchcase(method, self.method.upper()) and fnmatchcase(path, self.path)


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = fault.count
        self.chance = random.Random(fault.seed)  # noqa: S311 - a repeatable dice, not a secret

    def strikes(self) -> bool:
        if self.left == 0 or self.chance.random() >= self.fault.probability:
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    """The faults that are armed, oldest first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: dict[int, _Armed] = {}
        self._next_id = 1
        self._released = threading.Event()
        self._late: list[threading.Thread] = []

    def add(self, fault: Fault) -> int:
        with self._lock:
            fault_id = self._next_id
            self._next_id += 1
            self._armed[fault_id] = _Armed(fault)
            return fault_id

    def all(self) -> dict[int, Fault]:
        """Those that can still strike, by id, with the count that is left."""
        with self._lock:
            return {
                fault_id: armed.fault.model_copy(update={"count": armed.left})
                for fault_id, armed in self._armed.items()
                if armed.left != 0
            }

    def remove(self, fault_id: int) -> None:
        with self._lock:
            self._armed.pop(fault_id, None)

    def clear(self) -> None:
        """Removes all faults, lets go of every answer held back, and returns when every late request is carried out."""
        with self._lock:
            self._armed.clear()
            self._released.set()
            self._released = threading.Event()
            late, self._late = self._late, []
        for thread in late:
            thread.join()

    def take(self, method: str, path: str) -> list[Fault]:
        """What strikes this request: every latency, and the oldest other fault that matches."""
        taken: list[Fault] = []
        with self._lock:
            for armed in self._armed.values():
                is_latency = armed.fault.kind is FaultKind.LATENCY
                if not is_latency and any(fault.kind is not FaultKind.LATENCY for fault in taken):
                    continue
                if armed.fault.matches(method, path) and armed.strikes():
                    taken.append(armed.fault)
        return taken

    def hold(self, seconds: float) -> None:
        """Waits, but no longer than until the faults are cleared."""
        self.holder(seconds)()

    def holder(self, seconds: float) -> Callable[[], None]:
        """A wait of `seconds` for somebody else to begin; a clearing of the faults ends it from now on."""
        with self._lock:
            released = self._released

        def hold() -> None:
            released.wait(seconds)

        return hold

    def carry_out_late(self, work: Callable[[], None]) -> None:
        """Does `work`, which waits by a `holder`, in a thread that `clear` waits for."""
        thread = threading.Thread(target=work, name="late request", daemon=True)
        with self._lock:
            self._late = [one for one in self._late if one.is_alive()]
            self._late.append(thread)
            thread.start()
