"""An import: orders from before their connection go into the books, each once, and each is accounted for."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

from tests.bulk.rig import MARCH, Bulk
from tests.support.orders import tell, woo_order
from workers import long_hand


def test_orders_from_before_the_start_date_go_into_the_books(bulk: Bulk) -> None:
    # Given orders that were there before, of which one is not to go by the rules, and one cannot
    bulk.put(1, 2)
    bulk.put(3, status="on-hold")
    bulk.put(4, sku="")
    # When March is imported
    run = bulk.finish(bulk.open())
    # Then those that may are in the books, and the others say why not
    assert (run.state, run.total, run.counts) == (
        "done",
        4,
        {"done": 2, "already": 0, "skipped": 1, "failed": 1, "cancelled": 0},
    )
    assert bulk.items(run.id) == {
        "1": ("done", ""),
        "2": ("done", ""),
        "3": ("skipped", "state_not_allowed"),
        "4": ("failed", "missing_product_number"),
    }
    assert bulk.in_books() == {"1": 1, "2": 1}


def test_without_an_import_they_do_not_go(bulk: Bulk) -> None:
    # Given an order from before, when the shop tells of it, then the start date keeps it out
    tell(bulk.line.shop, woo_order(1))
    bulk.work()
    assert bulk.line.state(1) == ("skipped", "before_start_date")
    # And when it is imported, then it goes, though nothing about it is new
    bulk.woo.put_raw_order(woo_order(1), announce=False)
    run = bulk.finish(bulk.open())
    assert (bulk.items(run.id), bulk.in_books()) == ({"1": ("done", "")}, {"1": 1})


def test_only_the_days_and_states_that_were_named(bulk: Bulk) -> None:
    # Given orders of two days in two states; the last hour of a day is the shop owner's, not that of UTC
    bulk.woo.put_raw_order(woo_order(1) | {"date_created_gmt": "2026-03-01T22:59:59"}, announce=False)
    bulk.woo.put_raw_order(woo_order(2) | {"date_created_gmt": "2026-03-01T23:00:00"}, announce=False)
    bulk.woo.put_raw_order(
        woo_order(3, status="completed") | {"date_created_gmt": "2026-03-01T12:00:00"}, announce=False
    )
    # When one day is imported in one state, then only what is both goes
    run = bulk.finish(bulk.open({"from": "2026-03-01", "to": "2026-03-01", "states": ["processing"]}))
    assert bulk.items(run.id) == {"1": ("done", "")}


def test_a_second_import_finds_all_in_the_books_and_sends_nothing(bulk: Bulk) -> None:
    # Given an import that is through
    bulk.put(1, 2)
    bulk.finish(bulk.open())
    sent = len([entry for entry in bulk.line.books.journal.entries() if entry.method != "GET"])
    # When it is done again, then each is told to be there already, and nothing goes out
    run = bulk.finish(bulk.open())
    assert bulk.items(run.id) == {"1": ("already", ""), "2": ("already", "")}
    assert len([entry for entry in bulk.line.books.journal.entries() if entry.method != "GET"]) == sent
    assert bulk.in_books() == {"1": 1, "2": 1}


def test_two_imports_of_the_same_orders_at_once_make_one_document_each(bulk: Bulk) -> None:
    # Given two runs over the same orders, that take turns
    bulk.put(*range(1, 8))
    first, second = bulk.open(), bulk.open()
    for _ in range(20):
        bulk.go(first)
        bulk.go(second)
        bulk.work()
    # Then both end, all orders are accounted for in both, and each is in the books once
    assert (bulk.run(first).state, bulk.run(second).state) == ("done", "done")
    for run in (first, second):
        assert {outcome for outcome, _ in bulk.items(run).values()} <= {"done", "already"}
        assert len(bulk.items(run)) == 7
    assert set(bulk.in_books().values()) == {1}


def test_the_shop_tells_of_the_same_orders_meanwhile(bulk: Bulk) -> None:
    # Given an import that has begun, when the shop tells of its orders, in other words too
    bulk.put(*range(1, 5))
    run = bulk.open()
    bulk.go(run)
    tell(bulk.line.shop, woo_order(1, modified=1))
    tell(bulk.line.shop, woo_order(2, modified=99))
    # Then each is in the books once
    assert bulk.finish(run).done == 4
    tell(bulk.line.shop, woo_order(3, modified=100))
    bulk.work()
    assert bulk.in_books() == {"1": 1, "2": 1, "3": 1, "4": 1}


def test_numbers_are_found_and_what_is_not_there_is_said(bulk: Bulk) -> None:
    # Given orders of which one is asked for by its number, one by no number of the shop, and one by another one's id
    bulk.put(1, 2)
    bulk.woo.put_raw_order(woo_order(7) | {"number": "A-100"}, announce=False)
    # When they are imported by number
    run = bulk.finish(bulk.open({"numbers": ["2", "404", "7", "#x"]}))
    # Then nothing else went, and those that are not there are named
    assert bulk.items(run.id) == {
        "2": ("done", ""),
        "404": ("failed", "number_not_found"),
        "7": ("failed", "number_not_found"),
        "#x": ("failed", "number_not_found"),
    }
    assert bulk.in_books() == {"2": 1}


def test_a_number_that_is_no_id_is_found_where_the_order_is_known(bulk: Bulk) -> None:
    # Given a shop with numbers of its own, that told of an order
    body = woo_order(7) | {"number": "A-100"}
    bulk.woo.put_raw_order(body, announce=False)
    tell(bulk.line.shop, body)
    bulk.work()
    # When it is imported by that number, then it goes
    run = bulk.finish(bulk.open({"numbers": ["A-100"]}))
    assert bulk.items(run.id) == {"A-100": ("done", "")}


def test_an_order_that_gets_behind_the_list_is_found_all_the_same(bulk: Bulk) -> None:
    # Given an import that has listed all orders, while one of another day is dated into its days by hand
    for number in (1, 2):
        changed = {"date_modified_gmt": "2026-06-02T00:00:00"}
        bulk.woo.put_raw_order(woo_order(number) | changed, announce=False)
    bulk.woo.put_raw_order(woo_order(9) | {"date_created_gmt": "2025-01-01T00:00:00"}, announce=False)
    run = bulk.open()
    cursor = {"began": "2026-06-01T00:00:00+00:00", "since": "2026-03-30T00:00:00+00:00"}
    bulk.line.shop.rows("update runs set cursor = %s where id = %s returning id", Jsonb(cursor), run)
    # When it goes on from there, then what changed since it began is looked at once more
    assert set(bulk.items(bulk.finish(run).id)) == {"1", "2"}


def test_a_failed_order_that_is_imported_again_goes(bulk: Bulk) -> None:
    # Given an order that failed in an import
    bulk.put(1, sku="LAMP")
    bulk.line.choose({"create_products": False})
    assert bulk.items(bulk.finish(bulk.open()).id) == {"1": ("failed", "unknown_product")}
    # When the books have its product, and it is imported again, then it goes
    bulk.line.books.put_product("LAMP", group=1)
    run = bulk.finish(bulk.open())
    assert (bulk.items(run.id), run.filter) == ({"1": ("done", "")}, MARCH)


def test_a_shop_that_needs_longer_for_a_page_than_a_turn_lasts_is_imported_page_by_page(
    bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given such a shop, when its run had one turn, then all orders of the page are items, and not the first one alone
    monkeypatch.setattr(long_hand, "SLICE", -1.0)
    bulk.put(1, 2, 3)
    run = bulk.open()
    bulk.go(run)
    assert set(bulk.items(run)) == {"1", "2", "3"}
