"""Everything that struck, when and whom: written by the harness, and by a process in the moment before it dies."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "kills.jsonl"


@dataclass(frozen=True, slots=True)
class Strike:
    """`at` in seconds of the monotonic clock, which all processes of a machine share."""

    at: float
    #: "kill at frozen", "postgres", ...
    what: str
    whom: str
    detail: str = ""


class KillLog:
    """Any process may append: a short line goes into the file as a whole."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self.since = time.monotonic()

    def write(self, what: str, whom: str, detail: str = "") -> None:
        line = json.dumps([time.monotonic(), what, whom, detail]) + "\n"
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)

    def read(self) -> Sequence[Strike]:
        if not self._file.exists():
            return []
        return [Strike(*json.loads(line)) for line in self._file.read_text().splitlines()]

    def counts(self) -> Counter[str]:
        """By what struck."""
        return Counter(strike.what for strike in self.read())

    def last(self, what: str) -> Strike:
        return next(strike for strike in reversed(self.read()) if strike.what == what)

    def as_text(self) -> str:
        """A line for each: seconds since the start, what, whom."""
        return "\n".join(
            f"{strike.at - self.since:7.2f} s  {strike.what:<26} {strike.whom:<12} {strike.detail}".rstrip()
            for strike in sorted(self.read(), key=lambda strike: strike.at)
        )
