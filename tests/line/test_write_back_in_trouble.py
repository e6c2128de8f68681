"""Telling the shop fails, and nothing in the books waits for it or is lost by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest

from connectors.woocommerce.client import WooCommerceClient
from shared.store.database import Database
from tests.line.rig import Killed, Line
from tests.line.telling import (
    in_shop,
    let_tell,
    look_again,
    number,
    place_order,
    requests,
    shop_of,
    telling_line,
    work_on,
)
from workers import write_back


@pytest.fixture
def line(store: Database, ingest_port: int) -> Iterator[Line]:
    with telling_line(store, ingest_port) as line:
        yield line


@pytest.mark.parametrize("way", ["note", "field"])
def test_a_key_that_may_only_read_leaves_the_order_done_and_is_said(line: Line, way: str) -> None:
    # Given a key that may not write
    let_tell(line, way)
    order = place_order(shop_of(line))
    shop = shop_of(line)
    key = shop.shop.keys[shop.consumer_key]
    shop.shop.keys.clear()
    shop.shop.keys[key.consumer_key] = type(key)(key.consumer_key, key.consumer_secret, "read")

    # When the order goes, then it is in the books, and what is missing is said
    line.work(order)
    assert (line.state(order), len(line.books.documents())) == (("done", "shop_not_told"), 1)
    assert "The API key may not write" in line.said(order)

    # When the key may write, and the owner asks, then the shop is told
    shop.shop.keys[key.consumer_key] = key
    look_again(line, order)
    assert line.state(order) in (("done", ""), ("done", "already_synced"))
    assert in_shop(line, order) == [f"Invoice {number(line)} in e-conomic (draft)"]


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "answer", "status": 503, "path": "*/notes*"},
        {"kind": "answer", "status": 429, "headers": {"Retry-After": "3600"}, "path": "*/notes*"},
        {"kind": "answer", "status": 401, "path": "*/notes*"},
        {"kind": "drop", "path": "*/notes*"},
        {"kind": "drop_after_commit", "path": "*/notes*", "method": "POST"},
    ],
    ids=["unavailable", "patience", "refused", "silent", "silent afterwards"],
)
def test_a_shop_that_cannot_be_told_holds_up_nothing_in_the_books(line: Line, trouble: dict[str, Any]) -> None:
    # Given a shop in trouble
    let_tell(line, "note")
    orders = [place_order(shop_of(line)), place_order(shop_of(line))]
    shop_of(line).add_fault(**trouble)

    # When orders go, then all of them are done at once, and what is missing is said
    asked = []
    for order in orders:
        line.work(order)
        assert line.state(order) == ("done", "shop_not_told")
        assert "shopledger retry" in line.said(order)
        asked.append(len(requests(line)))
    assert len(line.books.documents()) == 2
    # And the shop is left alone after the first
    assert asked[1] == asked[0] > 0

    # When the shop is well again, and the owner asks, then each is noted once
    shop_of(line).faults.clear()
    for order in orders:
        look_again(line, order)
        assert line.state(order) == ("done", "")
        assert len(in_shop(line, order)) == 1
    assert len(line.books.documents()) == 2


def before(write: Callable[..., None]) -> Callable[..., None]:
    def dies(*_: object) -> None:
        raise Killed

    return dies


def after(write: Callable[..., None]) -> Callable[..., None]:
    def dies(*given: object) -> None:
        write(*given)
        raise Killed

    return dies


@pytest.mark.parametrize("way", ["note", "field"])
@pytest.mark.parametrize("dying", [before, after])
@pytest.mark.parametrize(("status", "expected"), [("processing", "draft"), ("completed", "booked")])
def test_a_worker_that_dies_while_it_tells_has_written_down_the_document(
    line: Line, way: str, dying: Callable[[Callable[..., None]], Callable[..., None]], status: str, expected: str
) -> None:
    # Given a worker that is killed before or after the shop has heard
    let_tell(line, way)
    order = place_order(shop_of(line), status)
    name = f"write_{way}"
    with (
        patch.object(WooCommerceClient, name, dying(getattr(WooCommerceClient, name))),
        pytest.raises(Killed),
    ):
        line.work(order)

    # Then the store knows what is in the books
    [(state, kept)] = line.shop.rows("select state, external_number from documents")
    assert (state, int(kept)) == (expected, number(line))

    # When another one takes it over, then the shop is told once, and the document is the same
    line.let_time_pass(60)
    work_on(line, order)
    assert line.state(order)[0] == "done"
    assert in_shop(line, order) == [f"Invoice {kept} in e-conomic ({expected})"]
    assert number(line) == int(kept)


def test_a_mistake_of_ours_in_telling_is_none_in_the_books(line: Line) -> None:
    let_tell(line, "note")
    order = place_order(shop_of(line))
    with patch.object(write_back, "_write", side_effect=KeyError("planted")):
        line.work(order)
    assert (line.state(order), len(line.books.documents())) == (("done", "shop_not_told"), 1)
    assert "KeyError at" in line.said(order)
    assert "planted" not in line.said(order)
