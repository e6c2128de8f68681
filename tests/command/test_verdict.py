"""The demo's verdict believes the shop's journal and the books, and not what shopledger says of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from connectors.economic.sandbox import SandboxDocument
from shared.domain.document import DocumentKind, Place
from shared.sandbox.journal import EntryKind, Journal
from tools.demo.verdict import Claim, ShopOrder, Verdict, judge, totals_told

ORDERS = {
    "61": ShopOrder("1001", is_due=True),
    "62": ShopOrder("1002", is_due=True),
    "63": ShopOrder("1003", is_due=False),
}
TOTALS = {"61": {Decimal("125.00")}, "62": {Decimal("80.00"), Decimal("99.00")}, "63": {Decimal("5.00")}}
CLAIMS = {
    "61": Claim("done", "", "SL1-61"),
    "62": Claim("done", "changed_since", "SL1-62"),
    "63": Claim("skipped", "state_not_allowed", "SL1-63"),
}


def document(reference: str, gross: str) -> SandboxDocument:
    return SandboxDocument(
        kind=DocumentKind.INVOICE,
        place=Place.DRAFT,
        number=1,
        reference=reference,
        customer=1,
        currency="DKK",
        net=Decimal(gross),
        vat=Decimal(0),
        gross=Decimal(gross),
        created_seq=1,
    )


BOOKS = (document("SL1-61", "125.00"), document("SL1-62", "80.00"))


def judged(*, books: tuple[SandboxDocument, ...] = BOOKS, **claims: Claim) -> Verdict:
    changed = {f"{name.removeprefix('order_')}": claim for name, claim in claims.items()}
    return judge(ORDERS, TOTALS, books, CLAIMS | changed)


def test_all_is_right_where_shop_books_and_claims_agree() -> None:
    # Given one document for each order that is due, when it is judged, then nothing is found
    verdict = judged()
    assert verdict.is_right
    assert (verdict.orders, verdict.transferred, verdict.skipped) == (3, 2, {"state_not_allowed": 1})


def test_an_order_that_is_said_to_be_in_the_books_and_is_not_counts_as_lost() -> None:
    # Given books without the document of a transfer that is done
    assert judged(books=BOOKS[1:]).lost == ["1001"]


def test_an_order_that_is_due_and_was_skipped_counts_as_lost() -> None:
    # Given a skip that the order's state in the shop does not explain
    verdict = judged(books=BOOKS[1:], order_61=Claim("skipped", "state_not_allowed", "SL1-61"))
    assert verdict.lost == ["1001"]


def test_an_order_that_nobody_took_in_counts_as_lost() -> None:
    # Given no transfer at all
    claims = {order: claim for order, claim in CLAIMS.items() if order != "61"}
    verdict = judge(ORDERS, TOTALS, BOOKS[1:], claims)
    assert verdict.lost == ["1001"]


def test_a_failure_with_its_reason_is_not_lost_and_one_without_is() -> None:
    # Given a failed transfer with and without a reason
    assert judged(books=BOOKS[1:], order_61=Claim("failed", "product_barred", "SL1-61")).lost == []
    assert judged(books=BOOKS[1:], order_61=Claim("failed", "", "SL1-61")).lost == ["1001"]


def test_two_documents_of_an_order_and_documents_of_none_count_as_doubled() -> None:
    # Given a second document under a reference, and one under a reference that nobody has
    assert judged(books=(*BOOKS, BOOKS[0])).duplicates == ["SL1-61"]
    assert judged(books=(*BOOKS, document("SL1-99", "1.00"))).duplicates == ["SL1-99"]


def test_a_total_that_the_order_never_had_is_wrong_and_an_earlier_one_is_not() -> None:
    # Given an order that came to 80.00 and later to 99.00
    assert judged(books=(BOOKS[0], document("SL1-62", "99.00"))).wrong_total == []
    assert judged(books=(BOOKS[0], document("SL1-62", "99.01"))).wrong_total == ["1002"]


def test_what_has_no_end_yet_is_not_right() -> None:
    # Given an order that is still on its way
    verdict = judged(books=BOOKS[1:], order_61=replace(CLAIMS["61"], state="waiting"))
    assert verdict.waiting == {"waiting": 1}
    assert not verdict.is_right


def test_a_deleted_order_is_neither_lost_nor_due() -> None:
    # Given an order that was left out because the shop has it no more, and one of which the shop told no total
    orders = ORDERS | {"61": ShopOrder("1001", is_due=False)}
    claims = CLAIMS | {"61": Claim("skipped", "order_gone", "SL1-61")}

    # When they are judged, then the first is explained, and what the books hold of the second is not believed
    verdict = judge(orders, {"61": TOTALS["61"]}, BOOKS[1:], claims)
    assert verdict.lost == []
    assert verdict.wrong_total == ["1002"]


def test_totals_are_read_from_orders_and_not_from_what_else_a_shop_says() -> None:
    # Given a shop that told of an order twice, of one that was gone by then, and of one with no amount
    journal = Journal()
    for body in (
        {"id": 61, "total": "125.00"},
        {"id": 61, "total": "99.00"},
        {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": 404}},
        {"id": 62, "total": "a lot"},
    ):
        told = json.dumps(body).encode()
        journal.finish(journal.begin(EntryKind.DELIVERY, "POST", "/", "", told, note="order.updated 61"), 200)

    # When its journal is read, then there are the totals of the first
    assert totals_told(journal.entries()) == {"61": {Decimal("125.00"), Decimal("99.00")}}
