"""`link`: the order is in the books already, as the document of that number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.domain.document import DocumentKind
from shared.store import setup
from tests.line.rig import SETTINGS
from tests.owner.conftest import Desk
from tests.support.orders import tell, woo_order
from tests.support.shop import KEYRING


def add_untold(desk: Desk, number: int, connection: int) -> None:
    """An order that waits, and of which the shop sent no body."""
    desk.line.shop.rows(
        "insert into transfers (account_id, connection_id, source_type, source_id, state)"
        " values (%s, %s, 'order', %s, 'waiting') returning id",
        desk.line.shop.account,
        connection,
        str(number),
    )


def test_an_order_that_was_entered_by_hand_is_done_and_stays_it(desk: Desk) -> None:
    # Given an order that waits, and an invoice that somebody made of it
    tell(desk.line.shop, woo_order(1))
    number = desk.booked_by_hand("phone 17")
    desk.books.journal.clear()

    # When it is linked, then both are shown side by side, and the order is done
    said = desk.command.says("link", "1", str(number))
    assert f"booked invoice {number}, 125.00 DKK, reference phone 17" in said
    assert "in the order  125.00 DKK" in said
    assert desk.line.state(1) == ("done", "linked")
    assert desk.rows(1) == [("booked", "linked", "invoice", str(number), 1)]
    assert desk.acts(1) == [("link", f"booked invoice {number}, 125.00 DKK, reference phone 17")]
    shown = desk.command.says("show", "1")
    assert f"The owner says that it is in the books as invoice {number}." in shown
    assert f"booked invoice {number}, reference phone 17, linked by the owner" in shown

    # And a late message, news of the shop and the owner's word make no second one
    desk.line.work(1)
    tell(desk.line.shop, woo_order(1, modified=60), delivery="d2")
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "already_synced")
    desk.command.says("retry", "1")
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "")
    assert (len(desk.books.documents()), desk.writes()) == (1, [])


def test_a_retry_finds_what_was_linked_by_its_number(desk: Desk) -> None:
    # Given an invoice without a reference that an order was linked to, when it is retried, then it is found
    tell(desk.line.shop, woo_order(1))
    number = desk.booked_by_hand("")
    assert "without a reference" in desk.command.says("link", "1", str(number))
    desk.command.says("retry", "1")
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "")
    assert len(desk.books.documents()) == 1


def test_an_order_that_changes_later_says_so(desk: Desk) -> None:
    # Given a linked order, when the shop changes its total, then it says what the books have
    tell(desk.line.shop, woo_order(1))
    desk.command.says("link", "1", str(desk.booked_by_hand("R")))
    tell(desk.line.shop, woo_order(1, net="200.00", modified=60), delivery="d2")
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "changed_since")
    assert len(desk.books.documents()) == 1


@pytest.mark.parametrize("was_read", [True, False])
def test_another_total_is_linked_only_where_the_owner_insists(desk: Desk, was_read: bool) -> None:
    # Given an invoice of 125.00, and an order of 250.00 that no worker came to yet, or that one has read
    if was_read:
        desk.left_out(1, net="200.00")
    else:
        tell(desk.line.shop, woo_order(1, net="200.00"))
    number = str(desk.booked_by_hand("R"))
    before = desk.everything()

    # When it is linked, then both sums are named and nothing changes; on his word it is linked, and both are kept
    refused = desk.command.fails("link", "1", number)
    assert "125.00 DKK" in refused
    assert "the order comes to 250.00 DKK; --anyway" in refused
    assert desk.everything() == before
    desk.command.says("link", "1", number, "--anyway")
    assert desk.acts(1)[-1][1].endswith("; the order comes to 250.00 DKK")


def test_another_currency_is_another_worth(desk: Desk) -> None:
    # Given an invoice of 125.00 EUR and an order of 125.00 DKK, when it is linked, then it is refused
    tell(desk.line.shop, woo_order(1))
    draft = desk.books.put_draft(DocumentKind.INVOICE, reference="R", currency="EUR")
    assert "125.00 EUR" in desk.command.fails("link", "1", str(desk.books.book_draft(draft)))


def test_the_worth_of_an_order_may_be_unknown(desk: Desk) -> None:
    # Given an order of which the shop sent no body, when it is linked, then that is said
    add_untold(desk, 1, desk.line.shop.connection)
    assert "not known here" in desk.command.says("link", "1", str(desk.booked_by_hand("R")))


def test_a_draft_and_an_order_are_linked_where_they_stand(desk: Desk) -> None:
    # Given a draft invoice and a draft order by hand, when they are linked as such, then they are drafts here, too
    tell(desk.line.shop, woo_order(1))
    tell(desk.line.shop, woo_order(2))
    invoice = str(desk.books.put_draft(DocumentKind.INVOICE, reference="R1"))
    order = str(desk.books.put_draft(DocumentKind.ORDER, reference="R2"))
    desk.command.says("link", "1", invoice, "--place", "draft")
    desk.command.says("link", "2", order, "--kind", "order")
    assert desk.rows(1) == [("draft", "linked", "invoice", invoice, 1)]
    assert desk.rows(2) == [("draft", "linked", "order", order, 1)]

    # And when the draft is booked by hand, then a retry finds it by its reference
    desk.books.book_draft(int(invoice))
    desk.command.says("retry", "1")
    desk.line.work(1)
    assert (desk.line.state(1), desk.rows(1)[0][0]) == (("done", ""), "booked")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["99"], 1, "Books has no booked invoice 99; if it is in another place, say --place draft"),
        (["first"], 1, "Books has no booked invoice first"),
        (["1", "--kind", "order", "--place", "booked"], 2, "an order is not booked"),
    ],
)
def test_what_is_not_in_the_books_cannot_be_linked(desk: Desk, arguments: list[str], code: int, says: str) -> None:
    # Given a number that the books do not have, when an order is linked to it, then it says so
    tell(desk.line.shop, woo_order(1))
    before = desk.everything()
    assert says in desk.command.fails("link", "1", *arguments, code=code)
    assert desk.everything() == before


def test_a_draft_without_a_reference_would_be_lost_when_it_is_booked(desk: Desk) -> None:
    # Given a draft that nothing but its number names, when an order is linked to it, then it says what to do first
    tell(desk.line.shop, woo_order(1))
    draft = desk.books.put_draft(DocumentKind.INVOICE, reference="")
    assert "write one into it first, or book it" in desk.command.fails("link", "1", str(draft), "--place", "draft")


def test_an_order_has_one_document(desk: Desk) -> None:
    # Given an order that is in the books, when it is linked to another document, then it is refused
    desk.transferred(1)
    number = desk.booked_by_hand("R")
    before = desk.everything()
    assert "it has a document in the books already" in desk.command.fails("link", "1", str(number))
    assert desk.everything() == before


@pytest.mark.parametrize("made", ["by us", "by us, and booked by hand since", "by hand, and linked", "and credited"])
def test_a_document_has_one_order(desk: Desk, made: str) -> None:
    # Given a document that is order 1's
    if made.startswith("by hand"):
        tell(desk.line.shop, woo_order(1))
        number = desk.booked_by_hand("R")
        desk.command.says("link", "1", str(number))
    else:
        desk.transferred(1)
        number = desk.books.book_draft(1) if made != "by us" else 1
    if made == "and credited":
        credit = desk.books.credit_invoice(number)
        desk.let_a_minute_pass()
        desk.command.says("send-again", "1", "--credited-by", str(credit))

    # When order 2 is linked to it, then it is refused
    tell(desk.line.shop, woo_order(2))
    place = ["--place", "draft"] if made == "by us" else []
    assert "belongs to order 1 of Orders" in desk.command.fails("link", "2", str(number), *place)
    assert desk.line.state(2)[0] == "waiting"


def test_the_number_of_a_draft_says_nothing_when_it_was_given_anew(desk: Desk) -> None:
    # Given a draft of order 1 that was deleted, and another draft that got its number
    desk.transferred(1)
    desk.books.delete_draft(DocumentKind.INVOICE, 1)
    tell(desk.line.shop, woo_order(2))
    assert desk.books.put_draft(DocumentKind.INVOICE, reference="R") == 1

    # When order 2 is linked to that, then it is
    desk.command.says("link", "2", "1", "--place", "draft")
    assert desk.line.state(2) == ("done", "linked")


def test_another_connection_into_the_same_books_counts(desk: Desk) -> None:
    # Given another webshop's connection into the same books, with an order that is linked to an invoice
    shop = desk.line.shop
    with desk.line.database.account(shop.account) as c:
        outlet = setup.add_system(
            c, KEYRING, kind="woocommerce", role="webshop", name="Outlet", credentials={"key": "k"}
        )
        other = setup.add_connection(
            c, kind="orders", name="Outlet", source=outlet, target=shop.books, settings=SETTINGS, by="test"
        )
        setup.switch_connection(c, other, on=True)
    add_untold(desk, 9, other)
    number = str(desk.booked_by_hand("R"))
    desk.command.says("link", "9", number)

    # When an order of this one is linked to it, then it is refused
    tell(shop, woo_order(1))
    assert "belongs to order 9 of Outlet" in desk.command.fails("link", "1", number)


def test_what_was_planned_and_never_sent_is_not_in_the_way(desk: Desk) -> None:
    # Given an order whose draft the books had no time for, so that it was surely not made
    tell(desk.line.shop, woo_order(1))
    desk.books.add_fault(kind="answer", method="POST", path="*drafts*", status=429, count=1)
    desk.line.work(1)
    desk.let_a_minute_pass()
    assert desk.rows(1) == [("planned", "sent", "invoice", None, 1)]

    # When it is linked, then that is its document, a generation later; and the next one is later still
    number = str(desk.booked_by_hand("R"))
    desk.command.says("link", "1", number)
    assert desk.rows(1) == [("gone", "sent", "invoice", None, 1), ("booked", "linked", "invoice", number, 2)]
    credit = desk.books.credit_invoice(int(number))
    desk.command.says("send-again", "1", "--credited-by", str(credit))
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "")
    assert desk.references()[-1] == desk.ours(1, 3)


def test_a_document_whose_outcome_nobody_knows_is_one(desk: Desk) -> None:
    # Given a request without an answer, when the order is linked, then it is refused: its own may come yet
    tell(desk.line.shop, woo_order(1))
    desk.books.add_fault(kind="drop", method="POST", path="*drafts*", count=1)
    desk.line.work(1)
    number = str(desk.booked_by_hand("R"))
    assert "or may have one" in desk.command.fails("link", "1", number)


def test_books_that_do_not_answer_are_named(desk: Desk) -> None:
    # Given books that took the grant back, when an order is linked, then nothing changes, and it says whose fault it is
    tell(desk.line.shop, woo_order(1))
    number = str(desk.booked_by_hand("R"))
    desk.books.revoke_grant()
    before = desk.everything()
    assert "Books did not tell: " in desk.command.fails("link", "1", number, code=69)
    assert desk.everything() == before


def test_cents_count(desk: Desk) -> None:
    # Given an invoice that is one cent off, when an order is linked to it, then it is refused
    tell(desk.line.shop, woo_order(1))
    lines = [("BY-HAND", Decimal(1), Decimal("100.01"))]
    desk.books.put_product("BY-HAND")
    draft = desk.books.put_draft(DocumentKind.INVOICE, reference="R", lines=lines)
    assert "125.01 DKK" in desk.command.fails("link", "1", str(desk.books.book_draft(draft)))
