"""What the store cannot become is refused, with the line that asks for it."""

from __future__ import annotations

import pytest

from shared.store import setup
from tests.apply.rig import Desk
from tests.support.shop import KEYRING
from tools.cli.problems import Exit, Problem


def test_a_system_of_another_kind_needs_another_name(desk: Desk) -> None:
    # Given
    desk.apply()
    # When the webshop's name is given to books
    head, _, rest = desk.text.partition("      Webshop:\n")
    desk.text = f"{head}      Webshop:\n{rest.partition('      Books:')[2].partition('    connections:')[0].lstrip()}"
    desk.edit("      Webshop:\nkind", "      Webshop:\n        kind")
    with pytest.raises(Problem) as refusal:
        desk.apply()
    # Then
    assert refusal.value.exit_code == Exit.WRONG_FILE
    assert refusal.value.message == (
        "shop.yaml:5: accounts.Lampeland.systems.Webshop.kind: the store's system of this name is woocommerce, and"
        " stays it: give the new one another name"
    )


def test_a_connection_with_another_end_needs_another_name(desk: Desk) -> None:
    # Given
    desk.apply()
    # When it is to come from a second webshop
    shop = desk.text.partition("    systems:\n")[2].partition("      Books:\n")[0]
    desk.edit("    connections:\n", shop.replace("Webshop", "Second shop") + "    connections:\n")
    desk.edit("from: Webshop", "from: Second shop")
    with pytest.raises(Problem) as refusal:
        desk.apply()
    # Then
    assert refusal.value.message == (
        "shop.yaml:25: accounts.Lampeland.connections.Orders.from: is 'Webshop' in the store, and it cannot be changed:"
        " switch this one off, and give the new one another name"
    )


def test_settings_that_make_no_sense_with_the_stored_ones_are_refused(desk: Desk) -> None:
    # Given
    customer = desk.books.put_customer("Diverse kunder")
    desk.edit("        settings:\n", f'        settings:\n          default_customer: "{customer}"\n')
    desk.apply()
    with desk.database.account(1) as c:
        setup.save_settings(c, 1, {**desk.settings(), "customers": "default"}, by="the owner")
    # When
    desk.edit(f'default_customer: "{customer}"', "default_customer:")
    with pytest.raises(Problem) as refusal:
        desk.apply()
    # Then
    assert refusal.value.message == (
        "shop.yaml:22: accounts.Lampeland.connections.Orders.settings: with the stored ones together: customers:"
        " default needs default_customer, a customer's number in the books"
    )


def test_two_of_one_name_in_the_store_are_refused_and_named(desk: Desk) -> None:
    # Given
    desk.apply()
    with desk.database.account(1) as c:
        setup.add_system(c, KEYRING, kind="economic", role="accounting", name="Books", credentials={})
    # When
    with pytest.raises(Problem) as refusal:
        desk.apply()
    # Then
    says = "shop.yaml:10: accounts.Lampeland.systems.Books: the store has 2 systems of this name (ids 2, 3)"
    assert refusal.value.message == f"{says}: rename all but one of them"
    # And the same for accounts
    desk.database.run(lambda c: setup.open_account(c, "Lampeland"), repeat=False)
    with pytest.raises(Problem, match=r"shop.yaml:2: .*2 accounts of this name \(ids 1, 2\)"):
        desk.apply()
