"""A sentence waits as a file until a process of that name comes to the point it names: then it dies or stops there."""

from __future__ import annotations

import os
import signal
from enum import StrEnum
from pathlib import Path

from chaos.kill_log import KillLog
from chaos.part import Part


class Act(StrEnum):
    KILL = "kill"
    STOP = "stop"


SIGNALS = {Act.KILL: signal.SIGKILL, Act.STOP: signal.SIGSTOP}


class Sentence:
    """The harness's side. It hits whoever of a role ("worker", "relay") comes to the point first."""

    def __init__(self, folder: Path, role: str, words: str) -> None:
        """`words`: "kill at frozen"."""
        self._file = _file(folder, role)
        self._words = words

    def give(self) -> None:
        """As a whole: nobody reads half of it."""
        written = self._file.with_suffix(".part")
        written.write_text(self._words)
        written.rename(self._file)

    def is_served(self) -> bool:
        return not self._file.exists()

    def take_back(self) -> None:
        self._file.unlink(missing_ok=True)


class Block:
    """The process's side: asked at every point."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._file = _file(part.folder, part.name.partition(" ")[0])
        self._log = KillLog(part.folder)

    def passes(self, point: str, about: str) -> None:
        """Returns, late or never, if a sentence names this point."""
        if not self._file.exists():
            return
        for act, number in SIGNALS.items():
            words = f"{act} at {point}"
            if self._take(words):
                self._log.write(words, self._part.name, about)
                os.kill(os.getpid(), number)

    def _take(self, words: str) -> bool:
        """Of several threads and processes at that point one gets it. The harness has one sentence out per role."""
        try:
            if self._file.read_text() != words:
                return False
            self._file.unlink()
        except FileNotFoundError:
            return False
        return True


def _file(folder: Path, role: str) -> Path:
    return folder / f"{role}.sentence"
