"""How texts stand on a terminal, and in a pipe: there a line is never broken, so that grep finds what it looks for."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tools.cli.output import console
from tools.cli.texts import harmless

#: What colours a state has in lists and headings.
STATES = {
    "done": "green",
    "failed": "bold red",
    "waiting": "yellow",
    "working": "cyan",
    "held": "magenta",
    "skipped": "dim",
    "on": "green",
    "off": "magenta",
}
#: Wider than any line.
UNBROKEN = 10_000
#: Columns stand so far apart.
BETWEEN = 2
#: Narrower than this a text beside its label cannot be read.
LEAST = 20


class Page:
    """Whatever it is given, a terminal obeys none of it."""

    def __init__(self) -> None:
        self._console: Console = console()
        if not self._console.is_terminal:
            self._console.width = UNBROKEN

    def line(self, text: str = "", *, style: str = "", indent: int = 0) -> None:
        self._put("", text, style, indent)

    def pair(
        self, label: str, text: str, *, style: str = "", indent: int = 2, labels: int = 12, label_style: str = "bold"
    ) -> None:
        """A label and what belongs to it, which goes on below itself where it is long. Nothing for an empty text."""
        if text:
            self._put(label.ljust(labels), text, style, indent, label_style)

    def rows(
        self,
        rows: Sequence[Mapping[str, str]],
        columns: Mapping[str, str],
        *,
        whole: Collection[str] = (),
        right: Collection[str] = (),
        indent: int = 0,
    ) -> None:
        """A table without the columns that are empty; cells of those that are `whole` are never broken."""
        used = {key: heading for key, heading in columns.items() if any(row.get(key) for row in rows)}
        cells = [{key: _one_line(row.get(key, "")) for key in used} for row in rows]
        made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
        for heading in used.values():
            made.add_column(heading, overflow="fold")
        for cell in cells:
            made.add_row(*(Text(text, style=STATES.get(text, "")) for text in cell.values()))
        texts = {key: [heading, *(row[key] for row in cells)] for key, heading in used.items()}
        widths = _widths(texts, whole, room=self._console.width - indent)
        for key, column in zip(used, made.columns, strict=True):
            column.width = widths.get(key)
            column.justify = "right" if key in right else "left"
        with self._console.capture() as captured:
            self._console.print(Padding(made, (0, 0, 0, indent), expand=False))
        for line in captured.get().splitlines():
            self._console.file.write(f"{line.rstrip()}\n")

    def _put(self, label: str, text: str, style: str, indent: int, label_style: str = "bold") -> None:
        before = " " * indent + label
        width = max(self._console.width - len(before), LEAST)
        for number, line in enumerate(textwrap.wrap(_one_line(text), width, break_on_hyphens=False) or [""]):
            start = (before, label_style) if number == 0 else (" " * len(before), "")
            self._console.print(Text.assemble(start, (line, style)))


def _widths(texts: Mapping[str, Sequence[str]], whole: Collection[str], *, room: int) -> dict[str, int]:
    """Of each column, so that no word is broken; the first columns give way first. Empty where that cannot be done."""
    widths = {key: max(map(cell_len, of_column)) for key, of_column in texts.items()}
    too_much = sum(widths.values()) + BETWEEN * (len(widths) - 1) - room
    for key in widths:
        longest_word = max(cell_len(word) for text in texts[key] for word in (text.split() or [""]))
        if too_much > 0 and key not in whole:
            given = min(too_much, widths[key] - longest_word)
            widths[key] -= given
            too_much -= given
    return widths if too_much <= 0 else {}


def _one_line(text: str) -> str:
    return harmless(text).replace("\n", " ")
