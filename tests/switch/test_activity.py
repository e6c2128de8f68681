"""Which switch keeps an order, without a store."""

from __future__ import annotations

import itertools

import pytest

from shared.domain.activity import HOLDING, activity
from shared.domain.reasons import REASONS

NAMES = ("Lampeland", "Webshop", "Books", "Orders")


@pytest.mark.parametrize("on", [*itertools.product([True, False], repeat=4)])
def test_the_widest_switch_that_is_off_is_named(on: tuple[bool, bool, bool, bool]) -> None:
    # Given any position of the four switches
    account, source, target, connection = zip(NAMES, on, strict=True)
    found = activity(account=account, source=source, target=target, connection=connection)

    # Then those that are off are told, the widest first, and it gives the reason
    codes = dict(zip(NAMES, ("account_off", "system_off", "system_off", "order_sync_off"), strict=True))
    off = [name for name, is_on in zip(NAMES, on, strict=True) if not is_on]
    assert [one.name for one in found.off] == off
    assert found.holds("held") == found.holds("waiting") or not off
    assert found.holds("held") == (codes[off[0]] if off else "awaits_release")

    # And what waits with all on, or came to an end, is kept by none
    assert off or found.holds("waiting") is None
    assert [found.holds(state) for state in ("working", "done", "skipped", "failed")] == [None] * 4


def test_every_reason_of_a_switch_says_what_to_do() -> None:
    # Given the reasons for which orders are held, then each is in the table with its next step
    assert all(REASONS[code].next_step and not REASONS[code].resolves_itself for code in HOLDING)
    off = activity(account=("A", True), source=("S", True), target=("Books", False), connection=("O", True)).off
    assert off[0].says() == (
        "The system Books is switched off."
        " Switch it on again; what waited is then listed, and goes when you release it."
    )
