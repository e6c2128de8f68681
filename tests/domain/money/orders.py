"""Strategies: orders as shops compute them, how books round, and what an owner chooses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from shared.domain.money import Level, Rounding, Ties
from shared.domain.pricing import Role
from shared.domain.totals import Rules, Strictness, Target
from tests.domain.money.shop import Bought, Habits, Item, bought

CENT = Decimal("0.01")
RATES = tuple(map(Decimal, ("25", "21", "19", "12", "9", "6", "5.5", "25.5", "8.1", "14.975", "0")))
#: With VAT of 25 %: price and quantity of which two decimals cannot carry the net amount.
KNOWN_BAD = (("9.02", 1), ("1.99", 7), ("0.01", 100), ("199.99", 3))

prices = st.integers(1, 20_000).map(lambda cents: cents * CENT)
percents = st.sampled_from(RATES)
roundings = st.builds(Rounding, st.sampled_from(Level), st.sampled_from(Ties))
habits = st.builds(Habits, types_vat=st.booleans(), rounds_lines=st.booleans(), halves_down=st.booleans())

whole = st.integers(1, 10).map(Decimal)
many = st.integers(11, 500).map(Decimal)
#: By weight or length; two decimals, and more than books take.
fractional = st.integers(1, 99_999).map(lambda amount: Decimal(amount) / 100)
tiny_parts = st.integers(1, 9_999_999).map(lambda amount: Decimal(amount) / 10_000)
quantities = st.one_of(whole, whole, whole, many, fractional, tiny_parts)

discounts = st.one_of(st.just(Decimal(0)), st.sampled_from([Decimal(of) for of in ("10", "15", "33.33", "50", "100")]))


@st.composite
def products(draw: st.DrawFn) -> Item:
    if draw(st.integers(0, 2)) == 0:
        price, pieces = draw(st.sampled_from(KNOWN_BAD))
        return Item(price=Decimal(price), quantity=Decimal(pieces), percent=draw(percents))
    item = Item(price=draw(prices), quantity=draw(quantities), percent=draw(percents), discount=draw(discounts))
    match draw(st.integers(0, 7)):
        case 0:  # a fixed discount of a part of it
            return replace(item, off=draw(st.integers(0, int(item.typed * 100)).map(lambda cents: cents * CENT)))
        case 1:  # taken back
            return replace(item, quantity=-item.quantity)
        case 2:  # free
            return replace(item, price=Decimal("0.00"))
        case _:
            return item


@st.composite
def extras(draw: st.DrawFn) -> Item:
    """Shipping and fees, and what lessens the order by an amount."""
    role = draw(st.sampled_from([Role.SHIPPING, Role.FEE, Role.DISCOUNT, Role.GIFT_CARD]))
    price = draw(prices)
    is_less = role in (Role.DISCOUNT, Role.GIFT_CARD) or (role is Role.FEE and draw(st.booleans()))
    return Item(price=-price if is_less else price, percent=draw(percents), role=role)


@st.composite
def orders(draw: st.DrawFn, *, at_most: int = 8) -> Bought:
    """What a shop says of an order, right by its own way of rounding. Of one rate more often than of several."""
    items = [*draw(st.lists(products(), min_size=1, max_size=at_most)), *draw(st.lists(extras(), max_size=2))]
    if draw(st.booleans()):
        of_all = draw(percents)
        items = [replace(item, percent=of_all) for item in items]
    return bought(items, draw(habits), shows_discounts=draw(st.booleans()))


@st.composite
def orders_off_by_cents(draw: st.DrawFn, *, at_most: int = 4, cents: int = 5) -> Bought:
    """The same, and the shop's gross and VAT are a few cents away from what anybody would come to."""
    order = draw(orders(at_most=at_most))
    off = st.integers(-cents, cents).map(lambda amount: amount * CENT)
    vat = {percent: amount + draw(off) if percent else amount for percent, amount in order.target.vat.items()}
    return replace(order, target=Target(gross=order.target.gross + draw(off), vat=vat))


any_order = st.one_of(orders(), orders_off_by_cents())


@st.composite
def rules(draw: st.DrawFn, *, cents_at_most: int = 100) -> Rules:
    limits = [cents for cents in (0, 1, 3, 5, 10, 10, 10, 25, 100) if cents <= cents_at_most]
    return Rules(
        limit=draw(st.sampled_from(limits)) * CENT,
        strictness=draw(st.sampled_from(Strictness)),
        split=draw(st.booleans()),
        with_vat=frozenset(draw(st.one_of(st.just(RATES[:-1]), st.lists(percents, unique=True)))),
        is_order=draw(st.booleans()),
    )
