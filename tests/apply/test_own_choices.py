"""Choices, fields and groups that make no sense are told with their line; the books say what they do not have."""

from __future__ import annotations

import pytest

from connectors.economic.sandbox.furniture import Layout
from shared.sandbox.journal import EntryKind
from shared.store import setup
from tests.apply.rig import Desk, choose, failing, nothing_was_written, warnings
from tools.apply import plan
from tools.cli.problems import Problem

SETTINGS = "accounts.Lampeland.connections.Orders.settings"
OF_THE_BOOKS = "layout, payment_terms, vat_zone, customer_group, product_group, unit"
FIELDS = (
    "heading, text_1, text_2, delivery_terms, delivery_date, ean, public_entry_number, mobile_phone, nemhandel_type,"
    " sales_person, vendor_reference, project, reference"
)
NO_GROUP = "nothing says in which group: name"


def complaints(desk: Desk) -> list[str]:
    """Of a plan, for which nobody was asked."""
    desk.clear()
    with pytest.raises(Problem) as refused:
        plan(desk.place, desk.wish())
    assert desk.books.journal.entries(EntryKind.REQUEST) == []
    return str(refused.value).splitlines()


def asked_for(desk: Desk, path: str) -> int:
    return sum(entry.path.endswith(path) for entry in desk.books.journal.entries(EntryKind.REQUEST))


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (
            "choices: {payment_term: [{use: 3}]}",
            "choices.payment_term: these books have no such setting to choose; there are:"
            f" {OF_THE_BOOKS}, document (did you mean payment_terms?)",
        ),
        (
            "choices: {layout: [{when: {fact: country, is: SE}, use: 19}, {use: English}]}",
            "choices.layout.use: 'English' is no value of layout: it must be a whole number",
        ),
        (
            "choices: {unit: [{use: 0}]}",
            "choices.unit.use: 0 is no value of unit: it must be greater than or equal to 1",
        ),
        (
            "fields: {eann: {fact: number}}",
            f"fields.eann: there is no such field, did you mean ean?; there are {FIELDS}",
        ),
        (
            "fields: {project: [{fact: total}, {const: none}]}",
            "fields.project: row 2: the constant 'none' does not fit: what stands there is no number",
        ),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line_and_nobody_is_asked(desk: Desk, setting: str, says: str) -> None:
    choose(desk, setting)
    line = desk.text.splitlines().index(f"          {setting}") + 1
    assert complaints(desk) == [f"shop.yaml:{line}: {SETTINGS}.{says}"]


def test_each_mistake_is_told_on_the_line_of_its_own_row(desk: Desk) -> None:
    # Given two rows with values that no setting can have, and a field that is not there
    choose(
        desk,
        "choices:",
        "  payment_terms:",
        "    - when: {fact: country, is: SE}",
        "      use: cash",
        "    - use: net",
        "fields:",
        "  headline: null",
    )
    # When, then
    begins = desk.text.splitlines().index("          choices:") + 1
    assert [said.split(": ")[0] for said in complaints(desk)] == [
        f"shop.yaml:{begins + 3}",
        f"shop.yaml:{begins + 4}",
        f"shop.yaml:{begins + 6}",
    ]


def test_a_document_is_chosen_by_state_or_by_condition_and_not_by_both(desk: Desk) -> None:
    # Given an owner who chooses it by a condition
    choose(desk, "choices: {document: [{when: {fact: buyer, is: business}, use: order}]}")
    assert desk.apply().done is not None
    # When he lets it go by states later, in a file that says nothing of the choice any more
    desk.edit("          choices: {document: [{when: {fact: buyer, is: business}, use: order}]}\n", "")
    desk.edit("allowed_states: [processing, completed]", "by_state: {processing: {}}\n          allowed_states:")
    # Then that is refused, and the setting is named that stands in the store
    (says,) = complaints(desk)
    assert says.startswith("shop.yaml:22: ")
    assert "choices.document: by_state says for each state what is made: leave one of them out" in says


def test_values_of_choices_that_the_books_do_not_have_are_named_with_those_that_there_are(desk: Desk) -> None:
    # Given a layout that was deleted, terms with a due date, and a group that was never there
    choose(
        desk,
        "choices:",
        "  layout: [{when: {fact: country, is: DK}, use: 19}, {use: 20}]",
        "  payment_terms: [{when: {fact: is_paid, is: true}, use: 2}, {use: customer}]",
        "  customer_group: [{when: {fact: country, is: SE}, use: 2}, {use: 7}]",
    )
    # When
    applied = desk.apply()
    # Then
    assert sorted(failing(applied)) == [
        "Books: settings: choices.customer_group: e-conomic has no customer group 7.",
        "Books: settings: choices.layout: e-conomic has no layout 20.",
        "Books: settings: choices.payment_terms: payment terms 2 ask for a due date, which a shop's order has not.",
    ]
    (remedy,) = [one.finding.remedy for one in applied.plan.looked if "customer group 7" in one.finding.says]
    assert remedy == "Choose one that is there: 1 (Danske kunder), 2 (Udenlandske kunder)."
    assert nothing_was_written(desk)


def test_values_that_come_again_cost_nothing(desk: Desk) -> None:
    # Given a connection, and rows that name the settings' own group, and two layouts in three rows
    desk.apply()
    desk.books.books.layouts[5] = Layout(5, "English")
    rows = ", ".join(f"{{when: {{fact: country, is: {country}}}, use: {use}}}" for country, use in _LAYOUTS)
    choose(desk, "choices:", f"  layout: [{rows}]", "  customer_group: [{use: 1}]")
    # When
    desk.clear()
    assert desk.apply().done is not None
    # Then each value was asked for once, and the layout of all other orders
    assert (asked_for(desk, "/layouts"), asked_for(desk, "/customer-groups")) == (3, 1)


_LAYOUTS = [("SE", 5), ("NO", 5), ("DE", 19)]


def test_a_layout_of_a_choice_that_was_deleted_later_is_found_on_demand(desk: Desk) -> None:
    # Given
    desk.books.books.layouts[5] = Layout(5, "English")
    choose(desk, "choices: {layout: [{when: {fact: country, is: SE}, use: 5}]}")
    assert desk.apply().done is not None
    # When
    desk.books.books.layouts[5] = Layout(5, "English", deleted=True)
    # Then
    assert failing(desk.apply(check_all=True)) == ["Books: settings: choices.layout: e-conomic has no layout 5."]


@pytest.mark.parametrize("setting", ["create_products", "create_customers"])
def test_what_is_to_be_made_needs_a_group(desk: Desk, setting: str) -> None:
    # Given an owner who says that it is made, and not in which group
    group = setting.replace("create_", "").removesuffix("s") + "_group"
    choose(desk, f"{setting}: true")
    desk.edit(f"{group}: 1", f"{group}: null")
    # When, then
    line = desk.text.splitlines().index(f"          {setting}: true") + 1
    assert complaints(desk) == [
        f"shop.yaml:{line}: {SETTINGS}.{setting}: {NO_GROUP} {group} under books, choose it by choices.{group}, or set"
        f" {setting}: false"
    ]
    # And when a choice names one for all orders, it goes, also for a product of the settings that is still to be made
    choose(desk, f"choices: {{{group}: [{{when: {{fact: country, is: SE}}, use: 2}}, {{use: 1}}]}}")
    if setting == "create_products":
        desk.edit('shipping_product: "9000"', 'shipping_product: "9009"')
    applied = desk.apply()
    assert (failing(applied), warnings(applied)) == ([], [])


def test_a_group_that_is_taken_away_later_is_missed(desk: Desk) -> None:
    # Given
    choose(desk, "create_products: true")
    desk.apply()
    # When the file names only what it changes
    desk.edit("          create_products: true\n", "")
    desk.edit("product_group: 1", "product_group: null")
    # Then
    (says,) = complaints(desk)
    assert f"{SETTINGS}: create_products: {NO_GROUP} product_group" in says


def test_a_choice_of_a_group_that_leaves_some_orders_out_is_a_warning(desk: Desk) -> None:
    # Given
    choose(desk, "create_products: true", "choices: {product_group: [{when: {fact: country, is: SE}, use: 2}]}")
    desk.edit("product_group: 1", "product_group: null")
    # When, then
    applied = desk.apply()
    assert applied.done is not None
    assert warnings(applied) == [
        "create_products: none can be made for orders for which no row of choices.product_group holds."
    ]


def test_customers_who_are_all_one_need_no_group(desk: Desk) -> None:
    # Given
    one = desk.books.put_customer("Webshop")
    choose(desk, "customers: default", f'default_customer: "{one}"')
    desk.edit("customer_group: 1, ", "")
    # When, then
    applied = desk.apply()
    assert (failing(applied), warnings(applied)) == ([], [])


def test_customers_who_are_found_by_phone_need_a_group_as_others_do(desk: Desk) -> None:
    choose(desk, "customers: by_phone")
    desk.edit("customer_group: 1, ", "")
    (says,) = warnings(desk.apply())
    assert says.startswith("create_customers: none can be made.")


def test_settings_of_before_that_make_no_sense_any_more_are_told_on_demand(desk: Desk) -> None:
    # Given settings that an earlier release let pass
    desk.edit(", product_group: 1", "")
    desk.apply()
    ((account, connection),) = desk.rows("select account_id, id from connections")
    with desk.database.account(account) as c:
        setup.save_settings(c, connection, {**desk.settings(), "create_products": True}, by="test")
    # When nothing is to be changed, then nothing stands in the way; but whoever asks is told
    assert desk.apply().done is not None
    applied = desk.apply(check_all=True)
    (says,) = failing(applied)
    assert says.startswith(f"Books: settings: create_products: {NO_GROUP} product_group")


def test_a_fallback_product_is_there_and_open_even_where_others_would_be_made(desk: Desk) -> None:
    # Given
    choose(desk, "create_products: true", "fallback_product: OTHER")
    # When the books do not have it, then it fails, for it is never made
    assert failing(desk.apply()) == ["Books: settings: fallback_product: the books have no product OTHER."]
    # When they have barred it
    desk.books.put_product("OTHER", barred=True)
    assert failing(desk.apply()) == ["Books: settings: fallback_product: the product OTHER is barred in the books."]
    # When it cannot be sold in the zone of the documents
    desk.books.put_product_group(7, {})
    desk.books.put_product("OTHER", group=7)
    (says,) = failing(desk.apply())
    assert says.startswith("Books: settings: fallback_product: Product OTHER is in product group 7, which has no sales")
    # When it is as it should be, with whatever rate
    desk.books.put_product("OTHER", group=3)
    applied = desk.apply()
    assert applied.done is not None
    assert (failing(applied), warnings(applied)) == ([], [])


def test_books_that_hide_their_rates_say_nothing_of_a_fallback(desk: Desk) -> None:
    desk.books.put_product("OTHER")
    desk.books.settings.hidden = ("vat-accounts",)
    choose(desk, "fallback_product: OTHER")
    applied = desk.apply()
    assert (failing(applied), warnings(applied)) == ([], [])


def test_books_that_stop_answering_while_choices_are_looked_at_keep_the_file_back(desk: Desk) -> None:
    # Given books that answer for the settings' own, and do not tell their units
    choose(desk, "choices: {unit: [{when: {fact: country, is: SE}, use: 1}, {use: 2}]}")
    desk.books.add_fault(kind="answer", status=503, path="*/units*")
    # When, then that is told once
    applied = desk.apply()
    assert applied.done is None
    (says,) = failing(applied)
    assert says == "Books: e-conomic: e-conomic is not available just now."
