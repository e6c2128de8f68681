"""One webhook per topic at the shop, whatever became of the run before."""

from __future__ import annotations

import pytest

from connectors.base import WebhookSubscription
from connectors.woocommerce import WooCommerce
from connectors.woocommerce.client import WooCommerceClient
from shared.domain.findings import Level
from shared.store import inventory, setup
from tests.apply.rig import INGEST, TOPICS, Desk, changed, counted
from tests.support.shop import KEYRING
from tools.apply.plan import Looked

ALL_ACTIVE = [(topic, "active") for topic in TOPICS]


class Killed(BaseException):
    """Stands for a process that is gone."""


def each_is_known(desk: Desk) -> bool:
    """Whether the shop's webhooks are exactly those of the rows: ids, topics and addresses."""
    rows = desk.rows("select external_id, topic, public_id from subscriptions where external_id is not null")
    at_shop = {(str(one.id), one.topic, one.delivery_url) for one in desk.woo.shop.webhooks.values()}
    return at_shop == {(id_, topic, f"{desk.public_url}/webhooks/{public_id}") for id_, topic, public_id in rows}


def warnings(looked: list[Looked] | tuple[Looked, ...]) -> list[str]:
    return [f"{one.system}: {one.finding.says}" for one in looked if one.finding.level is Level.WARNING]


def test_the_shop_signs_with_the_secret_that_is_stored(desk: Desk) -> None:
    # When
    desk.apply()
    # Then
    assert each_is_known(desk)
    with desk.database.account(1) as c:
        rows = inventory.inventory(c).subscriptions
    stored = {row.external_id: inventory.newest_secret(KEYRING, row) for row in rows}
    assert stored == {str(one.id): one.secret for one in desk.woo.shop.webhooks.values()}
    assert len(set(stored.values())) == 4
    assert min(map(len, stored.values())) >= 32


def test_killed_between_the_row_and_the_webhook(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a run that ends when the second webhook is to be made
    create = WooCommerceClient.create_webhook
    made: list[dict[str, str]] = []

    def dies(self: WooCommerceClient, **wanted: str) -> WebhookSubscription:
        if made:
            raise Killed
        made.append(wanted)
        return create(self, **wanted)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(WooCommerceClient, "create_webhook", dies)
        desk.apply()
    assert len(desk.webhooks()) == 1
    # When
    applied = desk.apply()
    # Then the one is found, the others are made, with the rows that were there
    assert counted(applied) == (3, 0, 5)
    assert desk.webhooks() == ALL_ACTIVE
    assert len(desk.rows("select * from subscriptions")) == 4
    assert each_is_known(desk)


def test_killed_between_the_webhook_and_its_id(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a run that ends when the shop has made a webhook, and nobody has written down which
    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(setup, "note_webhook", dies)
        desk.apply()
    assert len(desk.webhooks()) == 1
    # When
    applied = desk.apply()
    # Then it is found by its address
    assert changed(applied) == {"order.created": ["made earlier, and its id was not noted"]}
    assert desk.webhooks() == ALL_ACTIVE
    assert each_is_known(desk)


def test_a_lost_answer_is_looked_up(desk: Desk) -> None:
    # Given a shop that makes the first webhook, and whose answer is lost
    desk.woo.add_fault(kind="drop_after_commit", method="POST", path="*/webhooks", count=1)
    # When
    applied = desk.apply()
    # Then
    assert applied.done is not None
    assert applied.done.is_complete
    assert desk.webhooks() == ALL_ACTIVE
    assert each_is_known(desk)


def test_a_request_that_comes_late_is_said_and_found_the_next_time(desk: Desk) -> None:
    # Given a shop that goes silent, and makes the webhook later
    desk.woo.add_fault(kind="late_commit", method="POST", path="*/webhooks", count=1)
    # When
    applied = desk.apply()
    # Then all else is done, and it is said that this is open
    assert applied.done is not None
    assert not applied.done.is_complete
    assert [one.finding.says for one in applied.done.looked] == [
        "The shop did not say whether it made, or deleted, a webhook."
    ]
    desk.woo.faults.clear()
    # And then
    assert desk.apply().done is not None
    assert desk.webhooks() == ALL_ACTIVE
    assert each_is_known(desk)


@pytest.mark.parametrize("status", ["disabled", "paused"])
def test_a_webhook_that_the_shop_switched_off_is_made_anew(desk: Desk, status: str) -> None:
    # Given
    desk.apply()
    old = next(one for one in desk.woo.shop.webhooks.values() if one.topic == "order.updated")
    old.status = status
    # When
    applied = desk.apply()
    # Then under the same address, with the same secret
    assert changed(applied) == {"order.updated": [f"made anew: the shop has it as {status}"]}
    assert desk.webhooks() == ALL_ACTIVE
    new = next(one for one in desk.woo.shop.webhooks.values() if one.topic == "order.updated")
    assert (new.delivery_url, new.secret) == (old.delivery_url, old.secret)
    assert each_is_known(desk)


def test_webhooks_follow_when_ingest_moves(desk: Desk) -> None:
    # Given
    desk.apply()
    # When
    desk.public_url = INGEST.replace(":9", ":7")
    applied = desk.apply()
    # Then
    assert changed(applied) == {topic: ["made anew: it delivered to another address"] for topic in TOPICS}
    assert desk.webhooks() == ALL_ACTIVE
    assert each_is_known(desk)


def test_a_webhook_that_was_deleted_at_the_shop_is_made_anew(desk: Desk) -> None:
    # Given
    desk.apply()
    desk.woo.desk.webhooks.delete(next(iter(desk.woo.shop.webhooks)))
    # When, then
    assert changed(desk.apply()) == {"order.created": ["made anew: the shop does not have it any more"]}
    assert desk.webhooks() == ALL_ACTIVE
    assert each_is_known(desk)


def test_one_too_many_goes_and_other_services_webhooks_stay(desk: Desk) -> None:
    # Given somebody who copied one of ours by hand, and a webhook of another service
    desk.apply()
    ours = next(one for one in desk.woo.shop.webhooks.values() if one.topic == "order.created")
    desk.woo.put_webhook(topic=ours.topic, delivery_url=ours.delivery_url, secret="by hand")
    desk.woo.put_webhook(topic="order.created", delivery_url="http://127.0.0.1:9/other", secret="theirs")
    # When
    applied = desk.apply()
    # Then
    assert changed(applied) == {"order.created": ["1 more of it at the shop deleted"]}
    assert sorted(desk.webhooks()) == sorted([*ALL_ACTIVE, ("order.created", "active")])
    assert "theirs" in {one.secret for one in desk.woo.shop.webhooks.values()}


def test_without_a_public_address_nothing_is_made_and_it_is_said_why(desk: Desk) -> None:
    # When
    desk.public_url = None
    applied = desk.apply()
    # Then the rest is set up
    assert counted(applied) == (4, 0, 0)
    (finding,) = [one.finding for one in applied.plan.looked if one.finding.about == "webhooks"]
    assert finding.says == "No webhooks are made: nobody said under which address shops reach ingest."
    assert "SHOPLEDGER_PUBLIC_URL" in finding.remedy
    assert desk.webhooks() == []
    assert desk.rows("select * from subscriptions") == []
    # And with one, the next run makes them
    desk.public_url = INGEST
    assert counted(desk.apply()) == (4, 0, 4)


def test_a_shop_elsewhere_gets_no_address_of_this_machine(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a shop that is not on this machine
    monkeypatch.setattr(WooCommerce, "origin", lambda *_: "https://shop.example")
    desk.public_url = "http://localhost:8080"
    # When
    applied = desk.apply()
    # Then
    assert (
        "Webshop: No webhooks are made: http://localhost:8080 is an address of this machine only, which the shop"
        in ("\n".join(warnings(list(applied.plan.looked))))
    )
    assert desk.webhooks() == []


def test_a_read_only_key_is_a_warning_and_all_else_goes_on(desk: Desk) -> None:
    # Given
    made = desk.woo.shop.add_key("read")
    desk.hold(made.consumer_key, made.consumer_secret)
    # When
    applied = desk.apply()
    # Then it is said before and after, and counts as done
    assert applied.done is not None
    assert applied.done.is_complete
    assert counted(applied) == (4, 0, 0)
    assert any("may only read" in says for says in warnings(list(applied.plan.looked)))
    assert any("Not all webhooks could be made" in says for says in warnings(applied.done.looked))
    assert desk.rows("select active from connections") == [(True,)]
    # And when the key is given the right to write, the next run makes them with the rows that are there
    desk.woo.shop.keys[made.consumer_key] = type(made)(made.consumer_key, made.consumer_secret, "read_write")
    assert counted(desk.apply()) == (4, 0, 4)
    assert len(desk.rows("select * from subscriptions")) == 4


def test_a_shop_that_is_away_does_not_hold_up_the_rest(desk: Desk) -> None:
    # Given a shop that was set up, and does not answer now
    desk.apply()
    desk.books.put_product("9001")
    desk.woo.add_fault(kind="answer", status=503, path="*/webhooks*")
    # When settings change
    desk.edit('"9000"', '"9001"')
    applied = desk.apply()
    # Then they are saved, and it is said that the webhooks were not looked at
    assert counted(applied) == (0, 1, 3)
    assert applied.done is not None
    assert not applied.done.is_complete
    (looked,) = applied.done.looked
    assert (looked.system, looked.finding.about) == ("Webshop", "webhooks")
