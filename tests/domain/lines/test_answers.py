"""What the books' answers to drafts teach: by the lines that were sent, never by what somebody made of them since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

import pytest

from shared.domain.document import DocumentKind, FoundDocument, Place
from shared.domain.expected import Expected
from shared.domain.learning import ALL, written
from shared.domain.money import Level, Rounding
from shared.domain.order import Order
from shared.domain.totals import Closed
from tests.domain.lines.orders import order, priced, product
from tests.domain.money.witness import books_come_to

LIMIT = Decimal("0.10")
#: As the core expects of books that nobody knows.
LIKELIEST = ALL[0]


def five_at_a_cent_more() -> Order:
    """0.30 of VAT on each of five lines, and 1.51 on all: 5 x 0.302."""
    return order(*(product("1.51", {1: "0.302"}) for _ in range(5)), rates={1: "20"}, total_tax="1.51", total="9.06")


def two_rates() -> Order:
    """0.302 and 0.303 of VAT, of two rates: 0.60 on each alone, and 0.61 on both."""
    return order(
        product("1.51", {1: "0.302"}),
        product("2.525", {2: "0.303"}, sku="BOOK"),
        rates={1: "20", 2: "12"},
        total_tax="0.61",
        total="4.65",
    )


def half_a_cent() -> Order:
    """0.505 of VAT, of which the shop says 0.51."""
    return order(product("2.02", {1: "0.505"}), total_tax="0.51", total="2.53")


def drafted(bought: Order, expecting: Rounding = LIKELIEST) -> tuple[Closed, Expected]:
    closed = priced(bought, rounding=expecting, closing="gross")
    return closed, Expected.of(closed, expecting, LIMIT, bought, "")


def answered(closed: Closed, books: Rounding, *, net: str = "0", vat: str = "0") -> FoundDocument:
    """The draft in books that round so; `net` and `vat`: what somebody added to it by hand."""
    sums = books_come_to(closed, books)
    tax = Decimal(str(float(sums.vat))) + Decimal(vat)
    return FoundDocument(
        kind=DocumentKind.INVOICE,
        place=Place.DRAFT,
        number="20",
        reference="SL1-7",
        customer="10",
        currency="DKK",
        total=Decimal(str(float(sums.net))) + Decimal(net) + tax,
        total_tax=tax,
    )


def learned(books: Rounding, bought: Sequence[Order], known: Sequence[Rounding] = ALL) -> Sequence[Rounding]:
    """After the answers of such books to drafts of these orders, each made as was likeliest by then."""
    for one in bought:
        closed, expected = drafted(one, known[0])
        known = expected.left_open(known, answered(closed, books))
    return known


@pytest.mark.parametrize("books", ALL, ids=written)
def test_a_few_drafts_tell_all_ways_apart(books: Rounding) -> None:
    # Given books of which nobody knows how they round, when they have answered three drafts, then it is known
    assert list(learned(books, [five_at_a_cent_more(), two_rates(), half_a_cent()])) == [books]


@pytest.mark.parametrize("books", ALL, ids=written)
def test_an_order_that_every_way_brings_to_the_same_teaches_nothing(books: Rounding) -> None:
    assert list(learned(books, [order(product("80.00"))])) == list(ALL)


@pytest.mark.parametrize("books", ALL, ids=written)
@pytest.mark.parametrize("believed", ALL, ids=written)
def test_a_wrong_belief_does_not_last(believed: Rounding, books: Rounding) -> None:
    # Given books that are thought to round in one way, when they round in another, then a few drafts put that right
    drafts = [five_at_a_cent_more(), two_rates(), half_a_cent()]
    assert list(learned(books, [*drafts, *drafts], [believed])) == [books]


def test_answers_that_contradict_each_other_lock_nothing_in() -> None:
    # Given books that answer by line once, and by document ever after, when they go on, then the last is believed
    by_line, by_document = Rounding(Level.LINE), Rounding(Level.DOCUMENT)
    once = learned(by_line, [five_at_a_cent_more()])
    assert {one.level for one in once} == {Level.LINE}
    since = learned(by_document, [five_at_a_cent_more(), two_rates(), half_a_cent()], once)
    assert list(since) == [by_document]


@pytest.mark.parametrize("known", [ALL, [Rounding(Level.LINE)], [Rounding(Level.RATE), Rounding(Level.LINE)]])
@pytest.mark.parametrize(
    ("net", "vat"),
    [
        pytest.param("0.01", "0", id="a price"),
        pytest.param("-3.02", "-0.60", id="two lines taken out"),
        pytest.param("100.00", "25.00", id="a line more"),
        pytest.param("0", "0.30", id="the VAT zone"),
        pytest.param("0", "-1.51", id="a zone without VAT"),
    ],
)
def test_a_draft_that_somebody_changed_teaches_nothing(known: Sequence[Rounding], net: str, vat: str) -> None:
    # Given a draft whose VAT would tell how the books round, when somebody has changed it meanwhile, then nothing is
    # learned of it
    closed, expected = drafted(five_at_a_cent_more())
    assert expected.left_open(known, answered(closed, Rounding(Level.DOCUMENT), net=net, vat=vat)) == known


@pytest.mark.parametrize("books", ALL, ids=written)
def test_what_was_kept_beside_a_document_teaches_the_same(books: Rounding) -> None:
    # Given what was expected of a draft, stored and read again, when the books answer, then it is the same lesson
    closed, expected = drafted(two_rates())
    again = Expected.read(json.loads(json.dumps(expected.as_json())))
    assert again == expected
    assert again.left_open(ALL, answered(closed, books)) == expected.left_open(ALL, answered(closed, books))


def test_what_is_expected_is_what_the_books_come_to() -> None:
    # Given a document that is closed with and without VAT, when the books answer as expected, then lines and VAT are
    # those that were kept
    bought = order(product("7.22", {1: "1.80"}), total="9.02", total_tax="1.80")
    expected = Expected.of(priced(bought), LIKELIEST, LIMIT, bought, "said")
    assert sum(net for net, _ in expected.lines) == 722
    assert (expected.vat, expected.said) == (Decimal("1.80"), "said")
    assert LIKELIEST.vat(expected.lines) == 180
