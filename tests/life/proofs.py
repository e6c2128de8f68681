"""What must be so of the books and the store, whatever happened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from connectors.economic.error_table import TABLE
from connectors.economic.sandbox import SandboxDocument
from connectors.registry import webshop
from shared.domain.decide import decide
from shared.domain.order import Order
from shared.domain.reasons import REASONS, Skipped
from shared.domain.settings import Handling, OrderSettings, rung
from tests.life.rig import Amounts, Life, Row, Transfer, amounts, is_booked, is_order
from tests.line.rig import SETTINGS

#: All that may be said of an order that does not go.
KNOWN = frozenset({*REASONS, *(row.reason for row in TABLE)})
#: By how much VAT may miss the order's.
CLOSING_LIMIT = OrderSettings().closing_limit
#: What only somebody's hand in the books can bring about and put right.
BY_HAND = ("booked_total_differs", "booked_vat_differs", "vat_differs")


def no_order_has_two_documents(life: Life) -> None:
    """An order and the invoice in its place may stand side by side while the store says so, or somebody moved it on."""
    rows = life.rows()
    for order in life.told:
        found = life.ours(order)
        orders, invoices = [one for one in found if is_order(one)], [one for one in found if not is_order(one)]
        assert len(orders) <= 1, f"two orders: {orders}"
        assert len(invoices) <= 1, f"two invoices: {invoices}"
        if orders and invoices and orders[0].created_seq not in life.hands.moved:
            assert _replaces(rows, invoices[0], orders[0]), f"nobody says which one counts: {found}, {rows}"


def _replaces(rows: Sequence[Row], invoice: SandboxDocument, order: SandboxDocument) -> bool:
    by_id = {row.id: row for row in rows}
    formers = (
        by_id.get(row.supersedes)
        for row in rows
        if row.lives and row.supersedes and (row.kind, row.reference) == (invoice.kind, invoice.reference)
    )
    return any(row is not None and row.lives and row.reference == order.reference for row in formers)


def what_we_booked_has_the_total_that_was_frozen(life: Life) -> None:
    for document in filter(is_booked, life.ours()):
        if document.created_seq not in life.hands.booked | life.hands.changed_at_booking:
            row = life.row_of(document)
            assert row is not None, f"nobody knows of {document}"
            assert document.gross == row.total, f"{document} is booked, {row} was frozen"


def what_we_booked_is_what_the_order_came_to(life: Life) -> None:
    """At the moment of booking: gross to the cent, and VAT as near as the owner wants it."""
    for order in life.told:
        for document in filter(is_booked, life.ours(order)):
            if document.created_seq not in life.hands.booked | life.hands.changed_at_booking:
                came_to = life.at_booking[order]
                assert _is_one_of(document, came_to), f"{document} is booked, the order came to {came_to}"


def _is_one_of(document: SandboxDocument, found: Iterable[Amounts]) -> bool:
    return any(document.gross == total and abs(document.vat - vat) <= CLOSING_LIMIT for total, vat in found)


def every_order_that_does_not_go_says_why(life: Life) -> None:
    for one in life.transfers():
        if one.state in ("skipped", "failed"):
            assert one.reason in KNOWN, f"{one} has no reason that is known"
            assert one.says.strip(), f"{one} says nothing"
        elif one.state == "done":
            assert one.reason in KNOWN or one.reason == "", f"{one} has no reason that is known"


def what_is_called_booked_is_booked(life: Life) -> None:
    """An order is never booked; one that somebody moved on cannot be changed any more either."""
    for row in life.rows():
        if row.state == "booked":
            same = [one for one in life.ours(row.order) if (one.kind, one.reference) == (row.kind, row.reference)]
            assert len(same) == 1, f"{row}, and in the books {same}"
            assert is_booked(same[0]) or same[0].created_seq in life.hands.moved, f"{row}, and in the books {same}"


ALWAYS = (
    no_order_has_two_documents,
    what_we_booked_has_the_total_that_was_frozen,
    what_we_booked_is_what_the_order_came_to,
    every_order_that_does_not_go_says_why,
    what_is_called_booked_is_booked,
)


def all_came_to_an_end(life: Life) -> None:
    for one in life.transfers():
        assert one.state in ("done", "skipped", "failed"), f"{one} comes to no end"
        if one.state == "done":
            _is_in_the_books(life, one)
        elif one.state == "skipped":
            assert life.ours(one.order) == [], f"{one}, and in the books {life.ours(one.order)}"


def nothing_failed_but_what_only_the_owner_can_put_right(life: Life) -> None:
    """Once all else is mended, and he has had it looked at again: what somebody changed in the books, or booked or
    moved on there before it came to its totals.
    """
    by_hand = life.hands.changed | life.hands.booked | life.hands.moved
    for one in life.transfers():
        if one.state == "failed":
            is_by_hand = any(document.created_seq in by_hand for document in life.ours(one.order))
            is_his = one.reason in BY_HAND and is_by_hand
            assert one.reason == "draft_left" or is_his, f"{one} fails: {life.ours(one.order)}, {life.rows()}"


def _is_in_the_books(life: Life, one: Transfer) -> None:
    """By exactly one document, that has come as far as the owner's settings say."""
    found = list(life.ours(one.order))
    if len(found) > 1:
        found = [document for document in found if document.created_seq not in life.hands.moved]
    assert len(found) == 1, f"{one}, and in the books {life.ours(one.order)}, {life.rows()}"
    (document,) = found
    row = life.row_of(document)
    assert row is not None, f"{one} is in the books as {document}, of which nobody knows"
    if document.created_seq not in life.hands.changed:
        assert document.gross == row.total, f"{one} is done with {document}, and {row} was frozen"
        told = {amounts(body) for body in life.told[one.order]}
        assert _is_one_of(document, told), f"{one} is done with {document}, and the shop told {told}"
    goal = goal_of(life, one.order)
    if isinstance(goal, Handling) and goal.book and row.is_to_be_booked:
        assert is_booked(document), f"{one} was to be booked: {document}, {row}"
    if isinstance(goal, Handling) and life.chosen.get("by_state"):
        reached = rung(document.kind, is_booked=is_booked(document))
        assert reached >= goal.rung, f"{one} was to come to {goal}: {document}, {row}"


def goal_of(life: Life, order: int) -> Handling | Skipped:
    """By the rules, from all that the shop told."""
    settings = OrderSettings.model_validate({**SETTINGS, **life.chosen})
    *earlier, newest = _read(life, order)
    return decide(newest, settings, since=None, earlier=lambda: reversed(earlier))


def _read(life: Life, order: int) -> Iterator[Order]:
    shop = webshop("woocommerce")
    for body in life.told[order]:
        yield shop.read_order(shop.decode_order(json.dumps(body).encode()))
