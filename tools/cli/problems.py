"""What the user can mend: one line that says what was wrong and what to do, and an exit code (after sysexits.h)."""

from __future__ import annotations

from enum import IntEnum
from typing import IO, Any

import click


class Exit(IntEnum):
    """docs/command.md says them in words; a test holds that it does."""

    FOUND_TROUBLE = 1
    WRONG_FILE = 65
    UNAVAILABLE = 69
    CANNOT_CREATE = 73
    NO_PERMISSION = 77
    WRONG_CONFIGURATION = 78


class Problem(click.ClickException):
    """`says` holds no secret. Several lines only where there are several things to mend."""

    def __init__(self, says: str, code: Exit) -> None:
        super().__init__(says)
        self.code = code

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        return self.code

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002
        for line in self.message.splitlines():
            click.echo(f"shopledger: {line}", err=True)
