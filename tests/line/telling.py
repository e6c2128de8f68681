"""A connection whose shop tells ingest of its orders, and may be told of their documents."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.sandbox.journal import Entry
from shared.store.database import Database
from tests.line.rig import Line, line_to

BY_STATE = {
    "on-hold": {"document": "order"},
    "processing": {"document": "invoice"},
    "completed": {"document": "invoice", "book": True},
}
FIELD = "_shopledger_document"
WRITES = ("POST", "PUT")


@contextlib.contextmanager
def telling_line(store: Database, ingest_port: int, by_state: Mapping[str, Any] = BY_STATE) -> Iterator[Line]:
    """Whether the shop is told anything itself is chosen by `let_tell`."""
    with line_to(store, with_shop=True, by_state=by_state) as line:
        for topic in ("order.created", "order.updated"):
            public_id = line.shop.add_webhook(topic, f"secret of {topic}")
            url = f"http://127.0.0.1:{ingest_port}/webhooks/{public_id}"
            shop_of(line).put_webhook(topic=topic, delivery_url=url, secret=f"secret of {topic}")
        yield line


def shop_of(line: Line) -> WooCommerceSandbox:
    assert line.woo is not None
    return line.woo


def let_tell(line: Line, way: str) -> None:
    line.choose({"by_state": BY_STATE, "write_back": way})


def place_order(shop: WooCommerceSandbox, status: str = "processing") -> int:
    """An order that ingest was told of."""
    placed = shop.put_order(
        status=status,
        lines=[{"name": "Bordlampe", "sku": "LAMP-0107", "price": "749.00"}],
        billing={"first_name": "Mette", "last_name": "Holm", "email": "mette@lampeland.example", "country": "DK"},
    )
    shop.drain()
    return int(placed["id"])


def change(shop: WooCommerceSandbox, order: int, *, seconds: float = 5, **fields: Any) -> None:
    """Returns when the shop has told of it."""
    shop.advance_clock(seconds)
    shop.change_order(order, **fields)
    shop.drain()


def look_again(line: Line, order: int) -> None:
    """On the owner's word."""
    line.ask_again(order)
    work_on(line, order)


def work_on(line: Line, order: int) -> None:
    """Until the shop's news of what we wrote ourselves are handled, too."""
    for _ in range(3):
        line.work(order)
        shop_of(line).drain()


def in_shop(line: Line, order: int) -> Sequence[str]:
    """What was written beside an order, oldest first."""
    shop = shop_of(line)
    notes = [str(note["note"]).removeprefix("shopledger: ") for note in shop.notes(order)]
    return notes + [row["value"] for row in shop.order(order)["meta_data"] if row["key"] == FIELD]


def written(line: Line) -> int:
    """How often the shop was written to."""
    return sum(entry.method in WRITES for entry in requests(line))


def requests(line: Line) -> Sequence[Entry]:
    return [entry for entry in shop_of(line).journal.entries() if entry.path.startswith("/wp-json/")]


def number(line: Line) -> int:
    """Of the one document in the books."""
    [document] = line.books.documents()
    return int(document.number)
