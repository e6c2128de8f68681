"""`send-again`: a new document, once the old one is proven gone or credited, and never found as the old one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.domain.document import DocumentKind, Place
from tests.line.rig import Killed, dies_at
from tests.owner.conftest import Desk
from tests.support.moments import at
from tests.support.orders import tell, woo_order
from tools.owner import sending_again
from workers.hand import Point


def test_a_document_that_stands_in_the_books_is_not_made_twice(desk: Desk) -> None:
    # Given an order whose draft is in the books, when it is to be sent again, then it is told where that stands
    desk.transferred(1)
    desk.let_a_minute_pass()
    before = desk.everything()
    refused = desk.command.fails("send-again", "1")
    assert f"draft invoice 1, 125.00 DKK, reference {desk.ours(1)}: still in the books; delete it there" in refused
    assert desk.everything() == before

    # And so when it was booked by hand meanwhile, under another number
    number = desk.books.book_draft(1)
    assert f"booked invoice {number}" in (refused := desk.command.fails("send-again", "1"))
    assert "`shopledger send-again 1 --credited-by NUMBER`" in refused
    assert desk.everything() == before


def test_a_draft_that_was_deleted_is_made_anew(desk: Desk) -> None:
    # Given a draft that the owner deleted, whose number a stranger's draft has by now
    desk.transferred(1)
    desk.let_a_minute_pass()
    desk.books.delete_draft(DocumentKind.INVOICE, 1)
    assert desk.books.put_draft(DocumentKind.INVOICE, reference="somebody's") == 1

    # When it is sent again, then a new one goes with the next worker, and only that
    said = desk.command.says("send-again", "1")
    assert f"a new document goes when its turn comes, in place of draft invoice 1 ({desk.ours(1)})" in said
    assert desk.acts(1) == [("send_again", f"draft invoice 1 ({desk.ours(1)})")]
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "")
    assert desk.references() == ["somebody's", desk.ours(1, 2)]
    assert [row[0] for row in desk.rows(1)] == ["gone", "draft"]
    assert f"invoice 1, gone, reference {desk.ours(1)}" in desk.command.says("show", "1")


@pytest.mark.parametrize("reference", [None, "back to you"])
def test_an_invoice_that_was_credited_is_made_anew(desk: Desk, reference: str | None) -> None:
    # Given an invoice that was booked by hand and credited, and the credit note keeps its reference, or has another
    desk.transferred(1)
    desk.let_a_minute_pass()
    invoice = desk.books.book_draft(1)
    credit = desk.books.credit_invoice(invoice, reference=reference)

    # When the order is sent again without saying so, then it is refused; with the credit note it goes
    assert "still in the books" in desk.command.fails("send-again", "1")
    desk.command.says("send-again", "1", "--credited-by", str(credit))
    desk.line.work(1)

    # Then the new one is not taken for the old one, though both are there, and a retry finds it, too
    assert desk.line.state(1) == ("done", "")
    assert desk.references()[-1] == desk.ours(1, 2)
    desk.command.says("retry", "1")
    desk.let_a_minute_pass()
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "")
    assert [row[:2] for row in desk.rows(1)] == [("gone", "sent"), ("draft", "sent")]
    assert len(desk.books.documents()) == 3


def test_an_invoice_that_was_linked_is_replaced_by_one_of_ours(desk: Desk) -> None:
    # Given a linked invoice that was credited under the same reference
    tell(desk.line.shop, woo_order(1))
    number = desk.booked_by_hand("WC-1")
    desk.command.says("link", "1", str(number))
    credit = desk.books.credit_invoice(number)

    # When the order is sent again, then ours is a generation later
    desk.command.says("send-again", "1", "--credited-by", str(credit))
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "")
    assert desk.references() == ["WC-1", "WC-1", desk.ours(1, 2)]


def test_one_credit_note_serves_one_order(desk: Desk) -> None:
    # Given two orders of one customer with the same total, both booked, and one credit note
    for number in (1, 2):
        desk.transferred(number)
    desk.let_a_minute_pass()
    invoices = [desk.books.book_draft(number) for number in (1, 2)]
    credit = str(desk.books.credit_invoice(invoices[0], reference=""))
    desk.command.says("send-again", "1", "--credited-by", credit)

    # When the other is sent again with the same one, then it is refused
    before = desk.everything()
    assert f"the credit note {credit} belongs to order 1" in desk.command.fails(
        "send-again", "2", "--credited-by", credit
    )
    assert desk.everything() == before


def test_the_credit_note_of_another_order_proves_nothing(desk: Desk) -> None:
    # Given two orders of one customer with the same total, both booked, and the second one credited
    for number in (1, 2):
        desk.transferred(number)
    desk.let_a_minute_pass()
    invoices = [desk.books.book_draft(number) for number in (1, 2)]
    credit = str(desk.books.credit_invoice(invoices[1]))

    # When the first is to be sent again with that note, then it is refused
    before = desk.everything()
    refused = desk.command.fails("send-again", "1", "--credited-by", credit)
    assert f"the credit note {credit} takes back the invoice of order 2" in refused
    assert desk.everything() == before


def test_only_what_takes_the_whole_invoice_back_is_its_credit_note(desk: Desk) -> None:
    # Given a booked invoice of 125.00
    desk.transferred(1)
    desk.let_a_minute_pass()
    invoice = desk.books.book_draft(1)
    customer = next(one.customer for one in desk.books.documents())
    desk.books.put_product("BY-HAND")

    def note(quantity: int, price: str, customer: int, currency: str = "DKK") -> str:
        lines = [("BY-HAND", Decimal(quantity), Decimal(price))]
        draft = desk.books.put_draft(
            DocumentKind.INVOICE, reference="back", lines=lines, customer=customer, currency=currency
        )
        return str(desk.books.book_draft(draft))

    stranger = desk.books.put_customer("Somebody else")
    before = desk.everything()
    for number, says in [
        (note(-1, "99.99", customer), "it comes to -124.99 DKK, and booked invoice"),
        (note(1, "100.00", customer), "it comes to 125.00 DKK"),
        (note(-1, "100.00", customer, "EUR"), "it comes to -125.00 EUR"),
        (note(-1, "100.00", stranger), f"it is of customer {stranger}"),
        ("999", "the books have no booked credit note 999"),
        (str(invoice), "no booked invoice in the books that could be credited"),
    ]:
        # When something else is said to be its credit note, then it says what is wrong, and nothing changes
        assert says in desk.command.fails("send-again", "1", "--credited-by", number)
    assert desk.everything() == before

    # And the right one does
    desk.command.says("send-again", "1", "--credited-by", note(-1, "100.00", customer))


def test_nobody_knows_yet_what_became_of_what_just_went_out(desk: Desk) -> None:
    # Given a request without an answer, when it is to be sent again at once, then that is too early
    tell(desk.line.shop, woo_order(1))
    desk.books.add_fault(kind="drop", method="POST", path="*drafts*", count=1)
    desk.line.work(1)
    assert "may still be under way" in desk.command.fails("send-again", "1")

    # When a minute has passed, and the books have it nowhere, then a new one goes
    desk.let_a_minute_pass()
    desk.command.says("send-again", "1")
    desk.line.work(1)
    assert desk.references() == [desk.ours(1, 2)]


def test_what_was_made_without_an_answer_stands(desk: Desk) -> None:
    # Given a draft that was made, but whose answer was lost, when it is to be sent again, then it is found
    tell(desk.line.shop, woo_order(1))
    desk.books.add_fault(kind="drop_after_commit", method="POST", path="*drafts*", count=1)
    desk.line.work(1)
    desk.let_a_minute_pass()
    assert "still in the books" in desk.command.fails("send-again", "1")


def test_an_order_without_a_document_has_nothing_to_send_again(desk: Desk) -> None:
    # Given an order that was left out, when it is to be sent again, then it says what to do instead
    desk.left_out(1)
    assert "`shopledger retry 1` has it go" in desk.command.fails("send-again", "1")


def test_nothing_is_sent_again_while_a_switch_is_off(desk: Desk) -> None:
    # Given books that are switched off, when an order is to be sent again, then it says what comes first
    desk.transferred(1)
    desk.command.says("switch", "off", "--system", "Books")
    before = desk.everything()
    assert "Switch it on first" in desk.command.fails("send-again", "1")
    assert desk.everything() == before


def test_nobody_sends_again_what_a_worker_looks_at(desk: Desk) -> None:
    # Given a draft that was deleted, and a worker that looks at the order, when it is to be sent again, then not now
    desk.transferred(1)
    desk.let_a_minute_pass()
    desk.books.delete_draft(DocumentKind.INVOICE, 1)
    desk.command.says("retry", "1")
    heard: list[str] = []

    desk.line.work(1, watch=at(Point.CLAIMED, lambda: heard.append(desk.command.fails("send-again", "1"))))
    assert "a worker has it in hand right now" in heard[0]


def test_what_a_worker_did_since_the_books_were_asked_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a request without an answer, which a worker repeats just after the books were asked for it
    tell(desk.line.shop, woo_order(1))
    desk.books.add_fault(kind="drop", method="POST", path="*drafts*", count=1)
    desk.line.work(1)
    desk.let_a_minute_pass()
    prove = sending_again.prove

    def slowly(*arguments: Any) -> sending_again.Proof:
        proof = prove(*arguments)
        desk.line.work(1)
        return proof

    monkeypatch.setattr(sending_again, "prove", slowly)

    # When it is sent again on that ground, then it is refused, and the books have one
    refused = desk.command.run("send-again", "1")
    assert (refused.exit_code, "was done about its document meanwhile" in refused.stderr) == (1, True)
    assert desk.references() == [desk.ours(1)]


def test_an_order_that_became_an_invoice_must_be_gone_as_both(climbing_desk: Desk) -> None:
    # Given an order in the books, and the invoice that takes its place, by a worker that died in between
    desk, line = climbing_desk, climbing_desk.line
    desk.transferred(1)
    tell(line.shop, woo_order(1, status="completed", modified=60), delivery="d2")
    desk.let_a_minute_pass()
    with pytest.raises(Killed):
        line.work(1, watch=dies_at(Point.SUPERSEDING))
    is_freed(desk)
    desk.let_a_minute_pass()
    (order, invoice) = desk.books.documents()

    # When only one of them is gone, then nothing goes
    desk.books.delete_draft(DocumentKind.INVOICE, invoice.number)
    assert f"draft order {order.number}" in desk.command.fails("send-again", "1")

    # When both are, then one new document goes
    desk.books.delete_draft(DocumentKind.ORDER, order.number)
    desk.command.says("send-again", "1")
    line.work(1)
    assert line.state(1) == ("done", "")
    assert [(d.kind, d.reference, d.place) for d in desk.books.documents()] == [
        (DocumentKind.INVOICE, desk.ours(1, 2), Place.DRAFT)
    ]


def is_freed(desk: Desk) -> None:
    """The worker is gone: its lease runs out, and the order is freed."""
    desk.let_a_minute_pass()
    desk.line.database.one("free_expired")
