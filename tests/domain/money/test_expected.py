"""What a document was made of and for, when the books' answer is judged by it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shared.domain.document import DocumentKind, FoundDocument, Place
from shared.domain.expected import Expected
from shared.domain.money import Rounding
from shared.domain.order import Order
from tests.domain.lines.orders import order, priced, product
from tests.domain.money.small import BY_DOCUMENT, BY_LINE


def three() -> Order:
    """Three for 0.03 with 25 %: 0.0225 of VAT, 0.02 in all, and 0.03 where each line is rounded."""
    return order(*[product("0.03", {1: "0.0075"})] * 3, total_tax="0.02", total="0.11")


def expected(of: Order, limit: str = "0.02", rounding: Rounding = BY_DOCUMENT) -> Expected:
    return Expected.of(priced(of, rounding=rounding), rounding, Decimal(limit), of, "")


def answered(gross: str, vat: str) -> FoundDocument:
    return FoundDocument(
        kind=DocumentKind.INVOICE,
        place=Place.DRAFT,
        number="20",
        reference="SL1-7",
        customer="10",
        currency="DKK",
        total=Decimal(gross),
        total_tax=Decimal(vat),
    )


@pytest.mark.parametrize(
    ("vat", "is_allowed"), [("0.02", True), ("0.00", True), ("0.04", True), ("0.05", False), ("-0.01", False)]
)
def test_vat_may_be_off_by_the_limit(vat: str, is_allowed: bool) -> None:
    assert expected(three()).allows(Decimal(vat)) == is_allowed


def test_an_answer_is_explained_by_the_way_that_the_books_round() -> None:
    # Given lines whose VAT is 0.02 by document and 0.03 by line, when the books answer 0.03 of the same lines, then
    # rounding by line explains it, and nothing else does
    found = answered("0.12", "0.03")
    assert expected(three()).is_explained(found, BY_LINE)
    assert not expected(three()).is_explained(found, BY_DOCUMENT)


def test_an_answer_of_other_lines_is_not_explained() -> None:
    # Given the same VAT, when somebody has added 1.00 without VAT to the draft, then nothing explains it
    assert not expected(three()).is_explained(answered("1.12", "0.03"), BY_LINE)


def test_another_order_is_told_from_the_one_that_the_document_was_made_of() -> None:
    # Given an order whose note was changed since, then it is not the one; one that only went on is
    made_of, kept = three(), expected(three())
    assert kept.fingerprint == expected(replace(made_of, status="completed")).fingerprint
    assert kept.fingerprint != expected(replace(made_of, customer_note="Ring twice")).fingerprint
