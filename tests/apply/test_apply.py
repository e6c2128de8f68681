"""What an apply makes, changes and leaves alone, in the store and at the shop."""

from __future__ import annotations

import contextlib
import threading

from shared.sealing import Keyring
from shared.store import setup
from shared.store.database import Database
from tests.apply.rig import TOPICS, Desk, changed, counted
from tests.support.processes import ingest
from tests.support.servers import DatabaseAddress
from tests.support.shop import KEYRING
from tools.apply import apply, plan
from tools.apply.plan import Act
from tools.apply.telling import lines
from tools.cli.place import Place
from tools.cli.who import by_user


def test_an_order_of_the_shop_comes_in_after_the_first_run(desk: Desk, fresh_database: DatabaseAddress) -> None:
    # Given a running ingest, and a file about a shop and books that are not connected yet
    with ingest(fresh_database.app_url) as port:
        desk.public_url = f"http://127.0.0.1:{port}"
        # When it is applied, and somebody orders
        applied = desk.apply()
        desk.woo.put_order(lines=[{"name": "Krus", "price": "125", "quantity": 2}])
        desk.woo.drain()
    # Then account, two systems, connection and a webhook for each topic were made, and the order waits to be sent
    assert counted(applied) == (8, 0, 0)
    assert desk.webhooks() == [(topic, "active") for topic in TOPICS]
    assert desk.rows("select state from transfers") == [("waiting",)]


def test_what_is_stored_is_what_the_file_says(desk: Desk) -> None:
    # When
    desk.apply()
    # Then credentials open, settings hold what was named, and the connection is on
    with desk.database.account(1) as c:
        shop, books = (setup.read_credentials(c, KEYRING, system) for system in (1, 2))
    assert shop == {
        "url": desk.woo.url,
        "consumer_key": desk.woo.consumer_key,
        "consumer_secret": desk.woo.consumer_secret,
    }
    assert books["agreement_grant_token"] == desk.books.agreement_grant_token
    assert desk.rows("select kind, role, name from systems order by id") == [
        ("woocommerce", "webshop", "Webshop"),
        ("economic", "accounting", "Books"),
    ]
    assert desk.rows("select name, active, settings_version, active_since is not null from connections") == [
        ("Orders", True, 1, True)
    ]
    assert desk.rows("select settings, created_by from connection_settings") == [
        (
            {
                "allowed_states": ["completed", "processing"],
                "shipping_product": "9000",
                "closing": "exact",
                "books": {"customer_group": 1, "product_group": 1},
            },
            by_user("apply"),
        )
    ]


def test_a_second_run_does_nothing_here_and_at_the_shop(desk: Desk) -> None:
    # Given
    desk.apply()
    before = desk.rows("select * from systems"), desk.rows("select * from connections")
    desk.clear()
    # When
    applied = desk.apply()
    # Then
    assert counted(applied) == (0, 0, 8)
    assert desk.changes() == []
    assert (desk.rows("select * from systems"), desk.rows("select * from connections")) == before
    assert len(desk.rows("select * from connection_settings")) == 1


def test_a_plan_writes_nothing(desk: Desk) -> None:
    # When
    made = plan(desk.place, desk.wish())
    # Then it says what would be made, and made none of it
    assert {line.act for line in lines(made)} == {Act.CREATE}
    assert desk.database.run(lambda c: c.execute("select * from accounts_there_are()").fetchall()) == []
    assert desk.webhooks() == []


def test_changed_settings_are_a_new_version_with_what_the_file_leaves_open_kept(desk: Desk) -> None:
    # Given a connection, of which somebody has chosen more than the file says
    desk.apply()
    with desk.database.account(1) as c:
        settings = {**desk.settings(), "fee_product": "FEE", "books": {"customer_group": 1, "unit": 1}}
        setup.save_settings(c, 1, settings, by="the owner")
    desk.books.put_product("FEE")
    desk.books.put_product("9001")
    # When the file changes one of its own
    desk.edit('"9000"', '"9001"')
    applied = desk.apply()
    # Then that is changed, the product group comes back, and what it does not name stays, and is listed
    assert changed(applied) == {"Orders": ["shipping_product: 9000 -> 9001", "books.product_group: none -> 1"]}
    saved = desk.settings()
    assert (saved["shipping_product"], saved["fee_product"]) == ("9001", "FEE")
    assert saved["books"] == {"customer_group": 1, "product_group": 1, "unit": 1}
    assert list(applied.plan.not_in_file) == [
        "Lampeland.connections.Orders.settings.fee_product",
        "Lampeland.connections.Orders.settings.books.unit",
    ]


def test_saying_what_is_the_default_anyway_changes_nothing(desk: Desk) -> None:
    # Given
    desk.apply()
    # When
    desk.edit("        settings:\n", "        settings:\n          document: invoice\n          fee_product:\n")
    # Then
    assert counted(desk.apply()) == (0, 0, 8)


def test_a_connection_is_switched_off_and_on_and_left_as_it_is(desk: Desk) -> None:
    # Given
    desk.apply()
    # When it is switched off
    desk.edit("active: true", "active: false")
    assert changed(desk.apply()) == {"Orders": ["switched off"]}
    # Then its webhooks stay at the shop, and a file that does not say leaves it off
    assert len(desk.webhooks()) == 4
    desk.edit("        active: false\n", "")
    assert changed(desk.apply()) == {}
    assert desk.rows("select active from connections") == [(False,)]
    # When it is switched on
    desk.edit("        settings:\n", "        active: yes\n        settings:\n")
    # Then
    assert changed(desk.apply()) == {"Orders": ["switched on"]}
    assert desk.rows("select active from connections") == [(True,)]


def test_a_new_connection_that_does_not_say_so_is_off_and_has_no_webhooks(desk: Desk) -> None:
    desk.edit("        active: true\n", "")
    desk.apply()
    assert desk.rows("select active from connections") == [(False,)]
    assert desk.webhooks() == []


def test_a_new_key_is_tried_and_mends_what_the_old_one_broke(desk: Desk) -> None:
    # Given a shop whose key was revoked, which stopped its connections
    desk.apply()
    with desk.database.account(1) as c:
        c.execute("update systems set broken_reason = 'not_authorised', broken_at = now() where id = 1")
    desk.woo.shop.keys.clear()
    made = desk.woo.shop.add_key()
    # When another key stands where the file says
    desk.hold(made.consumer_key, made.consumer_secret)
    applied = desk.apply()
    # Then only the names of what changed are told, and the system works again
    *fields, works_again = changed(applied)["Webshop"]
    assert fields == ["credentials: consumer_key", "credentials: consumer_secret"]
    assert works_again.startswith("works again: ")
    assert desk.rows("select broken_reason from systems where id = 1") == [(None,)]


def test_a_shop_that_moved_shows_both_addresses(desk: Desk) -> None:
    # Given, under its other name, the same shop
    desk.apply()
    moved = desk.woo.url.replace("127.0.0.1", "localhost")
    desk.woo.shop.url = moved
    # When
    desk.edit(desk.woo.url, moved)
    # Then
    assert changed(desk.apply()) == {"Webshop": [f"credentials: url: {desk.woo.url} -> {moved}"]}


def test_what_the_file_does_not_name_stays_and_is_listed(desk: Desk) -> None:
    # Given
    desk.apply()
    desk.database.run(lambda c: setup.open_account(c, "Somebody else"), repeat=False)
    # When the file holds the account and one of its systems only
    desk.text = desk.text.partition("      Books:\n")[0]
    applied = desk.apply()
    # Then
    assert counted(applied) == (0, 0, 2)
    assert list(applied.plan.not_in_file) == [
        "Somebody else",
        "Lampeland.systems.Books",
        "Lampeland.connections.Orders",
    ]
    assert len(desk.rows("select * from connections where active")) == 1


def test_two_accounts_with_the_same_names_inside_are_kept_apart(desk: Desk) -> None:
    # When
    desk.text += desk.text.replace("accounts:\n", "").replace("Lampeland", "Nordlys")
    desk.apply()
    # Then
    for account in ("Lampeland", "Nordlys"):
        assert len(desk.rows("select * from systems", account)) == 2
    assert len(desk.webhooks()) == 8


def test_two_applies_at_once_make_one_of_everything(desk: Desk, fresh_database: DatabaseAddress) -> None:
    # Given two operators with a process of their own each
    wish, counts, start = desk.wish(), [], threading.Barrier(2)

    def run(name: str) -> None:
        with contextlib.closing(Database(fresh_database.app_url, name=name, connections=2)) as database:
            start.wait()
            counts.append(counted(apply(Place(database, KEYRING, desk.public_url, "here"), wish)))

    # When
    threads = [threading.Thread(target=run, args=[name]) for name in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Then one made all, the other found it made
    assert sorted(counts) == [(0, 0, 8), (8, 0, 0)]
    assert desk.webhooks() == [(topic, "active") for topic in TOPICS]


def test_lost_keys_mean_that_everything_is_entered_again(desk: Desk) -> None:
    # Given credentials and webhooks that were sealed with keys nobody has any more
    desk.apply()
    others = Keyring({"new": bytes(range(1, 33))})
    # When
    applied = apply(Place(desk.database, others, desk.public_url, "here"), desk.wish())
    # Then both systems are sealed anew, and each webhook is made anew with a secret that can be opened
    told = changed(applied)
    assert told["Books"] == [
        "credentials: the stored ones cannot be opened with these SHOPLEDGER_SECRET_KEYS, and are replaced"
    ]
    assert told["order.created"] == ["made anew: its secret cannot be opened with these SHOPLEDGER_SECRET_KEYS"]
    assert desk.webhooks() == [(topic, "active") for topic in TOPICS]
    with desk.database.account(1) as c:
        assert setup.read_credentials(c, others, 1)["consumer_key"] == desk.woo.consumer_key
    again = apply(Place(desk.database, others, desk.public_url, "here"), desk.wish())
    assert counted(again) == (0, 0, 8)
