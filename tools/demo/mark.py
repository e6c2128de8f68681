"""The mark by which a demo's folder is known: what bears it, the next demo throws away."""

from __future__ import annotations

from pathlib import Path

from tools.cli.problems import Exit, Problem

MARK = "demo.txt"
SAYS = "What a demo of shopledger left behind. The next demo throws it away.\n"


def is_marked(folder: Path) -> bool:
    """Whether a demo has said that it made the folder: somebody's own file may have the same name."""
    mark = folder / MARK
    if mark.is_symlink() or not mark.is_file():
        return False
    with mark.open("rb") as file:
        return file.read(len(SAYS) + 1) == SAYS.encode()


def refuse_demos(folder: Path, *, is_meant: bool) -> None:
    """Nothing real begins in a demo's folder, unless `is_meant` (--demo was given). Raises Problem."""
    if not is_meant and is_marked(folder):
        raise Problem(
            f"{folder} is a demo's folder, which the next demo throws away: name another with --data",
            Exit.CANNOT_CREATE,
        )
