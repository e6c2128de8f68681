"""How a shop is reached, and the connector's declaration."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from connectors.base import Webshop
from connectors.registry import webshop
from connectors.woocommerce import WooCommerce
from connectors.woocommerce.credentials import Credentials


def made(url: str, key: str = "ck_1", secret: str = "cs_1") -> Credentials:
    return Credentials.model_validate({"url": url, "consumer_key": key, "consumer_secret": secret})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://shop.example", "https://shop.example"),
        ("  https://shop.example/  ", "https://shop.example"),
        ("HTTPS://Shop.Example/Butik//", "https://shop.example/Butik"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("https://smørrebrød.example/", "https://smørrebrød.example"),
    ],
)
def test_an_address_is_normalised(typed: str, kept: str) -> None:
    assert made(typed).url == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", "shop.example", "//shop.example", "ftp://shop.example", "https://", "https:///x", "https://a b.example"),
        *(
            "https://user:hunter2@shop.example",
            "https://user@shop.example",
            "https://shop.example?x=1",
            "https://s.x/#a",
        ),
        *("https://shop.example:99999", "https://shop.example:x", "javascript:alert(1)", "https://shop\n.example"),
        "https://xn--.example",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        made(typed)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("key", ["", "  ", "ø", "a:b", "a\nb"])
def test_what_is_no_key_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(ValidationError):
        made("https://shop.example", key=key)
    with pytest.raises(ValidationError) as refusal:
        made("https://shop.example", secret=key or " ")
    assert "input_value" not in str(refusal.value)


def test_printing_shows_neither_half_of_the_key() -> None:
    printed = (
        repr(made("https://shop.example", "ck_visible", "cs_visible")) + made("https://shop.example").model_dump_json()
    )
    assert "visible" not in printed
    assert "ck_1" not in printed


def test_the_connector_is_found_by_its_folder() -> None:
    shop = webshop("woocommerce")
    assert isinstance(shop, WooCommerce)
    assert webshop("woocommerce") is shop
    assert (shop.title, shop.Credentials) == ("WooCommerce", Credentials)
    assert shop.order_topics == ("order.created", "order.updated", "order.deleted", "order.restored")
    assert isinstance(shop, Webshop)


def test_an_unknown_kind_is_refused_with_those_that_exist() -> None:
    with pytest.raises(LookupError, match=r"'shopwhere'.*woocommerce"):
        webshop("shopwhere")


def test_another_connectors_credentials_are_refused() -> None:
    class Other(BaseModel):
        pass

    with pytest.raises(TypeError):
        WooCommerce().connect(Other())
