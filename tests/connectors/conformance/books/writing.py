"""The request that makes a document: the same each time, nothing lost that the books can hold, nothing they cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.document import DocumentKind, DocumentLine, DocumentPlan, NewProduct, Recipient
from shared.errors import NeedsUser
from tests.connectors.conformance.books.calls import draft, written
from tests.connectors.conformance.books.rig import BUYER, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of

ODD_TEXT = "Blåbærgrød & \"sødt\" <b>½ l</b> \\ 'café' 日本 - 50 % (2*3), [x]; a/b + c$d"


def values(found: object) -> Iterator[object]:
    """Everything that is not an object or an array, at any depth."""
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list):
        for one in found:
            yield from values(one)
    else:
        yield found


def first_line(plan: DocumentPlan, **changes: Any) -> DocumentPlan:
    """The same plan with another first line."""
    return replace(plan, lines=(replace(plan.lines[0], **changes), *plan.lines[1:]))


class Writing(BooksCases):
    def test_settings_are_filled_from_the_books_and_what_was_chosen_stays(self, books: BooksRig) -> None:
        with books.client() as client:
            # Given settings in which little is chosen
            chosen = books.settings.model_dump(exclude_none=True)
            # When they are filled twice
            filled = client.fill_settings(books.settings)
            asked = len(books.requests)
            again = client.fill_settings(books.settings)
        # Then what was chosen stands as it was, and the books were asked once
        assert isinstance(filled, self.rig.connector.Settings)
        assert {name: getattr(filled, name) for name in chosen} == chosen
        assert again == filled
        assert len(books.requests) == asked

    @pytest.mark.parametrize("kind", [DocumentKind.ORDER, DocumentKind.INVOICE])
    def test_the_same_plan_gives_the_same_bytes(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given a plan, and settings filled by two clients
        with books.client() as client, books.client() as other:
            # Then both write the same, so that a key and its bytes belong together
            assert written(books, client, books.plan(kind)) == written(books, other, books.plan(kind))

    @pytest.mark.parametrize("kind", [DocumentKind.ORDER, DocumentKind.INVOICE])
    def test_what_is_not_known_is_left_out(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given a buyer of whom there is a name only
        plan = replace(books.plan(kind), recipient=Recipient(name="Ane"), fields={})
        with books.client() as client:
            request = written(books, client, plan)
            # Then no field is empty or null, and the books take it
            assert not {None, ""} & set(values(json.loads(request, parse_float=Decimal)))
            assert client.create_document(kind, request, key="ane").total == plan.total

    @pytest.mark.parametrize("price", ["1E+2", "100", "100.0000", "0.01", "98765432.10"])
    def test_prices_reach_the_books_as_they_are(self, books: BooksRig, price: str) -> None:
        # Given prices that look odd as they are computed
        kind = DocumentKind.INVOICE
        small = DocumentLine(
            product=books.plan(kind).lines[0].product, text="Vare", quantity=Decimal(1), unit_price=Decimal(price)
        )
        with books.client() as client:
            made = draft(books, client, replace(books.plan(kind), lines=(small,)))
        # Then the books come to that price, net
        assert made.total - made.total_tax == Decimal(price)

    @pytest.mark.parametrize("field", ["quantity", "unit_price"])
    def test_an_amount_with_three_decimals_is_refused(self, books: BooksRig, field: str) -> None:
        plan = first_line(books.plan(DocumentKind.ORDER), **{field: Decimal("1.005")})
        with books.client() as client:
            assert type(fate_of(written, books, client, plan)) is NeedsUser
        assert books.changes == 0

    @pytest.mark.parametrize("zone", ["", "0", "EU", "1.5", "-1", "1/..", "٣"])
    def test_a_vat_zone_that_is_none_is_refused(self, books: BooksRig, zone: str) -> None:
        plan = replace(books.plan(DocumentKind.ORDER), vat_zone=zone)
        with books.client() as client:
            assert type(fate_of(written, books, client, plan)) is NeedsUser

    def test_a_product_number_that_no_product_can_have_is_refused(self, books: BooksRig) -> None:
        plan = books.plan(DocumentKind.ORDER)
        with books.client() as client:
            for number in ("", "9" * (self.rig.limits.product_number + 1)):
                assert type(fate_of(written, books, client, first_line(plan, product=number))) is NeedsUser

    def test_a_product_number_that_is_too_long_makes_no_product(self, books: BooksRig) -> None:
        product = NewProduct(number="9" * (self.rig.limits.product_number + 1), name="Vare")
        with books.client() as client:
            filled = client.fill_settings(books.settings)
            assert type(fate_of(self.rig.connector.write_product, product, filled)) is NeedsUser

    def test_a_reference_is_never_cut(self, books: BooksRig) -> None:
        # Given a reference by which nothing could be found any more once it is cut
        plan = books.plan(DocumentKind.ORDER, reference="S" * (self.rig.limits.reference + 1))
        with books.client() as client, pytest.raises((NeedsUser, ValueError)):
            written(books, client, plan)

    @pytest.mark.parametrize("over", [0, 1, 500])
    @pytest.mark.parametrize("kind", [DocumentKind.ORDER, DocumentKind.INVOICE])
    def test_texts_are_kept_as_far_as_the_books_hold_them(self, books: BooksRig, kind: DocumentKind, over: int) -> None:
        # Given texts that are as long as they may be, a letter longer, and much longer
        limits = self.rig.limits
        plan = replace(
            first_line(books.plan(kind), text="l" * (limits.line_text + over)),
            recipient=Recipient(
                name="n" * (limits.recipient_name + over),
                address="a" * (limits.recipient_address + over),
                postcode="p" * (limits.recipient_postcode + over),
                city="c" * (limits.recipient_city + over),
                country="DK",
            ),
        )
        # When the draft is made
        with books.client() as client:
            made = draft(books, client, plan)
        # Then the books have as much of each as they hold
        kept = books.texts(kind, made.number)
        assert kept.lines[0] == "l" * limits.line_text
        assert (kept.recipient.name, kept.recipient.address, kept.recipient.postcode, kept.recipient.city) == (
            "n" * limits.recipient_name,
            "a" * limits.recipient_address,
            "p" * limits.recipient_postcode,
            "c" * limits.recipient_city,
        )

    @pytest.mark.parametrize("kind", [DocumentKind.ORDER, DocumentKind.INVOICE])
    def test_nothing_that_stands_in_the_plan_is_lost_in_the_books(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given texts full of marks that mean something to somebody
        plan = first_line(books.plan(kind), text=ODD_TEXT)
        with books.client() as client:
            made = draft(books, client, plan)
        # Then all of them stand in the books, letter by letter
        kept = books.texts(kind, made.number)
        assert kept.lines == tuple(line.text for line in plan.lines)
        assert kept.recipient == BUYER
