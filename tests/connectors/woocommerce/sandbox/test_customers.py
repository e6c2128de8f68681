"""Customers with an account, one by one."""

from __future__ import annotations

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from tests.connectors.woocommerce.recordings import needs_recordings
from tests.connectors.woocommerce.sandbox.samples import recorded


@needs_recordings
def test_a_customer_has_the_recorded_shape(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    # Given a customer of a real shop, when one like that is read here, then it says the same under the same keys
    (real,) = [one for one in recorded("rest/misc/customers.json") if one["id"] == 4]
    says = ("email", "first_name", "last_name", "role", "username", "billing", "shipping", "is_paying_customer")
    shop.put_customer(id=4, **{name: real[name] for name in says})
    here = api.get("/customers/4").json()
    assert here.keys() == real.keys()
    assert {name: here[name] for name in says} == {name: real[name] for name in says}
    assert here["_links"].keys() == real["_links"].keys()


@pytest.mark.parametrize("asked", ["/customers/13", "/customers/0"])
def test_nobody_is_found_who_is_not_there(api: httpx.Client, shop: WooCommerceSandbox, asked: str) -> None:
    shop.put_customer(id=12, email="mette@lampeland.example")
    answer = api.get(asked)
    assert (answer.status_code, answer.json()["code"]) == (404, "woocommerce_rest_invalid_id")


def test_a_key_whose_user_may_not_list_users_sees_nobody(api: httpx.Client, control: httpx.Client) -> None:
    # Given a customer, and rights that were divided anew
    assert control.post("/customers", json={"id": 12, "role": "wholesale_customer"}).status_code == 201
    assert api.get("/customers/12", params={"_fields": "id,role"}).json() == {"id": 12, "role": "wholesale_customer"}
    control.patch("/shop", json={"customers_hidden": True})
    # When he is asked for, then he is refused, there or not, and orders are shown
    for number in (12, 13):
        refused = api.get(f"/customers/{number}")
        assert (refused.status_code, refused.json()["code"]) == (403, "woocommerce_rest_cannot_view")
    assert api.get("/orders").status_code == 200
