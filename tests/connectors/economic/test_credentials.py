"""What is typed in to reach e-conomic, and what is chosen there."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from connectors.economic import Economic
from connectors.economic.credentials import Credentials
from connectors.economic.lookups import KEPT, Lookup, Lookups
from connectors.economic.rest import Rest
from connectors.economic.settings import Settings
from connectors.pace import UNHURRIED
from shared.domain.document import NewProduct
from shared.errors import NeedsUser, Retry
from tests.connectors.economic.examples import (
    GRANT,
    PLAN,
    SECRET,
    asked,
    books,
    client,
    collection,
    credentials,
    outcome_of,
)
from tests.connectors.woocommerce.replay import Replay, serving


class OfAnother(BaseModel):
    token: SecretStr = SecretStr("t")


def test_two_tokens_are_enough() -> None:
    given = Credentials.model_validate(credentials(app_secret_token=f"  {SECRET}\n"))
    assert given.app_secret_token.get_secret_value() == SECRET
    assert given.url == "https://restapi.e-conomic.com"
    assert SECRET not in repr(given) + given.model_dump_json()
    assert GRANT not in repr(given) + given.model_dump_json()


@pytest.mark.parametrize("token", ["", "  ", "two words", "blåbær", "a\nb", "a\0b"])
@pytest.mark.parametrize("field", ["app_secret_token", "agreement_grant_token"])
def test_what_is_no_token_is_refused_and_not_repeated(field: str, token: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Credentials.model_validate(credentials(**{field: token}))
    assert "is not a token" in str(refused.value)
    assert not token.strip() or token not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://restapi.e-conomic.com/", "https://restapi.e-conomic.com"),
        ("HTTPS://RestApi.E-conomic.com", "https://restapi.e-conomic.com"),
        ("http://127.0.0.1:8093", "http://127.0.0.1:8093"),
        ("http://[::1]:8093/", "http://[::1]:8093"),
    ],
)
def test_an_address_is_an_origin(url: str, origin: str) -> None:
    given = Credentials.model_validate(credentials(url=url))
    assert Economic().origin(given) == given.url == origin


@pytest.mark.parametrize(
    "url",
    [
        "restapi.e-conomic.com",
        "ftp://restapi.e-conomic.com",
        "https://",
        "https://books.example/orders/drafts",
        "https://books.example?demo=true",
        "https://books.example/#top",
        "https://ane@books.example",
        "https://books example",
        "https://books.example:port",
        "https://books.example:99999",
        "https://bøger..example",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Credentials.model_validate(credentials(url=url))


def test_credentials_and_settings_of_another_connector_are_a_mistake_of_ours() -> None:
    economic, given = Economic(), Credentials.model_validate(credentials())
    for mistake in (
        lambda: economic.connect(OfAnother()),
        lambda: economic.origin(OfAnother()),
        lambda: economic.write_document(PLAN, OfAnother()),
        lambda: economic.write_product(NewProduct(number="1", name="x"), OfAnother()),
        lambda: economic.connect(given).fill_settings(OfAnother()),
    ):
        with pytest.raises(TypeError, match="another connector"):
            mistake()


def test_everything_can_be_left_open_and_nothing_misspelt() -> None:
    assert Settings().vat_zone == 1
    assert Settings().layout is None
    for wrong in ({"layout": 0}, {"payment_terms": -1}, {"vat_zone": None}, {"lay_out": 19}, {"unit": 10**9}):
        with pytest.raises(ValidationError):
            Settings.model_validate(wrong)


TERMS = [
    {"paymentTermsNumber": 12, "name": "Netto 8", "paymentTermsType": "net"},
    {"paymentTermsNumber": 2, "name": "Forfald", "paymentTermsType": "dueDate"},
    {"paymentTermsNumber": 9, "name": "Netto 30", "paymentTermsType": "net"},
]
LAYOUTS = [{"layoutNumber": 20, "name": "Ny"}, {"layoutNumber": 8, "name": "Gammel", "deleted": True}]


@pytest.mark.parametrize(
    ("default", "terms"),
    [(12, 12), ("12", 12), ("Netto 8", 12), ({"paymentTermsNumber": 12}, 12), ("Forfald", 9), ("?", 9), (None, 9)],
)
def test_what_was_left_open_is_the_books_own(default: object, terms: int) -> None:
    served = {
        "GET /layouts": collection(*LAYOUTS),
        "GET /payment-terms": collection(*TERMS),
        "GET /self": {"agreementNumber": 1, "settings": {"defaultPaymentTerm": default}},
    }
    with serving(by=books(**served)) as replay, client(replay.url) as economic:
        # When it is filled twice
        for _ in range(2):
            assert economic.fill_settings(Settings(unit=4)) == Settings(layout=20, payment_terms=terms, unit=4)
        assert economic.fill_settings(Settings(layout=1, payment_terms=2)) == Settings(layout=1, payment_terms=2)
    # Then e-conomic was asked once
    assert sorted(asked(replay)) == ["GET /layouts", "GET /payment-terms", "GET /self"]


@pytest.mark.parametrize(
    ("chosen", "missing"), [(Settings(payment_terms=1), "layout"), (Settings(layout=1), "payment_terms")]
)
def test_books_without_a_layout_or_terms_are_for_the_owner(chosen: Settings, missing: str) -> None:
    served = {"GET /layouts": collection(LAYOUTS[1]), "GET /payment-terms": collection(TERMS[1])}
    with serving(by=books(**served)) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: economic.fill_settings(chosen)) == (NeedsUser, missing)


def test_lists_of_the_books_are_kept_for_ten_minutes() -> None:
    clock = iter((0.0, KEPT - 1, KEPT, KEPT + 1))
    served = {"GET /currencies": collection({"code": "DKK"}, {"code": "EUR"})}
    with serving(by=books(**served)) as replay:
        lookups = Lookups(rest_of(replay), lambda: next(clock))
        for asked_by_then in (1, 1, 2, 2):
            assert [entry.id for entry in lookups.entries(Lookup.CURRENCIES)] == ["DKK", "EUR"]
            assert len(replay.asked) == asked_by_then


@pytest.mark.parametrize("rows", [[{"vatZoneNumber": "1"}], [{"code": 1}], [1], "all"])
def test_a_list_of_something_else_is_asked_for_again(rows: object) -> None:
    served = {"GET /vat-zones": {"collection": rows}}
    with serving(by=books(**served)) as replay:
        lookups = Lookups(rest_of(replay))
        assert outcome_of(lambda: lookups.entries(Lookup.VAT_ZONES)) == (Retry, "unexpected_answer")


def rest_of(replay: Replay) -> Rest:
    return Rest(Credentials.model_validate(credentials(url=replay.url)), UNHURRIED)
