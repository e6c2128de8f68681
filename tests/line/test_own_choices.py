"""Which orders go, and what is chosen for each: as the owner says it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.economic.sandbox.furniture import Layout
from shared.domain.document import Place
from shared.store.database import Database
from tests.line.drafts import gone, meta, of_meta, once_more, shown, sold_to
from tests.line.rig import Line, line_to
from tests.support.orders import modified_at, tell, woo_order
from workers.hand import LEASE
from workers.make_once import REST

DANISH = {"fact": "country", "is": "DK"}
BY_INVOICE = {"fact": "payment_method", "is": "invoice"}


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line:
        line.books.books.layouts[25] = Layout(25, "English")
        yield line


def terms(line: Line, number: int = 1) -> int:
    found: int = shown(line, number)["paymentTerms"]["paymentTermsNumber"]
    return found


def layout(line: Line, number: int = 1) -> int:
    found: int = shown(line, number)["layout"]["layoutNumber"]
    return found


# Which orders go.


def test_an_order_that_is_not_asked_for_stays_out_with_the_question_and_goes_when_it_changes(line: Line) -> None:
    # Given an owner who takes Danish orders only
    line.choose({"only": DANISH})
    # When a Swedish one comes
    tell(line.shop, woo_order(1, **sold_to("SE")))
    line.work(1)
    # Then it stays out, and he reads at which question
    assert line.state(1) == ("skipped", "condition_not_met")
    assert "not this one: country is SE, and DK is asked for" in line.said(1)
    assert line.books.journal.entries() == []
    # When its address is put right in the shop, then it goes
    tell(line.shop, {**woo_order(1), **modified_at(9)}, delivery="d2")
    line.work(1)
    assert line.state(1) == ("done", "")
    assert len(line.books.documents()) == 1


def test_what_is_told_of_a_question_names_nobody(line: Line) -> None:
    line.choose({"only": {"path": "billing.email", "ends_with": "@shop.example"}})
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1) == ("skipped", "condition_not_met")
    assert "what stands at billing.email is not what is asked for" in line.said(1)
    assert "mette" not in line.said(1)


def test_the_owners_word_takes_an_order_that_the_condition_keeps_out(line: Line) -> None:
    # Given
    line.choose({"only": DANISH})
    tell(line.shop, woo_order(1, **sold_to("SE")))
    line.work(1)
    # When he only has it looked at again, then nothing changes; when he says that it goes, it does
    once_more(line)
    assert line.state(1) == ("skipped", "condition_not_met")
    once_more(line, is_waived=True)
    assert line.state(1) == ("done", "")


def test_a_question_that_cannot_be_answered_makes_the_order_wait_until_it_can(line: Line) -> None:
    # Given a condition on a number that a plugin keeps
    line.choose({"only": {"path": of_meta("weight"), "above": 10}})
    tell(line.shop, woo_order(1, **meta(weight="heavy")))
    line.work(1)
    assert line.state(1) == ("failed", "condition_unanswered")
    assert line.books.documents() == []
    # When the shop has a number there, then it goes
    tell(line.shop, woo_order(1, modified=9, **meta(weight="12.5")), delivery="d2")
    line.let_time_pass(REST + LEASE)
    line.work(1)
    assert line.state(1) == ("done", "")


# What is chosen.


def test_terms_of_payment_follow_how_and_where_it_was_paid(line: Line) -> None:
    # Given terms by method, then by country, and the settings' own
    rows = [{"when": BY_INVOICE, "use": 1}, {"when": {"fact": "country", "is": ["SE", "NO"]}, "use": "3"}]
    books = {"customer_group": 1, "product_group": 1, "payment_terms": 4}
    line.books.books.payment_terms[4] = line.books.books.payment_terms[1]
    line.choose({"choices": {"payment_terms": rows}, "books": books})
    # When
    gone(line, 1, payment_method="invoice", **sold_to("SE"))
    gone(line, 2, **sold_to("SE", email="sven@lampeland.example"))
    gone(line, 3)
    # Then the first row that holds counts, and where none does the settings' own
    assert [sent_terms(line, number) for number in (1, 2, 3)] == [1, 3, 4]


def sent_terms(line: Line, number: int) -> int:
    """As it was asked for."""
    ((request,),) = line.shop.rows(
        "select convert_from(request, 'UTF8')::jsonb -> 'paymentTerms' ->> 'paymentTermsNumber' from documents d"
        " join transfers t on t.id = d.transfer_id where t.source_id = %s",
        str(number),
    )
    return int(request)


def test_what_was_paid_goes_with_the_terms_of_paid_orders(line: Line) -> None:
    line.choose({"choices": {"payment_terms": [{"when": {"fact": "is_paid", "is": True}, "use": 3}]}})
    gone(line, 1)
    gone(line, 2, date_paid_gmt=None)
    assert (terms(line, 1), terms(line, 2)) == (3, 1)


def test_a_customer_with_terms_and_a_layout_of_his_own_keeps_them(line: Line) -> None:
    # Given a customer who pays cash and reads English, and one who has terms alone
    line.books.put_customer(
        email="mette@lampeland.example", paymentTerms={"paymentTermsNumber": 3}, layout={"layoutNumber": 25}
    )
    line.books.put_customer(email="bo@lampeland.example", paymentTerms={"paymentTermsNumber": 3})
    line.choose({"choices": {"payment_terms": [{"use": "customer"}], "layout": [{"use": "customer"}]}})
    # When
    gone(line, 1)
    gone(line, 2, email="bo@lampeland.example")
    # Then
    assert [(terms(line, number), layout(line, number)) for number in (1, 2)] == [(3, 25), (3, 19)]


@pytest.mark.parametrize(
    ("own", "names"),
    [
        ({"paymentTerms": {"paymentTermsNumber": 2}}, "payment terms"),
        ({"layout": {"layoutNumber": 25}}, "layout"),
        ({"paymentTerms": {"paymentTermsNumber": 2}, "layout": {"layoutNumber": 25}}, "layout, payment terms"),
    ],
    ids=["a due date", "a layout that is gone", "both"],
)
def test_what_no_document_can_have_of_a_customers_own_is_that_of_the_settings_and_said(
    line: Line, own: dict[str, Any], names: str
) -> None:
    # Given a customer with terms that ask for a due date, or a layout that was deleted since
    line.books.put_customer(number=5, email="mette@lampeland.example", **own)
    with line.books.books.lock:
        del line.books.books.layouts[25]
    line.choose({"choices": {"payment_terms": [{"use": "customer"}], "layout": [{"use": "customer"}]}})
    # When
    said = gone(line)
    # Then his orders go all the same
    assert (terms(line), layout(line)) == (1 if "terms" in names else terms(line), 19)
    assert said == f"The books take no document with customer 5's own {names}: that of the settings stands in it."


def test_a_layout_that_goes_after_it_was_seen_stops_no_order(line: Line) -> None:
    # Given a customer whose orders went with a layout of his own, which is deleted then
    line.books.put_customer(number=5, email="mette@lampeland.example", layout={"layoutNumber": 25})
    line.choose({"choices": {"layout": [{"use": "customer"}]}})
    gone(line)
    with line.books.books.lock:
        del line.books.books.layouts[25]
    # When the next order is refused for it, then it goes without it, by itself
    tell(line.shop, woo_order(2))
    line.work(2)
    assert line.state(2)[0] == "waiting"
    line.let_time_pass(REST + LEASE)
    line.work(2)
    assert line.state(2) == ("done", ""), line.said(2)
    assert layout(line, 2) == 19


def test_a_new_customer_has_the_terms_of_the_settings(line: Line) -> None:
    line.choose({"choices": {"payment_terms": [{"use": "customer"}]}})
    gone(line, 1)
    assert terms(line) == 1


def test_a_layout_is_chosen_by_country(line: Line) -> None:
    line.choose({"choices": {"layout": [{"when": {"not": DANISH}, "use": 25}]}})
    gone(line, 1)
    gone(line, 2, **sold_to("SE"))
    assert (layout(line, 1), layout(line, 2)) == (19, 25)


def test_new_customers_stand_in_the_group_of_their_country(line: Line) -> None:
    # Given groups by country, and none in the settings
    rows = [{"when": DANISH, "use": 1}, {"use": 2}]
    line.choose({"choices": {"customer_group": rows}, "books": {"product_group": 1}})
    # When
    gone(line, 1)
    gone(line, 2, **sold_to("SE", email="sven@lampeland.example"))
    # Then
    groups = {one["email"]: one["customerGroup"]["customerGroupNumber"] for one in line.books.customers()}
    assert groups == {"mette@lampeland.example": 1, "sven@lampeland.example": 2}


@pytest.mark.parametrize("book", [False, True])
def test_businesses_get_an_order_and_all_others_an_invoice(line: Line, book: bool) -> None:
    # Given
    rows = [{"when": {"fact": "buyer", "is": "business"}, "use": "order"}, {"use": "invoice"}]
    line.choose({"choices": {"document": rows}, "book": book})
    # When
    gone(line, 1, **sold_to("DK", company="Lampeland ApS"))
    gone(line, 2)
    # Then only an invoice is booked
    invoice = Place.BOOKED if book else Place.DRAFT
    assert [(one.kind, one.place) for one in line.books.documents()] == [("order", Place.DRAFT), ("invoice", invoice)]


def test_a_choice_that_cannot_be_made_is_told_before_anything_is_sent(line: Line) -> None:
    line.choose({"choices": {"layout": [{"when": {"path": of_meta("weight"), "above": 10}, "use": 25}]}})
    tell(line.shop, woo_order(1, **meta(weight="heavy")))
    line.work(1)
    assert line.state(1) == ("failed", "condition_unanswered")
    assert (line.books.documents(), line.books.customers()) == ([], [])


def test_settings_that_change_later_leave_a_draft_as_it_is(line: Line) -> None:
    # Given a draft
    gone(line, 1)
    before = shown(line)
    # When everything is chosen otherwise, and news of the order comes, and the owner has it looked at again
    line.choose(
        {
            "choices": {"layout": [{"use": 25}], "payment_terms": [{"use": 3}], "document": [{"use": "order"}]},
            "fields": {"heading": {"const": "Other"}},
            "only": {"not": DANISH},
        }
    )
    tell(line.shop, {**woo_order(1), **modified_at(9)}, delivery="d2")
    line.work(1)
    once_more(line)
    # Then it is as it was
    assert line.state(1)[0] == "done"
    assert shown(line) == before
    assert len(line.books.documents()) == 1


def test_a_draft_that_waits_for_its_booking_is_booked_as_it_was_made(line: Line) -> None:
    # Given a draft whose booking the books were not up to
    line.choose({"book": True})
    line.books.add_fault(kind="answer", status=429, body="{}", method="POST", path="*booked", count=1)
    tell(line.shop, woo_order(1))
    line.work(1)
    # When the layout is chosen otherwise meanwhile
    line.choose({"book": True, "choices": {"layout": [{"use": 25}]}})
    line.let_time_pass(REST + LEASE)
    line.work(1)
    # Then
    assert line.state(1) == ("done", ""), line.said(1)
    assert shown(line, place="booked")["layout"]["layoutNumber"] == 19
