"""A shop, books and a store, a file that wishes to connect them, and who applies it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from connectors.economic.sandbox import EconomicSandbox
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.domain.findings import Level
from shared.sandbox.journal import EntryKind
from shared.store import inventory
from shared.store.database import Database
from tests.support.servers import DatabaseAddress
from tests.support.shop import KEYRING, SECRET_KEYS
from tools.apply import Applied, Wish, apply
from tools.apply.credentials import Sources
from tools.apply.plan import Act
from tools.apply.read import parse_wish
from tools.apply.telling import lines
from tools.cli.main import shopledger
from tools.cli.place import Place

#: Where nobody listens: the shop's ping fails, and the webhook is made all the same.
INGEST = "http://127.0.0.1:9"
#: All that a shop tells of orders.
TOPICS = ["order.created", "order.deleted", "order.restored", "order.updated"]

FILE = """\
accounts:
  Lampeland:
    systems:
      Webshop:
        kind: woocommerce
        credentials:
          url: {url}
          consumer_key: {{env: WOO_KEY}}
          consumer_secret: {{file: ./woo_secret}}
      Books:
        kind: economic
        credentials:
          app_secret_token: {{env: ECONOMIC_APP}}
          agreement_grant_token: {{env: ECONOMIC_GRANT}}
          url: {books_url}
    connections:
      Orders:
        kind: orders
        from: Webshop
        to: Books
        active: true
        settings:
          allowed_states: [processing, completed]
          shipping_product: "9000"
          closing: exact
          books: {{customer_group: 1, product_group: 1}}
"""


@dataclass
class Desk:
    """Where somebody writes files and applies them. `text` is the file; change it and apply again."""

    database: Database
    woo: WooCommerceSandbox
    books: EconomicSandbox
    folder: Path
    public_url: str | None = INGEST
    environment: dict[str, str] = field(default_factory=dict)
    text: str = ""

    def __post_init__(self) -> None:
        self.text = FILE.format(url=self.woo.url, books_url=self.books.url)
        self.hold(self.woo.consumer_key, self.woo.consumer_secret)
        self.environment["ECONOMIC_APP"] = self.books.app_secret_token
        self.environment["ECONOMIC_GRANT"] = self.books.agreement_grant_token
        self.books.put_product("9000", "Fragt")

    @property
    def place(self) -> Place:
        return Place(self.database, KEYRING, self.public_url, "the test's database")

    def hold(self, key: str, secret: str) -> None:
        """The shop's key, where the file says that it is."""
        self.environment["WOO_KEY"] = key
        (self.folder / "woo_secret").write_text(f"{secret}\n")

    def edit(self, old: str, new: str) -> None:
        assert old in self.text
        self.text = self.text.replace(old, new)

    def wish(self) -> Wish:
        return parse_wish(self.text.encode(), "shop.yaml", Sources(self.environment, self.folder))

    def apply(self, *, check_all: bool = False) -> Applied:
        return apply(self.place, self.wish(), check_all=check_all)

    def rows(self, statement: str, account: str = "Lampeland") -> Sequence[tuple[Any, ...]]:
        """What that account sees, which must be the only one of its name."""
        (found,) = [one for one in inventory.accounts(self.database) if one.name == account]
        with self.database.account(found.id) as connection:
            return connection.execute(statement).fetchall()

    def settings(self) -> dict[str, Any]:
        """The newest ones of the one connection."""
        rows = self.rows("select settings from connection_settings order by version desc limit 1")
        settings: dict[str, Any] = rows[0][0]
        return settings

    def webhooks(self) -> list[tuple[str, str]]:
        """(topic, status) of all that the shop has."""
        return sorted((webhook.topic, webhook.status) for webhook in self.woo.shop.webhooks.values())

    def changes(self) -> list[str]:
        """What was asked of both systems that is more than reading, since the journals were cleared."""
        entries = [*self.woo.journal.entries(EntryKind.REQUEST), *self.books.journal.entries(EntryKind.REQUEST)]
        return [f"{entry.method} {entry.path}" for entry in entries if entry.method != "GET"]

    def clear(self) -> None:
        self.woo.journal.clear()
        self.books.journal.clear()


@dataclass
class Operator:
    desk: Desk
    database: DatabaseAddress

    @property
    def file(self) -> Path:
        return self.desk.folder / "shop.yaml"

    def run(self, *arguments: str, stdin: str | None = None, **more: str | None) -> Result:
        """`shopledger apply`. Nothing that it prints holds a secret, whatever comes of it."""
        self.file.write_text(self.desk.text)
        env: dict[str, str | None] = {
            **self.desk.environment,
            "SHOPLEDGER_DATABASE_URL": self.database.app_url,
            "SHOPLEDGER_SECRET_KEYS": SECRET_KEYS,
            "SHOPLEDGER_PUBLIC_URL": INGEST,
            **more,
        }
        result = CliRunner().invoke(shopledger, ["apply", *arguments], env=env, input=stdin, prog_name="shopledger")
        assert not [name for name, secret in self.secrets().items() if secret in result.output]
        return result

    def secrets(self) -> dict[str, str]:
        written = (self.desk.folder / "woo_secret").read_text().strip()
        webhooks = {f"webhook {one.id}": one.secret for one in self.desk.woo.shop.webhooks.values()}
        return {**self.desk.environment, "woo_secret": written, **webhooks}


@contextlib.contextmanager
def desk_with(database: Database, folder: Path) -> Iterator[Desk]:
    with WooCommerceSandbox() as woo, EconomicSandbox() as books:
        yield Desk(database, woo, books, folder)


def counted(applied: Applied) -> tuple[int, int, int]:
    """Created, changed, as they were."""
    assert applied.done is not None
    steps = applied.done.steps
    return steps[Act.CREATE], steps[Act.CHANGE], steps[Act.NOTHING]


def changed(applied: Applied) -> dict[str, list[str]]:
    """What changes, by the name of what it is."""
    return {line.name: list(line.changes) for line in lines(applied.plan) if line.act is Act.CHANGE}


def failing(applied: Applied) -> list[str]:
    """What fails, and what to do about it."""
    looked = [one for one in applied.plan.looked if one.finding.level is Level.FAILING]
    assert all(one.finding.remedy for one in looked)
    return [f"{one.system}: {one.finding.about}: {one.finding.says}" for one in looked]


def warnings(applied: Applied) -> list[str]:
    return [one.finding.says for one in applied.plan.looked if one.finding.level is Level.WARNING]


def choose(desk: Desk, *settings: str) -> None:
    """Beside what the file chooses."""
    desk.edit("        settings:\n", "        settings:\n" + "".join(f"          {setting}\n" for setting in settings))


def nothing_was_written(desk: Desk) -> bool:
    there = desk.database.run(lambda c: c.execute("select * from accounts_there_are()").fetchall())
    return not there and not desk.webhooks()
