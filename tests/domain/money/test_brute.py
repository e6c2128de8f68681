"""No closing is smaller than the one that was found, and none is missed: all of two lines at most are tried."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import example, given

from shared.domain.money import Rounding
from shared.domain.pricing import Uneven, priced
from shared.domain.totals import Closed, Refused, Rules, Strictness, close
from tests.domain.money.brute import Effort, best, effort
from tests.domain.money.oracle import Line, add_up, meets
from tests.domain.money.orders import orders_off_by_cents, roundings
from tests.domain.money.orders import rules as choices
from tests.domain.money.shop import Bought
from tests.domain.money.small import BY_LINE, CROSSED, CROSSED_TARGET, rules
from tests.domain.money.witness import as_lines, books, books_come_to, total_vat, wanted_vat

#: Closings of ten cents are tried; more would take too long.
small = orders_off_by_cents(at_most=3, cents=3)
narrow = choices(cents_at_most=10)


def alone(order: Bought, choice: Rules) -> list[Line]:
    """The lines, with nothing added."""
    uneven = Uneven.SPLIT if choice.split else Uneven.KEPT
    return as_lines(piece for one in order.wanted for piece in priced(one, uneven, is_order=False))


def tried(order: Bought, rounding: Rounding, choice: Rules) -> Effort | None:
    """Rates that the order has not are no way to close it."""
    return best(
        alone(order, choice),
        Fraction(order.target.gross),
        wanted_vat(order.target),
        books(rounding),
        rates=choice.with_vat & {line.percent for line in order.wanted},
        limit=int(choice.limit * 100),
    )


def done(closed: Closed) -> Effort:
    return effort([(round(line.quantity * line.unit_price * 100), line.percent) for line in closed.closings])


@given(small, roundings, narrow)
def test_the_smallest_closing_is_found(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given an order that can be closed by two lines or fewer, when it is closed, then it takes no more than that
    if choice.strictness is not Strictness.GROSS and (known := tried(order, rounding, choice)):
        found = close(order.wanted, order.target, rounding, choice)
        assert isinstance(found, Closed)
        assert not found.is_gross_only
        assert done(found) <= known


@given(small, roundings, narrow)
@example(Bought(wanted=CROSSED, target=CROSSED_TARGET), BY_LINE, rules())
def test_what_is_said_to_be_met_is_met_on_each_rate(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given books that know the VAT of each rate, when all is said to be met, then that is, too
    found = close(order.wanted, order.target, rounding, choice)
    if isinstance(found, Closed) and not found.is_gross_only:
        assert meets(books_come_to(found, rounding), Fraction(order.target.gross), wanted_vat(order.target))


@given(small, roundings, narrow)
def test_it_is_refused_only_where_it_has_to_be(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given an order that is refused, then no two lines close it, and gross alone is not wanted, or would take more
    # than the limit, or leave VAT off by more
    found = close(order.wanted, order.target, rounding, choice)
    if isinstance(found, Refused):
        if choice.strictness is not Strictness.GROSS:
            assert tried(order, rounding, choice) is None
        if choice.strictness is not Strictness.EXACT:
            sums = add_up(alone(order, choice), books(rounding))
            missing, wanted = Fraction(order.target.gross) - sums.gross, wanted_vat(order.target)
            off = [total_vat(order.target) - sums.vat]
            if sums.by_rate is not None:
                nothing = Fraction(0)
                off += [wanted.get(of, nothing) - sums.by_rate.get(of, nothing) for of in {*wanted, *sums.by_rate}]
            assert max(abs(missing), *map(abs, off)) > Fraction(choice.limit)
