"""The states of orders that a file names are held against those of the shop, before the first order stays out."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from shared.domain.findings import Level
from shared.sandbox.journal import EntryKind
from tests.apply.rig import Desk, Operator, changed
from tests.support.servers import DatabaseAddress
from tools.apply import Applied
from tools.cli.problems import Exit

STATES = "*/reports/orders/totals"
DENIED = '{"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 403}}'
THERE = (
    "there are: pending (Pending payment), processing, on-hold, completed, cancelled, refunded, failed,"
    " checkout-draft (Draft)"
)


def told(applied: Applied, level: Level = Level.FAILING) -> list[str]:
    """What is said of settings, whether or not it keeps anything back."""
    found = [*applied.plan.looked, *(applied.done.looked if applied.done else applied.plan.unseen)]
    assert all(one.finding.remedy for one in found if one.finding.level is not Level.OK)
    return [
        f"{one.system}: {one.finding.says}"
        for one in found
        if one.finding.level is level and one.finding.about == "settings"
    ]


def asked_for_states(desk: Desk) -> int:
    requests = desk.woo.journal.entries(EntryKind.REQUEST)
    return sum(entry.path.endswith("/reports/orders/totals") for entry in requests)


def choose(desk: Desk, states: str) -> None:
    desk.edit("allowed_states: [processing, completed]", states)


def test_states_that_the_shop_does_not_have_are_named_with_those_that_were_meant(desk: Desk) -> None:
    # Given slips of the pen: a letter, the name as WordPress stores it, the title that people see, and none of these
    choose(desk, "allowed_states: [complete, wc-processing, Pending payment, sent, completed]")
    # When
    applied = desk.apply()
    # Then each is told, with the nearest one, and nothing is written
    assert told(applied) == [
        f"Webshop: allowed_states: the shop has no state 'Pending payment'; {THERE} (did you mean pending?).",
        f"Webshop: allowed_states: the shop has no state 'complete'; {THERE} (did you mean completed?).",
        f"Webshop: allowed_states: the shop has no state 'sent'; {THERE}.",
        f"Webshop: allowed_states: the shop has no state 'wc-processing'; {THERE} (did you mean processing?).",
    ]
    assert applied.done is None
    assert desk.database.run(lambda c: c.execute("select * from accounts_there_are()").fetchall()) == []


def test_wc_completed_is_completed(desk: Desk) -> None:
    choose(desk, "by_state: {wc-completed: {document: invoice}}")
    assert told(desk.apply()) == [
        f"Webshop: by_state: the shop has no state 'wc-completed'; {THERE} (did you mean completed?)."
    ]


def test_a_state_of_a_plugin_may_be_named_while_the_shop_has_it(desk: Desk) -> None:
    # Given
    choose(desk, "by_state:\n            packed: {document: order}\n            completed: {book: true}")
    (missing,) = told(desk.apply())
    assert missing.startswith("Webshop: by_state: the shop has no state 'packed'; there are: ")
    # When its plugin is there
    desk.woo.put_order_state("packed", "Klar til afhentning")
    # Then
    assert desk.apply().done is not None
    assert set(desk.settings()["by_state"]) == {"packed", "completed"}


@pytest.mark.parametrize(
    "chosen", ["trigger: paid", "trigger: updated\n          financial: [refunded]", "book: false"]
)
def test_settings_that_name_no_state_ask_for_none(desk: Desk, chosen: str) -> None:
    # Given triggers, filters and defaults, none of which is a word of the shop's
    choose(desk, chosen)
    # When
    assert desk.apply().done is not None
    # Then
    assert asked_for_states(desk) == 0


def test_a_key_that_may_not_see_reports_stops_nothing_and_is_told(desk: Desk) -> None:
    # Given a key whose user may see orders and no reports
    desk.woo.add_fault(kind="answer", status=403, body=DENIED, path=STATES)
    choose(desk, "allowed_states: [complete]")
    # When
    applied = desk.apply()
    # Then
    assert applied.done is not None
    assert applied.done.is_complete
    (warning,) = told(applied, Level.WARNING)
    assert warning.startswith("Webshop: allowed_states: the shop did not tell which states its orders may have. ")
    assert "administrator or shop manager" in warning


def test_a_shop_that_does_not_answer_now_is_asked_again_before_states_are_saved(desk: Desk) -> None:
    # Given
    desk.apply()
    desk.woo.add_fault(kind="answer", status=503, path=STATES)
    # When
    choose(desk, "allowed_states: [complete]")
    applied = desk.apply()
    # Then nothing is saved that nobody could look at
    assert applied.done is None
    assert len(told(applied)) == 1
    assert set(desk.settings()["allowed_states"]) == {"processing", "completed"}


def test_what_does_not_change_is_asked_only_on_demand(desk: Desk) -> None:
    # Given settings that are stored, and a state that is gone since
    desk.apply()
    desk.woo.delete_order_state("completed")
    desk.clear()
    # When
    assert desk.apply().done is not None
    # Then
    assert asked_for_states(desk) == 0
    # And
    assert len(told(desk.apply(check_all=True))) == 1


def test_a_state_that_is_gone_keeps_no_new_key_back(desk: Desk) -> None:
    # Given settings that were right when they were saved, and a plugin that is switched off
    desk.woo.put_order_state("packed", "Pakket")
    choose(desk, "allowed_states: [packed, completed]")
    desk.apply()
    desk.woo.delete_order_state("packed")
    # When the key is another one
    key = desk.woo.shop.add_key()
    desk.hold(key.consumer_key, key.consumer_secret)
    applied = desk.apply()
    # Then it is saved, and the state is told
    assert [*changed(applied)] == ["Webshop"]
    assert applied.done is not None
    assert not applied.done.is_complete
    (missing,) = told(applied)
    assert "the shop has no state 'packed'" in missing


def test_a_shop_that_works_again_is_let_in_whatever_its_states(desk: Desk) -> None:
    # Given a shop that stopped, and a state that is gone
    desk.apply()
    desk.rows(
        "update systems set broken_at = now(), broken_reason = 'not_authorised' where role = 'webshop' returning id"
    )
    desk.woo.delete_order_state("completed")
    # When
    applied = desk.apply()
    # Then
    assert [*changed(applied)] == ["Webshop"]
    assert desk.rows("select broken_at from systems where role = 'webshop'") == [(None,)]
    assert len(told(applied)) == 1


def test_a_key_that_opens_nothing_is_not_asked_for_states(desk: Desk) -> None:
    # Given
    desk.hold("ck_wrong", "cs_wrong")
    choose(desk, "allowed_states: [complete]")
    # When
    applied = desk.apply()
    # Then the key is told, and nothing is said of states
    assert [one.finding.about for one in applied.plan.looked if one.finding.level is Level.FAILING] == ["credentials"]
    assert asked_for_states(desk) == 0


def test_a_key_that_may_only_read_reads_states(desk: Desk) -> None:
    keys = desk.woo.shop.keys
    keys[desk.woo.consumer_key] = replace(keys[desk.woo.consumer_key], permissions="read")
    choose(desk, "allowed_states: [complete]")
    assert len(told(desk.apply())) == 1


def test_the_operator_reads_it_on_the_screen(desk: Desk, fresh_database: DatabaseAddress) -> None:
    # Given
    operator = Operator(desk, fresh_database)
    choose(desk, "allowed_states: [complete]")
    # When
    result = operator.run(str(operator.file))
    # Then
    assert result.exit_code == Exit.FOUND_TROUBLE
    assert result.stderr == "shopledger: nothing was written: see what failed above\n"
    line = "failing: Lampeland.Webshop: settings: allowed_states: the shop has no state 'complete'; there are: "
    assert line in re.sub(r"\s+", " ", result.stdout)
