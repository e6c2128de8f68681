"""How books round VAT, as long as nobody knows: every answer to a draft leaves fewer ways open."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from shared.domain.money import Level, Rounding, Ties, cents

#: All ways there are, the likeliest first.
ALL = tuple(Rounding(level, ties) for level in (Level.DOCUMENT, Level.RATE, Level.LINE) for ties in Ties)


def known(stated: Rounding | None, stored: Sequence[str]) -> Sequence[Rounding]:
    """The likeliest first: the one that a connector states, else what is `written` of former answers, else all."""
    return (stated,) if stated is not None else [read(way) for way in stored] or ALL


def left_open(known: Sequence[Rounding], lines: Sequence[tuple[int, int]], vat: Decimal) -> Sequence[Rounding]:
    """The ways by which lines of these cents and rates come to that VAT.

    Where none of the known ones does, others that do; where none at all does, the known ones: it was something else.
    """
    fitting = [one for one in ALL if one.vat(lines) == cents(vat)]
    return [one for one in known if one in fitting] or fitting or known


def written(rounding: Rounding) -> str:
    """As "document/away"."""
    return f"{rounding.level}/{rounding.ties}"


def read(text: str) -> Rounding:
    """Raises ValueError."""
    level, ties = text.split("/")
    return Rounding(Level(level), Ties(ties))
