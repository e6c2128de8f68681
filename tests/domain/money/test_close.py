"""What `close` promises of any order, of any way to round, and of any choice of the owner's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given

from shared.domain.money import Rounding
from shared.domain.totals import Closed, Refused, Rules, Strictness, close
from tests.domain.money.brute import closing_leans
from tests.domain.money.oracle import leans, meets
from tests.domain.money.orders import any_order, roundings, rules
from tests.domain.money.shop import Bought
from tests.domain.money.witness import as_lines, books, books_come_to, total_vat, wanted_vat, without_closings

chosen = rules()


def closed(order: Bought, rounding: Rounding, choice: Rules) -> Closed | None:
    """None where it is refused."""
    found = close(order.wanted, order.target, rounding, choice)
    return found if isinstance(found, Closed) else None


@given(any_order, roundings, chosen)
def test_the_books_come_to_what_it_says(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given any order, when it is closed, then the books come to the sums that it names
    if found := closed(order, rounding, choice):
        books_say = books_come_to(found, rounding)
        stated = (found.sums.net, found.sums.vat, found.sums.gross)
        assert tuple(map(Fraction, stated)) == (books_say.net, books_say.vat, books_say.gross)


@given(any_order, roundings, chosen)
def test_gross_is_met_or_nothing_is_sent(order: Bought, rounding: Rounding, choice: Rules) -> None:
    if found := closed(order, rounding, choice):
        assert books_come_to(found, rounding).gross == Fraction(order.target.gross)


@given(any_order, roundings, chosen)
def test_net_and_vat_are_met_or_it_says_that_they_are_not(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given any order, when it is closed, then net and VAT are met too; where not, that is said, and it is within the
    # limit
    if found := closed(order, rounding, choice):
        sums = books_come_to(found, rounding)
        off = abs(sums.vat - total_vat(order.target))
        assert off <= (Fraction(choice.limit) if found.is_gross_only else 0)
        if found.is_gross_only:
            assert not meets(sums, Fraction(order.target.gross), wanted_vat(order.target))


@given(any_order, roundings, chosen)
def test_what_is_added_stays_within_the_limit(order: Bought, rounding: Rounding, choice: Rules) -> None:
    if found := closed(order, rounding, choice):
        assert sum(abs(line.quantity * line.unit_price) for line in found.closings) <= choice.limit


@given(any_order, roundings, chosen)
def test_the_owner_has_the_last_word_on_what_may_be_added(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given any choice, when an order is closed, then only rates that there is a product for are used, exactly is
    # exactly, and one line is one line, without VAT
    if found := closed(order, rounding, choice):
        assert {line.percent for line in found.closings} <= {*choice.with_vat, Decimal(0)}
        if choice.strictness is Strictness.EXACT:
            assert not found.is_gross_only
        if choice.strictness is Strictness.GROSS or found.is_gross_only:
            assert [line.percent for line in found.closings] in ([], [Decimal(0)])


@given(any_order, roundings, chosen)
def test_a_closing_with_vat_does_not_lean_on_half_a_cent(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given any order, when it is closed with VAT, then no half cent is rounded where its VAT is, however halves go:
    # of that line, of its rate with all lines of that rate, or of the whole document, as the books round
    if found := closed(order, rounding, choice):
        given_lines, added = as_lines(without_closings(found)), as_lines(found.closings)
        assert not closing_leans(given_lines, added, books(rounding))


@given(any_order, roundings, chosen)
def test_what_did_not_lean_on_half_a_cent_does_not_when_closed(
    order: Bought, rounding: Rounding, choice: Rules
) -> None:
    # Given lines in which no half cent is rounded, when they are closed, then none is
    if (found := closed(order, rounding, choice)) and not leans(as_lines(without_closings(found)), books(rounding)):
        assert not leans(as_lines(found.lines), books(rounding))


@given(any_order, roundings, chosen)
def test_what_is_added_comes_last(order: Bought, rounding: Rounding, choice: Rules) -> None:
    if found := closed(order, rounding, choice):
        assert found.lines == (*without_closings(found), *found.closings)
        assert all(line.quantity * line.unit_price for line in found.closings), "a closing of nothing"


@given(any_order, roundings, chosen)
def test_the_same_order_is_closed_in_the_same_way(order: Bought, rounding: Rounding, choice: Rules) -> None:
    one, other = (close(order.wanted, order.target, rounding, choice) for _ in range(2))
    assert one == other


@given(any_order, roundings, chosen)
def test_an_order_and_an_invoice_come_to_the_same(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given any order, when it becomes an order in the books or an invoice, then only signs differ
    found = [
        close(order.wanted, order.target, rounding, replace(choice, is_order=is_order)) for is_order in (False, True)
    ]
    invoice, draft_order = found
    assert type(invoice) is type(draft_order)
    assert invoice.sums == draft_order.sums
    if isinstance(invoice, Closed) and isinstance(draft_order, Closed):
        assert [one.quantity * one.unit_price for one in invoice.lines] == [
            one.quantity * one.unit_price for one in draft_order.lines
        ]


@given(any_order, roundings, chosen)
def test_a_larger_limit_never_refuses_what_a_smaller_took(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given an order that is taken, when the limit is raised, then it is taken, too, and none the worse
    if found := closed(order, rounding, choice):
        higher = closed(order, rounding, replace(choice, limit=choice.limit + 1))
        assert higher is not None
        assert higher.is_gross_only <= found.is_gross_only


@given(any_order, roundings, chosen)
def test_a_refusal_says_what_the_books_would_have_come_to(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given an order that is refused, then the sums named are those of its lines alone, as gross alone would find them
    found = close(order.wanted, order.target, rounding, choice)
    if isinstance(found, Refused):
        generous = replace(choice, limit=Decimal(10**9), strictness=Strictness.GROSS)
        closed_at_any_price = closed(order, rounding, generous)
        assert closed_at_any_price is not None
        missing = sum(line.quantity * line.unit_price for line in closed_at_any_price.closings)
        assert found.sums.gross + missing == order.target.gross
        assert found.sums.vat == closed_at_any_price.sums.vat
