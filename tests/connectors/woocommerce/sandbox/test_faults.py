"""Faults: the sandbox misbehaves exactly as often and as badly as it was told to."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.sandbox.faults import Fault, Faults
from shared.sandbox.journal import Entry
from tests.connectors.woocommerce.sandbox.samples import MUG


def arm(control: httpx.Client, **fault: Any) -> int:
    response = control.post("/faults", json=fault)
    assert response.status_code == 201, response.text
    return int(response.json()["id"])


def test_an_answer_in_place_of_the_shop(api: httpx.Client, control: httpx.Client) -> None:
    # Given one 429
    arm(control, kind="answer", status=429, headers={"Retry-After": "7"}, body='{"code":"slow_down"}', count=1)
    # When it is asked twice
    first, second = api.get("/orders"), api.get("/orders")
    # Then only the first is turned away
    assert (first.status_code, first.headers["Retry-After"], first.json()) == (429, "7", {"code": "slow_down"})
    assert second.status_code == 200


def test_observed_25_a_html_page_where_json_belongs(api: httpx.Client, control: httpx.Client) -> None:
    page = "<html><body>Briefly unavailable</body></html>"
    arm(control, kind="answer", status=503, headers={"Content-Type": "text/html", "Retry-After": "600"}, body=page)
    response = api.get("/orders")
    assert (response.status_code, response.headers["Content-Type"], response.text) == (503, "text/html", page)


def test_observed_25_a_warning_before_the_json(api: httpx.Client, control: httpx.Client) -> None:
    arm(control, kind="prefix", body="<br />\n<b>Warning</b>: plugin.php<br />\n", count=1)
    response = api.get("/orders")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/json")
    assert response.text.startswith("<br />")
    assert response.text.endswith("[]")


@pytest.mark.parametrize(("kind", "committed"), [("drop", False), ("drop_after_commit", True)])
def test_a_cut_connection_before_or_after_the_work(
    api: httpx.Client, control: httpx.Client, shop: WooCommerceSandbox, kind: str, committed: bool
) -> None:
    # Given an order, and a fault on writing alone
    order_id = shop.put_order(lines=[MUG])["id"]
    arm(control, kind=kind, method="PUT", path="*/orders/*", count=1)
    # When it is changed
    with pytest.raises(httpx.RemoteProtocolError):
        api.put(f"/orders/{order_id}", json={"status": "completed"})
    # Then the caller cannot tell, but the shop knows
    assert (api.get(f"/orders/{order_id}").json()["status"] == "completed") is committed
    assert [(entry.method, entry.status) for entry in shop.journal.entries()] == [("PUT", 0), ("GET", 200)]


def test_silence_after_the_work_lasts_until_the_faults_are_cleared(
    api: httpx.Client, control: httpx.Client, shop: WooCommerceSandbox
) -> None:
    # Given a shop that works and then says nothing
    order_id = shop.put_order(lines=[MUG])["id"]
    arm(control, kind="hang_after_commit", method="PUT", seconds=60)
    # When the caller gives up
    with pytest.raises(httpx.ReadTimeout):
        api.put(f"/orders/{order_id}", json={"status": "completed"}, timeout=0.3)
    # Then the work was done, and clearing lets go of the request
    assert shop.order(order_id)["status"] == "completed"
    control.delete("/faults")
    shop.journal.wait_for(lambda entries: entries[0].status == 0)


def test_latency_goes_together_with_another_fault(api: httpx.Client, control: httpx.Client) -> None:
    arm(control, kind="latency", seconds=0.2, count=1)
    arm(control, kind="answer", status=500, count=1)
    response = api.get("/orders")
    assert response.status_code == 500
    assert response.elapsed.total_seconds() >= 0.2


def test_faults_are_listed_and_removed(control: httpx.Client, api: httpx.Client) -> None:
    fault_id = arm(control, kind="answer", status=500, count=3)
    api.get("/orders")
    assert [(fault["id"], fault["count"]) for fault in control.get("/faults").json()] == [(fault_id, 2)]
    control.delete(f"/faults/{fault_id}")
    assert api.get("/orders").status_code == 200


def test_a_fault_nobody_knows_is_refused(control: httpx.Client) -> None:
    assert control.post("/faults", json={"kind": "explode"}).status_code == 400


def test_a_chance_with_a_seed_falls_the_same_way_every_time() -> None:
    def fallen(seed: int) -> list[bool]:
        faults = Faults()
        faults.add(Fault.model_validate({"kind": "drop", "probability": 0.5, "seed": seed}))
        return [bool(faults.take("GET", "/")) for _ in range(40)]

    assert fallen(1) == fallen(1) != fallen(2)
    assert 5 < sum(fallen(1)) < 35


def test_the_journal_is_waited_on(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    # Given somebody who waits for a request that has not come yet
    found: list[Entry] = []
    waiter = threading.Thread(
        target=lambda: found.extend(shop.journal.wait_for(lambda entries: any(one.status for one in entries)))
    )
    waiter.start()
    # When it comes, Then he has it
    api.put("/orders/1", json={"status": "completed"})
    waiter.join(10)
    assert [(one.method, one.path, one.status, one.body) for one in found] == [
        ("PUT", "/wp-json/wc/v3/orders/1", 400, '{"status":"completed"}')
    ]
    with pytest.raises(TimeoutError, match="PUT"):
        shop.journal.wait_for(lambda entries: len(entries) == 9, timeout=0)
