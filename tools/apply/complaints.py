"""What is wrong with a file: every problem with its line, all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

from tools.cli.problems import Exit, Problem

#: Names of accounts, systems and connections and the file's own words, from the outside in.
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the file. Lines count from 1."""

    line: int
    path: Path


class Complaints:
    """`source` is what people call the file: "shop.yaml"."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: list[tuple[int, str]] = []

    def add(self, where: Where, says: str) -> None:
        """`says` holds no secret."""
        place = ".".join(where.path)
        told = f"{self.source}:{where.line}: {f'{place}: ' if place else ''}{says}"
        if (where.line, told) not in self._found:
            self._found.append((where.line, told))

    def raise_any(self) -> None:
        """Raises Problem with a line for each, in the order of the file."""
        if self._found:
            ordered = sorted(self._found, key=lambda found: found[0])
            raise Problem("\n".join(told for _, told in ordered), Exit.WRONG_FILE)
