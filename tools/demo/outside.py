"""The two ends of the demo: an imitated shop and imitated books, and the file that connects them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.economic.sandbox import EconomicSandbox
from connectors.woocommerce.sandbox import WooCommerceSandbox

ACCOUNT = "Lampeland"
#: The product that the bookkeeper has barred.
BARRED = "LAMP-1962"
#: Groups of products in the books: with 25 % VAT, with 12 %, for what has none.
STANDARD, WITHOUT_VAT, REDUCED = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Ware:
    number: str
    name: str
    #: In the shop, VAT included.
    price: Decimal
    tax_class: str = ""


#: Prices whose net is whole cents: what they come to is not in question here.
WARES = (
    Ware("LAMP-0107", "Bordlampe Fjord, messing", Decimal("749.00")),
    Ware("LAMP-0212", "Pendel Måne Ø40", Decimal("1295.00")),
    Ware("BULB-E27", "LED-pære E27 8 W", Decimal("49.95")),
    Ware("CORD-3M", "Stofledning 3 m, petrol", Decimal("129.00")),
    Ware("SHADE-22", "Lampeskærm plisseret 22 cm", Decimal("379.50")),
    Ware("CLIP-5", "Ledningsclips, 5 stk.", Decimal("24.95")),
)
BARRED_WARE = Ware(BARRED, "Arkitektlampe 1962", Decimal("2195.00"))
#: Sold to Sweden, where books have a lower rate; its price is net.
BOOK = Ware("BOOK-LYS", "Bogen om lys", Decimal("200.00"), "reduced-rate")
#: 9.02 with 25 % VAT is no net price in whole cents: 7.22 and 25 % are 9.03. Two lines of a cent each close it.
CENT_TRAP = Ware("TRAP-902", "Sikring 6 A", Decimal("9.02"))

FILE = """\
# What the demo connects, in the form in which you connect your own shop: see docs/apply.md.
accounts:
  {account}:
    systems:
      Webshop:
        kind: woocommerce
        credentials:
          url: {shop}
          consumer_key: {{file: secrets/consumer_key}}
          consumer_secret: {{file: secrets/consumer_secret}}
      Books:
        kind: economic
        credentials:
          url: {books}
          app_secret_token: {{file: secrets/app_secret_token}}
          agreement_grant_token: {{file: secrets/agreement_grant_token}}
    connections:
      Orders:
        kind: orders
        from: Webshop
        to: Books
        active: true
        settings:
          allowed_states: [processing, completed]
          document: invoice
          shipping_product: FREIGHT
          closing_product: CENTS
          products_by_rate: {{closing: {{"25": CENTS-VAT}}}}
          books: {{customer_group: 1, product_group: {group}, unit: 1}}
"""


#: Seconds that the shop may take to tell all that happened so far.
TOLD_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Outside:
    shop: WooCommerceSandbox
    books: EconomicSandbox

    def orders(self) -> dict[str, dict[str, Any]]:
        """The bodies of all orders that the shop has now, whoever placed them, by its ids of them."""
        shop = self.shop.shop
        with shop.lock:
            return {str(key): dict(body) for key, body in shop.orders.items()}

    def order(self, key: str) -> dict[str, Any] | None:
        """None where it was deleted for good."""
        shop = self.shop.shop
        with shop.lock:
            return next((dict(body) for at, body in shop.orders.items() if str(at) == key), None)

    def is_told(self) -> bool:
        """Whether the shop has nothing more to tell of what happened so far."""
        try:
            self.shop.drain(timeout=0.0)
        except TimeoutError:
            return False
        return True

    @contextlib.contextmanager
    def losing_webhooks(self) -> Iterator[None]:
        """What happens in the shop meanwhile is told to nobody; what happened before is told first."""
        self.shop.drain(TOLD_WITHIN)
        self.shop.shop.settings.lost = 1.0
        try:
            yield
            self.shop.drain(TOLD_WITHIN)
        finally:
            self.shop.shop.settings.lost = 0.0

    def silent_webhooks(self) -> list[str]:
        """The topics of which the shop tells no more: it has switched their webhooks off, or somebody has."""
        shop = self.shop.shop
        with shop.lock:
            return sorted({webhook.topic for webhook in shop.webhooks.values() if webhook.status != "active"})

    def write_file(self, folder: Path) -> Path:
        """The file for `apply`; its secrets lie beside it."""
        secrets = folder / "secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        for name, value in (
            ("consumer_key", self.shop.consumer_key),
            ("consumer_secret", self.shop.consumer_secret),
            ("app_secret_token", self.books.app_secret_token),
            ("agreement_grant_token", self.books.agreement_grant_token),
        ):
            (secrets / name).write_text(value)
        path = folder / "shop.yaml"
        path.write_text(FILE.format(account=ACCOUNT, shop=self.shop.url, books=self.books.url, group=STANDARD))
        return path


@contextlib.contextmanager
def outside() -> Iterator[Outside]:
    """Both are gone afterwards, with all that happened in them."""
    with WooCommerceSandbox() as shop, EconomicSandbox() as books:
        for ware in (*WARES, BARRED_WARE, BOOK, CENT_TRAP):
            shop.put_product(name=ware.name, sku=ware.number, price=str(ware.price), tax_class=ware.tax_class)
            group = REDUCED if ware.tax_class else STANDARD
            books.put_product(ware.number, ware.name, group=group, barred=ware.number == BARRED)
        books.put_product("FREIGHT", "Fragt", group=STANDARD)
        books.put_product("CENTS", "Afrunding uden moms", group=WITHOUT_VAT)
        books.put_product("CENTS-VAT", "Afrunding", group=STANDARD)
        yield Outside(shop, books)
