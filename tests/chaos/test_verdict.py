"""What the judge of a storm finds wrong, and what it finds right."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from chaos.verdict import Found, Verdict, Wanted, judge, with_exact_vat

ONE, OTHER = (Decimal("125.00"), Decimal("25.00")), (Decimal("250.00"), Decimal("50.00"))
WANTED = [
    Wanted(0, "SL1-1", frozenset({ONE})),
    Wanted(1, "SL2-2", frozenset({ONE, OTHER})),
    Wanted(0, "SL1-3", frozenset()),
]
RIGHT = [Found(0, "SL1-1", *ONE), Found(1, "SL2-2", *OTHER)]
ENDS = {"SL1-1": "done", "SL2-2": "done", "SL1-3": "skipped"}


def verdict(
    found: Sequence[Found] = RIGHT,
    customers: Sequence[Sequence[str]] = ((), ()),
    ends: dict[str, str] = ENDS,
) -> Verdict:
    return judge(WANTED, found, customers, ends)


def test_one_document_each_with_a_right_total_is_right() -> None:
    # Given two orders with their documents and one that was never paid, when it is judged, then nothing is wrong
    assert verdict(customers=(["a@lampeland.example"], ["a@lampeland.example"])).is_right


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (RIGHT[:1], {"lost": 1}),
        ([*RIGHT, RIGHT[0]], {"doubled": 1}),
        ([*RIGHT, Found(0, "SL1-1", *OTHER)], {"doubled": 1, "wrong_total": 1}),
        ([RIGHT[0], Found(1, "SL2-2", Decimal("250.01"), OTHER[1])], {"wrong_total": 1}),
        ([RIGHT[0], Found(1, "SL2-2", OTHER[0], Decimal("49.89"))], {"wrong_vat": 1}),
        ([RIGHT[0], Found(1, "SL2-2", OTHER[0], ONE[1])], {"wrong_vat": 1}),
        ([*RIGHT, Found(0, "SL1-3", *ONE)], {"strangers": 1}),
        ([*RIGHT, Found(0, "by hand", *ONE)], {"strangers": 1}),
        ([RIGHT[0], Found(0, "SL2-2", *OTHER)], {"lost": 1, "strangers": 1}),
    ],
)
def test_what_is_wrong_with_documents_is_counted(found: Sequence[Found], count: dict[str, int]) -> None:
    # Given books with one mistake, when they are judged, then it is counted as what it is, and nothing else is
    judged = verdict(found)
    assert {name: number for name, number in judged.counts().items() if number} == count
    assert not judged.is_right


def test_vat_that_misses_by_no_more_than_a_closing_may_is_right_and_not_exact() -> None:
    # Given a document whose gross alone could be met, when it is judged, then it is right, and counted apart
    found = [RIGHT[0], Found(1, "SL2-2", OTHER[0], Decimal("49.98"))]
    assert verdict(found).is_right
    assert (with_exact_vat(WANTED, RIGHT), with_exact_vat(WANTED, found)) == (2, 1)


@pytest.mark.parametrize(
    ("order", "end"), [("SL1-1", "waiting"), ("SL1-1", "working"), ("SL2-2", "failed"), ("SL1-3", "done")]
)
def test_a_transfer_without_its_end_is_stuck(order: str, end: str) -> None:
    # Given an order that stands elsewhere than it should, when it is judged, then it is named, and how it stands
    assert verdict(ends={**ENDS, order: end}).stuck == [f"{order} ({end})"]


def test_an_order_that_was_never_taken_in_is_stuck() -> None:
    # Given an order that the store does not know, when it is judged, then that is said
    assert verdict(ends={"SL1-1": "done", "SL2-2": "done"}).stuck == ["SL1-3 (never taken in)"]


def test_a_customer_who_is_there_twice_is_counted_by_the_books_he_is_in() -> None:
    # Given one e-mail in two books, and twice in one of them, when it is judged, then only that one is wrong
    judged = verdict(customers=(["a@lampeland.example", "a@lampeland.example"], ["a@lampeland.example"]))
    assert judged.doubled_customers == ["a@lampeland.example in books 0"]
