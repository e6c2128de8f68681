"""What a document says beside its amounts: to whom, where to, and in whose words. Nothing of it is lost in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from connectors.accounting import AccountingClient, Request
from shared.domain.document import Delivery, DocumentKind, DocumentPlan, FieldValue, Recipient
from shared.domain.mapping import Target
from shared.errors import NeedsUser
from tests.connectors.conformance.books.calls import KEY, draft
from tests.connectors.conformance.books.rig import BUYER, REFERENCE, BooksCases, BooksRig
from tests.connectors.conformance.books.writing import first_line
from tests.connectors.conformance.judge import fate_of

KINDS = (DocumentKind.ORDER, DocumentKind.INVOICE)
#: Of a source id with marks, in its second generation.
MARKED = "SL1-a%2Fb_c.d/2"
#: What an owner may let stand behind our reference.
WORDS = ("Rekvisition 4711", "SL1-99", f"$or:references.other$eq:{REFERENCE})", "[a] * % _", "🎁 (til Ane)", "x " * 400)
GIFT = Delivery(name="Ane Gave", address="Lampevej 1\n2. th.", postcode="211 22", city="Lampeköping", country="Sverige")
#: Of every kind, so that no field takes all of them.
OF_EACH_KIND: Mapping[str, FieldValue] = {"text": "Tak", "number": Decimal(7), "date": date(2026, 3, 1)}
EMOJI = "🎁"
#: Fields that the plan has something for otherwise, in the words of the connectors that there are.
OTHERWISE = frozenset({"ean", "delivery_terms", "delivery_date"})
OF_ADDRESSES = (
    "recipient.name",
    "recipient.address",
    "recipient.postcode",
    "recipient.city",
    "recipient.country",
    "delivery.address",
    "delivery.postcode",
    "delivery.city",
    "delivery.country",
)


class Saying(BooksCases):
    def test_every_field_says_what_it_is(self) -> None:
        targets = self.rig.connector.document_fields
        assert len({target.name for target in targets}) == len(targets)
        assert all(target.name and target.description and target.limit >= 0 for target in targets)
        assert all(target.limit > 0 for target in targets if target.kind == "text")

    @pytest.mark.parametrize("kind", KINDS)
    def test_each_field_stands_where_the_books_keep_it(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given a document with all its fields, as full as they may be
        fields = {target.name: books.full(target) for target in self.rig.connector.document_fields}
        plan = replace(books.plan(kind), fields=fields)
        with books.client() as client:
            request = written(books, client, plan)
            made = client.create_document(kind, request.body, key=KEY)
        # Then the books have each in its place, whole
        assert books.texts(kind, made.number).fields == fields
        assert request.cut == ()

    def test_the_order_in_which_fields_come_changes_no_byte(self, books: BooksRig) -> None:
        # Given the same fields in two orders
        fields = {target.name: books.full(target) for target in self.rig.connector.document_fields}
        plan = books.plan(DocumentKind.ORDER)
        with books.client() as client:
            one, other = (
                written(books, client, replace(plan, fields=dict(items)))
                for items in (fields.items(), reversed(fields.items()))
            )
        # Then a key and its bytes belong together
        assert one == other

    def test_a_field_wins_over_what_the_plan_has_otherwise(self, books: BooksRig) -> None:
        # Given a plan with an EAN number, terms and a day of delivery, and fields that say something else
        own = {name: books.full(target) for name, target in self._targets().items() if name in OTHERWISE}
        plan = replace(
            books.plan(DocumentKind.ORDER),
            recipient=replace(BUYER, ean="5798000000001"),
            delivery=Delivery(terms="Ab Werk " * 100, day=date(2026, 3, 1)),
        )
        with books.client() as client:
            request = written(books, client, replace(plan, fields=own))
            made = client.create_document(plan.kind, request.body, key=KEY)
        # Then it is theirs that stands, and nothing is said of what does not
        assert books.texts(plan.kind, made.number).fields == own
        assert request.cut == ()

    def test_what_the_plan_has_stands_where_no_field_says_otherwise(self, books: BooksRig) -> None:
        # Given the same plan without fields
        plan = replace(
            books.plan(DocumentKind.ORDER),
            recipient=replace(BUYER, ean="5798 0000 00001"),
            delivery=Delivery(terms="Ab Werk", day=date(2026, 3, 1)),
            fields={},
        )
        with books.client() as client:
            made = draft(books, client, plan)
        # Then its own stands, in the fields that the books have
        stated = {"ean": "5798000000001", "delivery_terms": "Ab Werk", "delivery_date": date(2026, 3, 1)}
        expected = {name: value for name, value in stated.items() if name in self._targets()}
        assert books.texts(plan.kind, made.number).fields == expected

    def test_a_field_that_there_is_not_or_of_another_kind_is_refused(self, books: BooksRig) -> None:
        plan = books.plan(DocumentKind.ORDER)
        with books.client() as client:
            # Given a field that the books do not have, and each that they have with what it cannot hold
            wrong: list[tuple[str, FieldValue]] = [("no_such_field", "Tak")]
            for target in self.rig.connector.document_fields:
                wrong += [(target.name, value) for kind, value in OF_EACH_KIND.items() if kind != target.kind]
                wrong += [(target.name, Decimal("1.5")), (target.name, Decimal(-1))] if target.kind == "number" else []
            # Then none is taken, and the owner reads which
            for name, value in wrong:
                fate = fate_of(written, books, client, replace(plan, fields={name: value}))
                assert type(fate) is NeedsUser, name
                assert name in str(fate)
        assert books.changes == 0

    def test_a_number_that_the_books_do_not_have_is_for_the_user(self, books: BooksRig) -> None:
        plan = books.plan(DocumentKind.INVOICE)
        with books.client() as client:
            for target in self.rig.connector.document_fields:
                if target.kind == "number":
                    # Given an employee or a project that nobody knows, When a draft names it, Then none is made
                    unknown = replace(plan, fields={target.name: Decimal(987_654_321)})
                    made = partial(draft, key=target.name)
                    assert type(fate_of(made, books, client, unknown)) is NeedsUser, target.name
        assert list(books.documents()) == []

    @pytest.mark.parametrize("reference", [REFERENCE, MARKED])
    @pytest.mark.parametrize("words", WORDS)
    @pytest.mark.parametrize("kind", KINDS)
    def test_our_reference_comes_first_and_finds_the_document_whatever_stands_behind_it(
        self, books: BooksRig, kind: DocumentKind, words: str, reference: str
    ) -> None:
        # Given a document with words of the owner's behind our reference
        plan = replace(books.plan(kind, reference=reference), fields={"reference": words})
        with books.client() as client:
            made = draft(books, client, plan)
            # Then it is found by the reference, and by nothing else
            assert list(client.find_by_reference(reference)) == [made]
            for other in ("SL1-1", "SL1-99", f"{reference}/2", reference.lower()):
                assert list(client.find_by_reference(other)) == []
        assert made.bears(reference)
        # And the words stand behind it, as far as there is room
        kept = books.texts(kind, made.number).fields["reference"]
        assert isinstance(kept, str)
        assert words.startswith(kept)
        assert kept == words.strip() or len(kept) > 200

    @pytest.mark.parametrize("over", [0, 1, 500])
    def test_what_is_cut_is_named_and_the_reference_never_is(self, books: BooksRig, over: int) -> None:
        # Given texts that are as long as they may be, or too long
        plan, names = self._long(books, over)
        with books.client() as client:
            request = written(books, client, plan)
            made = client.create_document(plan.kind, request.body, key=KEY)
            # Then each that lost its end is named, and no other
            assert sorted(request.cut) == (sorted(names) if over else [])
            # And what stands in the books is as much as they hold
            kept = books.texts(plan.kind, made.number)
            assert kept.fields == {name: books.full(self._targets()[name]) for name in plan.fields}
            assert kept.delivery == self._long(books, 0)[0].delivery
            assert kept.recipient == self._long(books, 0)[0].recipient
            assert list(client.find_by_reference(REFERENCE)) == [made]

    def test_what_means_something_else_without_its_end_is_refused_and_not_cut(self, books: BooksRig) -> None:
        plan = books.plan(DocumentKind.ORDER)
        with books.client() as client:
            for name in self.rig.uncut_fields:
                longer = f"{books.full(self._targets()[name])}1"
                assert type(fate_of(written, books, client, replace(plan, fields={name: longer}))) is NeedsUser, name
        assert books.changes == 0

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_emoji_at_the_limit_is_not_halved(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given texts in which the last place is an emoji's
        fields = {name: f"{self._letters(books, target)[:-1]}{EMOJI}" for name, target in self._cut_targets().items()}
        name, text = "n" * (self.rig.limits.recipient_name - 1), "l" * (self.rig.limits.line_text - 1)
        plan = replace(first_line(books.plan(kind), text=text + EMOJI), recipient=Recipient(name=name + EMOJI))
        with books.client() as client:
            request = written(books, client, replace(plan, fields=fields))
            made = client.create_document(kind, request.body, key=KEY)
        # Then the books have it whole, or not at all, and then it is named
        kept = books.texts(kind, made.number)
        stated = {"recipient.name": kept.recipient.name, "line 1": kept.lines[0], **kept.fields}
        for which, whole in {"recipient.name": name + EMOJI, "line 1": text + EMOJI, **fields}.items():
            assert stated[which] == (whole.removesuffix(EMOJI) if which in request.cut else whole)

    @pytest.mark.parametrize("kind", KINDS)
    def test_goods_that_go_elsewhere_have_an_address_of_their_own(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given a gift to somebody in another country
        plan = replace(books.plan(kind), delivery=GIFT)
        with books.client() as client:
            made = draft(books, client, plan)
        # Then the recipient is who pays, and the goods have her name and her address, street by street
        kept = books.texts(kind, made.number)
        assert kept.recipient == BUYER
        assert kept.delivery is not None
        assert f"{kept.delivery.name}\n{kept.delivery.address}".strip() == f"{GIFT.name}\n{GIFT.address}"
        assert replace(kept.delivery, name="", address="") == replace(GIFT, name="", address="")

    def test_goods_that_go_to_the_recipient_have_none(self, books: BooksRig) -> None:
        plan = books.plan(DocumentKind.ORDER)
        with books.client() as client:
            made = draft(books, client, plan)
        assert books.texts(plan.kind, made.number).delivery is None

    def test_a_person_at_a_company_and_a_state_are_named(self, books: BooksRig) -> None:
        # Given a company in a country whose letters name the state, and who buys there
        plan = replace(
            books.plan(DocumentKind.INVOICE),
            recipient=replace(BUYER, name="Lamp Inc.", attention="Att. Mette Planted", city="Portland", region="OR"),
        )
        with books.client() as client:
            made = draft(books, client, plan)
        # Then both stand where a letter would have them, and nobody is lost
        kept = books.texts(plan.kind, made.number).recipient
        assert kept.name == "Lamp Inc."
        assert f"{kept.attention}\n{kept.address}".strip() == f"Att. Mette Planted\n{BUYER.address}"
        assert ", ".join(filter(None, (kept.city, kept.region))) == "Portland, OR"

    def test_a_country_stands_there_in_full(self, books: BooksRig) -> None:
        # Given a recipient with the whole name of his country
        plan = replace(books.plan(DocumentKind.ORDER), recipient=replace(BUYER, country="Færøerne"))
        with books.client() as client:
            made = draft(books, client, plan)
        assert books.texts(plan.kind, made.number).recipient.country == "Færøerne"

    def _targets(self) -> Mapping[str, Target]:
        return {target.name: target for target in self.rig.connector.document_fields}

    def _cut_targets(self) -> Mapping[str, Target]:
        """Fields of text that are cut where they are too long."""
        uncut = self.rig.uncut_fields
        return {name: target for name, target in self._targets().items() if target.kind == "text" and name not in uncut}

    def _letters(self, books: BooksRig, target: Target) -> str:
        return str(books.full(target))

    def _long(self, books: BooksRig, over: int) -> tuple[DocumentPlan, list[str]]:
        """A plan with texts that are so much too long, and their names."""
        limits = self.rig.limits
        recipient = Recipient(
            name="n" * (limits.recipient_name + over),
            address="a" * (limits.recipient_address + over),
            postcode="p" * (limits.recipient_postcode + over),
            city="c" * (limits.recipient_city + over),
            country="l" * (limits.recipient_country + over),
        )
        delivery = Delivery(
            address="a" * (limits.delivery_address + over),
            postcode="p" * (limits.delivery_postcode + over),
            city="c" * (limits.delivery_city + over),
            country="l" * (limits.delivery_country + over),
        )
        fields = {
            name: self._letters(books, target) + self._letters(books, target)[-1] * over
            for name, target in self._cut_targets().items()
        }
        plan = replace(
            first_line(books.plan(DocumentKind.INVOICE), text="t" * (limits.line_text + over)),
            recipient=recipient,
            delivery=delivery,
            fields=fields,
        )
        return plan, [*OF_ADDRESSES, *fields, "line 1"]


def written(books: BooksRig, client: AccountingClient, plan: DocumentPlan) -> Request:
    return books.connector.write_document(plan, client.fill_settings(books.settings))
