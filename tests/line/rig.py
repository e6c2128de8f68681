"""A webshop, books and a worker's tools: everything between a committed transfer and its document."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.economic.sandbox import EconomicSandbox
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.store import owner, setup
from shared.store.claims import Claim
from shared.store.database import Database
from tests.support.shop import KEYRING, Shop, open_shop
from workers.clients import Clients
from workers.hand import Point, Watch
from workers.lanes import Lanes
from workers.main import nobody
from workers.orders import try_order
from workers.products import KnownProducts
from workers.tools import Tools

#: What the tests' owner chooses: products and customers are made where they are missing.
SETTINGS: Mapping[str, Any] = {
    "create_products": True,
    "shipping_product": "FREIGHT",
    "fee_product": "FEE",
    "closing_product": "ROUNDING",
    "books": {"customer_group": 1, "product_group": 1},
}


def books_credentials(books: EconomicSandbox) -> dict[str, str]:
    return {
        "app_secret_token": books.app_secret_token,
        "agreement_grant_token": books.agreement_grant_token,
        "url": books.url,
    }


def shop_credentials(shop: WooCommerceSandbox) -> dict[str, str]:
    return {"url": shop.url, "consumer_key": shop.consumer_key, "consumer_secret": shop.consumer_secret}


@dataclass
class Line:
    """One connection with its books; `work()` is what a worker does when a message comes."""

    database: Database
    books: EconomicSandbox
    woo: WooCommerceSandbox | None
    shop: Shop
    threads: int = 8
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.tools = self.new_tools()

    def new_tools(self) -> Tools:
        """As another worker process has them."""
        return Tools(self.database, Clients(self.database, KEYRING, Lanes(self.threads)), KnownProducts())

    def work(self, number: int | str, *, tools: Tools | None = None, watch: Watch = nobody) -> None:
        """A message about that order."""
        (transfer,) = self.shop.rows("select id from transfers where source_id = %s", str(number))[0]
        try_order(tools or self.tools, self.shop.account, transfer, self.stopping, watch)

    def state(self, number: int | str) -> tuple[str, str]:
        """(state, reason) of that order's transfer."""
        return self.shop.rows("select state, reason from transfers where source_id = %s", str(number))[0]

    def choose(self, settings: Mapping[str, Any]) -> None:
        """Beside SETTINGS, from now on."""
        with self.database.account(self.shop.account) as c:
            setup.save_settings(c, self.shop.connection, {**SETTINGS, **settings}, by="test")

    def misjudge_vat(self) -> None:
        """The books take another VAT rate than the shop, and let nobody see that."""
        self.books.settings.hidden = ("vat-accounts",)
        self.books.put_product("MUG", group=3)

    def judge_vat_well(self) -> None:
        """Their owner has put that right."""
        self.books.put_product("MUG", group=1)

    def said(self, number: int | str) -> str:
        """The last sentence that was written for the owner about that order."""
        rows = self.shop.rows(
            "select convert_from(s.body, 'UTF8') from attempt_stages s join attempts a on a.id = s.attempt_id"
            " join transfers t on t.id = a.transfer_id where t.source_id = %s and s.stage = 'ended' order by s.at",
            str(number),
        )
        return str(rows[-1][0])

    def ask_again(self, number: int | str, *, is_waived: bool = False) -> None:
        """The owner's word."""
        (transfer,) = self.shop.rows("select id from transfers where source_id = %s", str(number))[0]
        with self.database.account(self.shop.account) as c:
            assert owner.ask_again(c, transfer, is_waived=is_waived)

    def let_time_pass(self, seconds: float) -> None:
        """In the store: what was sent, leased or is to wait lies that much further back."""
        for statement in (
            "update documents set first_sent_at = first_sent_at - %(s)s, last_sent_at = last_sent_at - %(s)s,"
            " booking_sent_at = booking_sent_at - %(s)s",
            "update creation_guards set first_sent_at = first_sent_at - %(s)s, last_sent_at = last_sent_at - %(s)s,"
            " held_until = held_until - %(s)s",
            "update transfers set next_attempt_at = next_attempt_at - %(s)s, lease_until = lease_until - %(s)s",
            "update budgets set blocked_until = blocked_until - %(s)s",
        ):
            with self.database.account(self.shop.account) as c:
                c.execute(statement.replace("%(s)s", f"interval '{seconds} s'"))


@contextlib.contextmanager
def line_to(database: Database, *, with_shop: bool = False, threads: int = 8, **settings: Any) -> Iterator[Line]:
    with contextlib.ExitStack() as stack:
        books = stack.enter_context(EconomicSandbox())
        woo = stack.enter_context(WooCommerceSandbox()) if with_shop else None
        shop = open_shop(
            database,
            shop_credentials=shop_credentials(woo) if woo else None,
            books_credentials=books_credentials(books),
            settings={**SETTINGS, **settings},
        )
        line = Line(database, books, woo, shop, threads)
        yield line
        line.tools.clients.close()


class Killed(BaseException):
    """Stands for a process that is gone: nothing in the code catches it."""


def dies_at(point: Point) -> Watch:
    def watch(passed: Point, claim: Claim) -> None:
        if passed is point:
            raise Killed

    return watch
