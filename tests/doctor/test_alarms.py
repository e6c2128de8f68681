"""Open alarms, and systems that have stopped: in words, with what ends them."""

from __future__ import annotations

import re

import pytest

from connectors.economic.error_table import TABLE as ECONOMIC
from connectors.woocommerce import errors as woocommerce
from shared.errors import ConnectionBroken
from tests.doctor.rig import Clinic
from tools.doctor import alarms


def broken_codes() -> set[str]:
    """With which a connector, or a worker, stops a system."""
    economic = {row.reason for row in ECONOMIC if row.fate is ConnectionBroken}
    shop = {row.reason for row in woocommerce._TABLE if row.fate is ConnectionBroken}
    return economic | shop | {"no_credentials"}


def test_each_code_that_stops_a_system_has_words() -> None:
    assert broken_codes() == set(alarms.STOPPED)


@pytest.mark.parametrize("words", [*alarms.STOPPED.values(), *alarms.OF_WEBHOOKS.values()])
def test_every_remedy_says_what_to_type(words: alarms.Words) -> None:
    assert "`shopledger apply FILE`" in words.remedy


def break_books(clinic: Clinic, code: str, detail: str) -> None:
    clinic.change(
        "update systems set broken_at = '2026-11-22 02:13+00', broken_reason = %s where role = 'accounting'", code
    )
    clinic.change(
        "insert into alarms (account_id, system_id, code, detail)"
        " select account_id, id, %s, %s from systems where role = 'accounting'",
        code,
        detail,
    )


@pytest.mark.parametrize(
    ("code", "detail", "says"),
    [
        (
            "grant_revoked",
            "e-conomic does not know the connection any more: connect e-conomic again.",
            "the owner took it back",
        ),
        (
            "module_missing",
            "The e-conomic agreement lacks a module (Orders): add it in e-conomic, then connect it again.",
            "(The e-conomic agreement lacks a module (Orders)).",
        ),
        ("moved", "The shop answers from another address: enter https://new.example.", "https://new.example)."),
        ("invented", "Something new: do this.", "invented (Something new)."),
    ],
)
def test_books_that_have_stopped(clinic: Clinic, code: str, detail: str, says: str) -> None:
    # Given
    break_books(clinic, code, detail)
    # Then it fails with what happened and what ends it, once, also where they would let us in again
    report = clinic.examine()
    (line,) = report.of("failing")
    assert (line.part, line.about) == ("Lampeland: Books (e-conomic)", "stopped")
    assert line.says.startswith("Nothing is asked of it since ")
    assert says in line.says
    assert "`shopledger apply FILE`" in line.remedy
    # And the connection says where to look
    (line,) = report.of("warning")
    assert (line.about, line.says) == ("connection Orders", "It is on, but Books has stopped: its orders wait.")


def test_books_that_let_us_in_again_go_on_as_the_remedy_says(clinic: Clinic) -> None:
    # Given books that have stopped, and of which what was wrong has been put right
    break_books(clinic, "module_missing", "")
    # When the same file is applied, then all is well
    assert clinic.desk.apply().done is not None
    assert clinic.run().stdout.endswith("\nAll is well.\n")


@pytest.mark.parametrize(
    ("code", "level", "says"),
    [
        ("forged_webhooks", "warning", "3 times in a row something came to the webhook order.updated"),
        ("cannot_view", "failing", "The shop sends no orders through its webhook order.updated, 3 times"),
    ],
)
def test_what_webhooks_have_brought(clinic: Clinic, code: str, level: str, says: str) -> None:
    # Given an alarm of one webhook
    clinic.change(
        "insert into alarms (account_id, system_id, subscription_id, code, detail, count)"
        " select account_id, system_id, id, %s, topic, 3 from subscriptions where topic = 'order.updated'",
        code,
    )
    # Then
    line = clinic.examine().the(level)
    assert (line.about, line.says[: len(says)]) == ("alarm", says)
    assert re.search(r"last \d{4}-\d\d-\d\d \d\d:\d\d", line.says)


def test_forged_webhooks_end_as_the_remedy_says(clinic: Clinic) -> None:
    # Given a shop whose webhook has another secret since somebody edited it
    webhook = next(one for one in clinic.desk.woo.shop.webhooks.values() if one.topic == "order.created")
    webhook.secret = "typed by somebody"
    for _ in range(3):
        clinic.desk.woo.put_order(lines=[{"name": "Krus", "price": "125"}])
        clinic.desk.woo.drain()
    assert "order.created" in clinic.examine().the("warning").says
    # When it is deleted in the shop, and the file applied
    clinic.desk.woo.desk.webhooks.delete(webhook.id)
    clinic.desk.apply()
    clinic.desk.woo.put_order(lines=[{"name": "Krus", "price": "125"}])
    clinic.desk.woo.drain()
    # Then the next proven webhook ends it
    assert [line for line in clinic.examine().lines if line.about == "alarm"] == []
