"""Shops and books: keys, roles, modules, webhooks, settings; and that one in trouble hides no other."""

from __future__ import annotations

import time

import pytest
from psycopg.errors import QueryCanceled

from connectors.economic.client import EconomicClient
from connectors.economic.sandbox import Role
from connectors.woocommerce.sandbox.state import Webhook
from shared.sealing import Keyring
from shared.store.database import Database
from shared.store.inventory import StoredAccount
from tests.apply.rig import INGEST, TOPICS
from tests.doctor.rig import Clinic
from tools.doctor import command, patience
from tools.doctor.account import Seen, see

SHOP, BOOKS = "Lampeland: Webshop (WooCommerce)", "Lampeland: Books (e-conomic)"


def webhook(clinic: Clinic, topic: str) -> Webhook:
    return next(one for one in clinic.desk.woo.shop.webhooks.values() if one.topic == topic)


def test_another_ring_of_keys(clinic: Clinic) -> None:
    # Given the credentials sealed under a key that is not in the ring any more
    ring = clinic.environment["SHOPLEDGER_SECRET_KEYS"]
    clinic.environment["SHOPLEDGER_SECRET_KEYS"] = ring.replace("test:", "new:")
    # Then both are told, with what brings them back
    report = clinic.examine()
    assert report.exit_code == 1
    assert [line.part for line in report.of("failing")] == [SHOP, BOOKS]
    for line in report.of("failing"):
        assert line.says.startswith("They cannot be opened: SHOPLEDGER_SECRET_KEYS lacks 'test'")
        assert "Put the key back into SHOPLEDGER_SECRET_KEYS" in line.remedy
        assert "`shopledger apply FILE`" in line.remedy


def test_a_key_that_was_deleted_in_the_shop(clinic: Clinic) -> None:
    # Given
    clinic.desk.woo.shop.keys.clear()
    # Then the books are looked at all the same, and the shop's webhooks are not asked for in vain
    report = clinic.examine()
    line = report.the("failing")
    assert (line.part, line.about) == (SHOP, "credentials")
    assert "Read/Write" in line.remedy
    assert report.of("ok", BOOKS) != []


def test_a_key_that_may_only_read_is_a_warning(clinic: Clinic) -> None:
    # Given webhooks that were made before the key lost the right to write
    clinic.allow("read")
    # Then
    line = clinic.examine().the("warning")
    assert (line.part, line.about) == (SHOP, "rights")
    # And without webhooks it stays one: orders are found, only later
    clinic.desk.woo.shop.webhooks.clear()
    report = clinic.examine()
    assert report.exit_code == 0
    rights, webhooks = report.of("warning")
    assert webhooks.about == "webhooks"
    assert "right to write" in webhooks.remedy
    assert "Read/Write" in rights.remedy


@pytest.mark.parametrize(
    ("trouble", "about", "remedy"),
    [
        (lambda books: books.revoke_grant(), "credentials", "approve the app again"),
        (lambda books: setattr(books.settings, "role", Role.BOOKKEEPING), "rights", "the role Sales or SuperUser"),
        (lambda books: setattr(books.settings, "missing_modules", ["customers"]), "rights", "Add the module"),
    ],
    ids=["grant", "role", "module"],
)
def test_what_the_books_do_not_let_us_do(clinic: Clinic, trouble: object, about: str, remedy: str) -> None:
    # Given
    assert callable(trouble)
    trouble(clinic.desk.books)
    # Then
    line = clinic.examine().the("failing")
    assert (line.part, line.about) == (BOOKS, about)
    assert remedy in line.remedy


def test_webhooks_that_do_not_tell_us_are_named_by_what_is_wrong(clinic: Clinic) -> None:
    # Given one deleted, one disabled after its seventh failure, and one whose secret cannot be opened
    shop = clinic.desk.woo.shop
    del shop.webhooks[webhook(clinic, "order.created").id]
    webhook(clinic, "order.updated").status = "disabled"
    clinic.change("update subscriptions set secrets = array['x'::bytea] where topic = 'order.deleted'")
    # Then each is told
    report = clinic.examine()
    told = {line.says: line.remedy for line in report.of("failing", SHOP)}
    assert list(told) == [
        "order.created: the shop does not have it any more; these do not reach us.",
        "order.updated: the shop has it as disabled; these do not reach us.",
        "order.deleted: its secret cannot be opened with these SHOPLEDGER_SECRET_KEYS; these do not reach us.",
    ]
    assert set(told.values()) == {"Let it be put right: `shopledger apply FILE`."}
    # And what it says to do puts it right
    assert clinic.desk.apply().done is not None
    assert clinic.examine().exit_code == 0


def test_webhooks_at_another_address_are_one_line(clinic: Clinic) -> None:
    # Given webhooks that go where ingest was before
    now = clinic.desk.public_url
    clinic.desk.public_url = INGEST
    clinic.desk.apply()
    clinic.desk.public_url = now
    # Then
    line = clinic.examine().the("failing")
    assert all(topic in line.says for topic in TOPICS)
    assert "it delivered to another address" in line.says


def test_a_webhook_that_is_there_twice_only_costs_time(clinic: Clinic) -> None:
    # Given
    ours = webhook(clinic, "order.created")
    clinic.desk.woo.put_webhook(topic=ours.topic, delivery_url=ours.delivery_url, secret=ours.secret)
    clinic.desk.woo.drain()
    # Then
    line = clinic.examine().the("warning")
    assert line.says == "order.created: the shop has more than one, and tells us twice."


def test_settings_that_name_a_product_the_books_do_not_have(clinic: Clinic) -> None:
    # Given
    clinic.desk.books.delete_product("9000")
    # Then
    line = clinic.examine().the("failing")
    assert (line.part, line.about) == (BOOKS, "settings")
    assert line.says == "shipping_product: the books have no product 9000."


def test_a_closing_product_whose_group_was_changed_since(clinic: Clinic) -> None:
    # Given a product without VAT for what closes documents
    clinic.desk.books.put_product("CENTS", group=2)
    clinic.desk.edit("        settings:\n", "        settings:\n          closing_product: CENTS\n")
    assert clinic.desk.apply().done is not None
    assert clinic.examine().exit_code == 0
    # When somebody gives it a group with VAT
    clinic.desk.books.put_product("CENTS", group=1)
    # Then
    line = clinic.examine().the("failing")
    assert (line.part, line.about) == (BOOKS, "settings")
    assert line.says == (
        "closing_product: the product CENTS has 25 % VAT in VAT zone 1 of the books, and must have 0 % VAT."
    )
    assert line.remedy == "Give it a product group with 0 % VAT there, or name another product."
    # And where nobody may see the rates, that is a warning
    clinic.desk.books.settings.hidden = ("vat-accounts",)
    line = clinic.examine().the("warning")
    assert line.remedy.endswith("whether these have what they must have: CENTS 0 % VAT.")


def test_a_state_whose_plugin_was_switched_off_is_told_of_connections_that_are_on(clinic: Clinic) -> None:
    # Given a state that the shop had when the file was applied
    clinic.desk.woo.put_order_state("packed", "Pakket")
    clinic.desk.edit("[processing, completed]", "[packed, completed]")
    assert clinic.desk.apply().done is not None
    assert clinic.examine().exit_code == 0
    # When its plugin is switched off
    clinic.desk.woo.delete_order_state("packed")
    # Then
    line = clinic.examine().the("failing")
    assert (line.part, line.about) == (SHOP, "settings")
    assert line.says.startswith(
        "allowed_states: the shop has no state 'packed'; there are: pending (Pending payment), "
    )
    assert "while the plugin is active" in line.remedy
    # And of a connection that is off nothing is said
    clinic.change("update connections set active = false")
    assert clinic.examine().exit_code == 0


def test_a_key_that_may_not_see_the_states_of_orders_is_a_warning(clinic: Clinic) -> None:
    # Given
    denied = '{"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 403}}'
    clinic.desk.woo.add_fault(kind="answer", status=403, body=denied, path="*/reports/*")
    # Then
    line = clinic.examine().the("warning")
    assert (line.part, line.about) == (SHOP, "settings")
    assert "administrator or shop manager" in line.says


@pytest.mark.parametrize(
    ("settings", "where"), [('{"document": "letter"}', "document"), ('{"books": {"layout": 0}}', "layout")]
)
def test_settings_that_nobody_can_work_with(clinic: Clinic, settings: str, where: str) -> None:
    # Given what an older version, or a hand, left there
    clinic.change("update connection_settings set settings = %s::jsonb", settings)
    # Then the connection is named, and all else is looked at
    report = clinic.examine()
    line = report.the("failing")
    assert (line.part, line.about) == ("Lampeland: connections", "connection Orders")
    assert line.says.startswith(f"Its settings are wrong ({where}: ")
    assert report.of("ok", BOOKS) != []


def test_a_system_whose_connector_is_not_installed(clinic: Clinic) -> None:
    # Given a version that does not know the shop's system
    clinic.change("update systems set kind = 'shopware' where role = 'webshop'")
    # Then
    report = clinic.examine()
    line = report.the("failing")
    assert (line.part, line.about) == ("Lampeland: Webshop (shopware)", "connector")
    assert "no connector 'shopware'" in line.says
    assert "Install the version of shopledger that has it" in line.remedy


@pytest.mark.parametrize(
    ("credentials", "says"),
    [
        (None, "There are none."),
        ({"url": "https://shop.example"}, "They are not as this version needs them (consumer_key, consumer_secret)."),
    ],
    ids=["none", "not all"],
)
def test_credentials_that_are_missing(clinic: Clinic, credentials: dict[str, str] | None, says: str) -> None:
    # Given
    clinic.store_credentials("webshop", credentials)
    # Then
    line = clinic.examine().the("failing")
    assert (line.part, line.about, line.says) == (SHOP, "credentials", says)


def test_one_account_in_trouble_hides_no_other(clinic: Clinic) -> None:
    # Given a second account, and the first one's credentials gone, and its settings broken
    clinic.open_account("Nordlys")
    clinic.change("update systems set credentials = null where account_id = 1")
    clinic.change("update connection_settings set settings = '{\"document\": 1}' where account_id = 1")
    # Then each account is told of
    report = clinic.examine()
    assert {line.part.partition(":")[0] for line in report.of("failing")} == {"Lampeland"}
    assert [line.about for line in report.of("ok", "Nordlys: Webshop")] == [
        "credentials",
        "rights",
        "clock",
        "version",
        "webhooks",
    ]
    assert len(report.of("ok", "Nordlys: Books")) == 3


def test_an_account_that_cannot_be_read_hides_no_other(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a second account, and PostgreSQL that takes too long over the first one
    clinic.open_account("Nordlys")

    def slow(database: Database, keyring: Keyring | None, account: StoredAccount) -> Seen:
        if account.name == "Lampeland":
            raise QueryCanceled
        return see(database, keyring, account)

    monkeypatch.setattr(command, "see", slow)
    # Then
    report = clinic.examine()
    line = report.the("failing")
    assert (line.part, line.says) == ("Lampeland", "PostgreSQL refuses to be read (QueryCanceled).")
    assert report.of("ok", "Nordlys: Books") != []


def test_a_shop_that_hangs_is_left_behind_and_comes_last(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a shop that takes the call and says nothing for a minute
    monkeypatch.setattr(patience, "LONGEST", 1.0)
    clinic.desk.woo.add_fault(kind="latency", seconds=60)
    # When
    began = time.monotonic()
    report = clinic.examine()
    took = time.monotonic() - began
    clinic.desk.woo.faults.clear()
    # Then it is told within its time, and everything else is there
    assert took < 10
    line = report.the("failing")
    assert (line.part, line.about) == (SHOP, "answer")
    assert "did not answer all questions within" in line.says
    assert [part["part"] for part in report.parts] == [
        "database",
        "RabbitMQ",
        "way in",
        "Lampeland: connections",
        SHOP,
        BOOKS,
    ]


def test_a_mistake_of_ours_in_one_system_is_told_and_stops_nothing(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a connector with a mistake, whose message would tell a secret
    def breaks(_: EconomicClient) -> None:
        raise KeyError("PLANTED")

    monkeypatch.setattr(EconomicClient, "check", breaks)
    # Then
    report = clinic.examine()
    line = report.the("failing")
    assert (line.part, line.says) == (BOOKS, "It could not be looked at: a mistake of ours (KeyError).")
    assert "PLANTED" not in report.output
    assert report.of("ok", SHOP) != []
