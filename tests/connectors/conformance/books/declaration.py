"""What the folder of an accounting system's connector says about itself."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from connectors.registry import accounting
from shared.domain.document import DocumentKind
from shared.domain.money import Rounding
from tests.connectors.conformance.books.rig import BooksCases, BooksRig
from tests.connectors.conformance.declaration import OfAnother, SystemDeclaration


class Declaration(SystemDeclaration, BooksCases):
    def test_it_is_an_accounting_system_and_says_what_it_keeps(self) -> None:
        connector = self.rig.connector
        assert accounting(connector.kind).document_kinds >= connector.document_kinds > set()
        assert connector.document_kinds <= set(DocumentKind)

    def test_an_owner_need_not_choose_anything(self) -> None:
        # Given what can be chosen, Then all of it may be left out
        settings = self.rig.connector.Settings
        assert [name for name, field in settings.model_fields.items() if field.is_required()] == []
        # And what nobody knows is refused, so that a misspelt choice is not lost
        with pytest.raises(ValueError, match="lay_out"):
            settings.model_validate({"lay_out": 1})

    def test_it_says_how_its_books_round_or_that_nobody_knows(self) -> None:
        assert self.rig.connector.rounding is None or isinstance(self.rig.connector.rounding, Rounding)

    def test_the_budget_can_be_spent(self) -> None:
        budget = self.rig.connector.budget
        if budget is not None:
            assert budget.tokens > 0
            assert budget.per.total_seconds() > 0

    def test_it_connects_only_with_credentials_of_its_own_and_asks_nothing_yet(self, books: BooksRig) -> None:
        with pytest.raises(TypeError):
            books.connector.connect(OfAnother())
        with books.client():
            assert books.requests == []

    def test_its_origin_is_where_its_requests_go(self, books: BooksRig) -> None:
        # Given books that listen at one address, Then it is the origin, without a path and without a credential
        origin = urlsplit(books.connector.origin(books.credentials))
        assert f"{origin.scheme}://{origin.netloc}" == books.sandbox.url
        assert (origin.path, origin.query) == ("", "")
