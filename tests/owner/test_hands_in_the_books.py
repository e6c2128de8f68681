"""The owner's word after his own hands in the books: never a second document, and nothing of his written over."""

from __future__ import annotations

from shared.domain.document import DocumentKind
from tests.owner.conftest import Desk
from tests.support.orders import tell, woo_order


def test_an_order_begins_anew_beside_an_invoice_that_was_never_sent(climbing_desk: Desk) -> None:
    # Given an order in the books whose invoice the books were not up to, and that the owner deletes then
    desk, line = climbing_desk, climbing_desk.line
    desk.transferred(1)
    tell(line.shop, woo_order(1, status="completed", modified=60), delivery="d2")
    desk.books.add_fault(kind="answer", method="POST", path="/invoices/drafts", status=429, count=1)
    line.work(1)
    desk.let_a_minute_pass()
    desk.books.delete_draft(DocumentKind.ORDER, 1)

    # When he has it sent again, then there is one invoice
    desk.command.says("retry", "1")
    for _ in range(3):
        line.work(1)
        desk.let_a_minute_pass()
    assert line.state(1)[0] == "done", line.said(1)
    assert [document.kind for document in desk.books.documents()] == [DocumentKind.INVOICE]


def test_a_linked_draft_whose_words_somebody_rewrote_is_not_made_again(desk: Desk) -> None:
    # Given a linked draft that has another reference by now
    tell(desk.line.shop, woo_order(1))
    draft = desk.books.put_draft(DocumentKind.INVOICE, reference="R")
    desk.command.says("link", "1", str(draft), "--place", "draft")
    desk.books.delete_draft(DocumentKind.INVOICE, draft)
    assert desk.books.put_draft(DocumentKind.INVOICE, reference="other words") == draft

    # When the owner has the order looked at, then he is asked to look for it, and nothing is made
    desk.command.says("retry", "1")
    desk.line.work(1)
    assert desk.line.state(1) == ("failed", "link_lost")
    assert len(desk.references()) == 1


def test_a_linked_draft_that_its_owner_changed_keeps_what_he_wrote(desk: Desk) -> None:
    # Given a linked draft that the owner made cheaper
    tell(desk.line.shop, woo_order(1))
    draft = desk.books.put_draft(DocumentKind.INVOICE, reference="R")
    desk.command.says("link", "1", str(draft), "--place", "draft")
    desk.books.change_line(DocumentKind.INVOICE, draft, 1, price=desk.books.documents()[0].net - 10)
    his = desk.books.documents()

    # When he has the order looked at, then both sums are told, and his stays
    desk.command.says("retry", "1")
    desk.line.work(1)
    assert desk.line.state(1) == ("failed", "totals_differ")
    assert desk.books.documents() == his


def test_an_order_that_is_ignored_half_way_says_that_both_documents_stand(climbing_desk: Desk) -> None:
    # Given an order that climbs, and whose draft could not be deleted
    desk, line = climbing_desk, climbing_desk.line
    desk.transferred(1)
    tell(line.shop, woo_order(1, status="completed", modified=60), delivery="d2")
    desk.books.add_fault(kind="answer", method="DELETE", path="*", status=400, body="{}", count=1)
    line.work(1)
    assert line.state(1)[0] == "failed"

    # When the owner wants it left alone, and the shop tells of it, then he reads what the books have of it
    desk.command.says("ignore", "1", "--why", "by hand")
    tell(line.shop, woo_order(1, status="completed", modified=90), delivery="d3")
    line.work(1)
    assert line.state(1) == ("skipped", "ignored")
    assert "The books have both order 1 and invoice 1 of it." in line.said(1)


def test_our_draft_is_found_after_somebody_wrote_on_it_and_booked_it(desk: Desk) -> None:
    # Given a draft of ours that the owner wrote on, and booked
    desk.transferred(1)
    desk.let_a_minute_pass()
    desk.books.delete_draft(DocumentKind.INVOICE, 1)
    desk.books.book_draft(desk.books.put_draft(DocumentKind.INVOICE, reference=f"{desk.ours(1)} ring first"))

    # When it is to be sent again, then it stands in the way, and the retry finds it
    assert desk.command.run("send-again", "1").exit_code == 1
    desk.command.says("retry", "1")
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "")
    assert len(desk.references()) == 1
