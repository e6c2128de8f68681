"""Books that nobody knows tell by their answers how they round VAT."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.domain.learning import ALL, left_open, read, written
from shared.domain.money import Level, Rounding, Ties, scaled
from tests.domain.money.small import BY_DOCUMENT, BY_LINE, BY_RATE


def line(cents: int, percent: str) -> tuple[int, int]:
    return cents, scaled(Decimal(percent))


#: 4.08 cents of VAT in all: 6 where each line is rounded, 5 where each rate is, 4 for the document.
TELLING = [*[line(3, "25")] * 4, line(6, "9"), line(9, "6")]
#: Half a cent of VAT, wherever it is rounded.
HALF = [line(2, "25")]


def test_the_likeliest_ways_are_expected_first() -> None:
    # Given books that have answered nothing yet, then they are expected to round once for the document, half a cent
    # away from zero; and of all ways that an answer leaves open those by document come first, and those by line last
    assert ALL[0] == Rounding() == Rounding(Level.DOCUMENT, Ties.AWAY)
    assert list(map(written, ALL)) == [
        f"{level}/{ties}" for level in ("document", "rate", "line") for ties in ("away", "even")
    ]


@pytest.mark.parametrize(
    ("vat", "level"), [("0.06", Level.LINE), ("0.05", Level.RATE), ("0.04", Level.DOCUMENT)], ids=str
)
def test_an_answer_tells_on_what_the_books_round(vat: str, level: Level) -> None:
    # Given a draft whose VAT is another on each level, when the books answer, then only one level is left
    assert left_open(ALL, TELLING, Decimal(vat)) == [Rounding(level, Ties.AWAY), Rounding(level, Ties.EVEN)]


@pytest.mark.parametrize(("vat", "ties"), [("0.01", Ties.AWAY), ("0.00", Ties.EVEN)], ids=str)
def test_an_answer_tells_where_half_a_cent_goes(vat: str, ties: Ties) -> None:
    assert {(one.level, one.ties) for one in left_open(ALL, HALF, Decimal(vat))} == {(level, ties) for level in Level}


def test_what_earlier_answers_ruled_out_stays_ruled_out() -> None:
    # Given books that round by rate or by line, when a draft comes that says nothing about that, then both are left,
    # the likelier one first, and no other comes back
    known = (BY_RATE, BY_LINE)
    assert left_open(known, HALF, Decimal("0.01")) == [BY_RATE, BY_LINE]


def test_books_that_changed_their_way_are_learned_anew() -> None:
    # Given books that rounded once per document so far, when an answer can only have come by line, then it is by line
    assert left_open((BY_DOCUMENT,), TELLING, Decimal("0.06")) == [BY_LINE, Rounding(Level.LINE, Ties.EVEN)]


def test_an_answer_that_no_way_explains_teaches_nothing() -> None:
    # Given a draft whose VAT somebody changed by hand, when the books answer, then what was known is kept
    assert left_open((BY_RATE,), TELLING, Decimal("9.99")) == (BY_RATE,)


@pytest.mark.parametrize("way", ALL, ids=written)
def test_what_was_learned_is_read_as_it_was_written(way: Rounding) -> None:
    assert read(written(way)) == way


def test_what_was_learned_is_written_in_words() -> None:
    assert written(Rounding(Level.DOCUMENT, Ties.EVEN)) == "document/even"


@pytest.mark.parametrize("text", ["", "document", "document/up", "page/away", "document/away/even"])
def test_what_nobody_wrote_is_not_taken_for_learned(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)
