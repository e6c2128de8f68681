"""All recorded orders come to what their shops state, or it is said why not; and the page says how many."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from shared.domain.line_settings import LineSettings
from shared.domain.lines import gross_of
from shared.domain.money import Level, Rounding
from shared.errors import NeedsUser
from tests.connectors.woocommerce.recordings import needs_recordings
from tests.domain.lines.orders import PRODUCTS
from tests.domain.lines.recorded import LEVELS, closed, ended, recorded
from tests.domain.lines.table import GROSS_ONLY, REFUSED, page
from tests.domain.money.shares import Share
from tests.domain.money.witness import books_come_to
from tests.support.processes import ROOT

pytestmark = needs_recordings


def ends(share: Share) -> set[tuple[str, str]]:
    """(set, order) that end so in some books; lists with more decimals are of the same shop."""
    return {
        (one.of.partition(",")[0], one.id)
        for one in recorded()
        for level in LEVELS
        if ended(one.order, level).share is share
    }


def test_nothing_is_refused_but_what_was_cut_by_hand() -> None:
    assert ends(Share.REFUSED) == set(REFUSED)


def test_gross_alone_is_met_only_where_it_is_known_why() -> None:
    assert ends(Share.GROSS_ONLY) == set(GROSS_ONLY)


@pytest.mark.parametrize("level", Level)
def test_the_books_come_to_gross_and_vat_of_every_order(level: Level) -> None:
    # Given every recorded order that goes, when the books add its document up, then gross is the order's, and VAT is,
    # too, or differs by what was said
    for one in recorded():
        try:
            found = one.order and closed(one.order, level)
        except NeedsUser:
            continue
        if one.order and found:
            books = books_come_to(found, Rounding(level))
            assert books.gross == Fraction(gross_of(one.order, LineSettings(**PRODUCTS))), one
            assert abs(books.vat - Fraction(one.order.total_tax)) <= Fraction(found.off), one


def test_a_list_with_more_decimals_makes_the_same_documents() -> None:
    # Given orders that were asked for with two, four and six decimals, when they are billed, then the books come to
    # the same gross, and the same VAT to a cent or two
    sums: dict[str, dict[str, tuple[Decimal, Decimal]]] = {}
    for one in recorded():
        if one.of.startswith("live") and one.order:
            found = closed(one.order, Level.DOCUMENT)
            sums.setdefault(one.of, {})[one.id] = found.target.gross, found.target.vat
    two, four, six = (sums[of] for of in ("live", "live, four decimals", "live, six decimals"))
    assert four == six
    assert four.items() <= two.items()


def test_the_page_says_what_becomes_of_them() -> None:
    # Given the table in docs/money.md, when all orders go through the core again, then it is the same; make it anew by
    # python -m tests.domain.lines.table
    text = (ROOT / "docs" / "money.md").read_text()
    stands = text.partition("<!-- orders -->\n")[2].partition("\n<!-- /orders -->")[0]
    assert stands == page()
