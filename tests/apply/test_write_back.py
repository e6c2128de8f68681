"""A shop that is to be told of documents is asked whether its key may write."""

from __future__ import annotations

from shared.domain.findings import Level
from tests.apply.rig import Desk


def warned(desk: Desk) -> list[str]:
    """Of a shop."""
    found = desk.apply().plan.looked
    return [one.finding.says for one in found if one.system == "Webshop" and one.finding.level is Level.WARNING]


def test_a_key_that_may_only_read_is_told_when_it_is_chosen_to_write(desk: Desk) -> None:
    # Given a connection that is set up, with a key that may only read
    made = desk.woo.shop.add_key("read")
    desk.hold(made.consumer_key, made.consumer_secret)
    desk.apply()

    # When other settings change, then the shop is not asked about its key
    desk.edit("        settings:\n", "        settings:\n          test_orders: true\n")
    assert not any("nothing can be written to orders" in says for says in warned(desk))

    # When it is chosen to tell the shop, then that is said
    desk.edit("        settings:\n", "        settings:\n          write_back: note\n")
    assert any("may only read" in says and "nothing can be written to orders" in says for says in warned(desk))
