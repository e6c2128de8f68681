"""What was found when something was looked at: a set-up, a credential, a server."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for people. `remedy` says what to do, and is empty only where nothing has to be done."""

    level: Level
    #: What was looked at, in a word or two: "credentials", "rights", "clock".
    about: str
    says: str
    remedy: str = ""

    def __post_init__(self) -> None:
        assert (self.level is Level.OK) == (not self.remedy), (
            f"{self.about}: whoever is told of trouble asks what to do"
        )
