"""The way from a product to its rate as e-conomic tells it, and what is made of what it tells badly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from connectors.economic import Economic
from connectors.economic.client import EconomicClient
from connectors.economic.credentials import Credentials
from connectors.economic.lookups import Lookups
from connectors.economic.products import Products
from connectors.economic.rest import Rest
from connectors.economic.sandbox import Role
from connectors.economic.settings import Settings
from connectors.economic.vat_rates import vat_rates
from connectors.pace import UNHURRIED
from shared.domain.document import DocumentKind
from shared.errors import NeedsUser, Retry
from tests.connectors.conformance.judge import fate_of
from tests.connectors.economic.examples import asked, books, client, collection, credentials, outcome_of, product
from tests.connectors.economic.rig import EconomicRig
from tests.connectors.woocommerce.replay import answer, serving

PRODUCTS, ACCOUNTS, RATES = "GET /products", "GET /product-groups/1/sales-accounts", "GET /vat-accounts"
U25: dict[str, Any] = {"vatCode": "U25", "name": "Salgsmoms", "ratePercentage": 25.0}
SALES: dict[str, Any] = {"accountNumber": 1010, "accountType": "profitAndLoss", "vatAccount": {"vatCode": "U25"}}
FULL, LOW = Decimal(25), Decimal(12)
#: An account of which only the number is told.
BARE: dict[str, Any] = {"accountNumber": 1010}


@pytest.fixture
def rig() -> Iterator[EconomicRig]:
    with EconomicRig() as books:
        yield books


def in_zone(account: dict[str, Any] | None, zone: object = 1) -> dict[str, Any]:
    row: dict[str, Any] = {"vatZone": {"vatZoneNumber": zone, "name": "Domestic"}}
    return row if account is None else {**row, "salesAccount": account}


def told(**changes: object) -> Callable[[Request], Response]:
    """e-conomic with one product at 25 %, or what is told otherwise."""
    usual = {PRODUCTS: collection(product()), ACCOUNTS: collection(in_zone(SALES)), RATES: collection(U25)}
    return books(**{**usual, **changes})


def rate_of(economic: EconomicClient, zone: str = "1") -> Decimal:
    return economic.vat_rates(["KRUS-3"], zone)["KRUS-3"]


def test_three_questions_lead_to_a_rate() -> None:
    with serving(by=told()) as replay, client(replay.url) as economic:
        assert rate_of(economic) == 25
    assert asked(replay) == [PRODUCTS, ACCOUNTS, RATES]
    assert replay.asked[0].args["filter"] == "productNumber$in:[KRUS-3]"


def test_a_product_that_was_found_just_now_is_not_asked_for_again() -> None:
    with serving(by=told()) as replay, client(replay.url) as economic:
        # Given a product that the shop spells otherwise
        economic.find_products(["krus-3"])
        # Then its rate is known under both spellings without another question for it
        assert economic.vat_rates(["krus-3", "KRUS-3"], "1") == {"krus-3": 25, "KRUS-3": 25}
    assert asked(replay) == [PRODUCTS, ACCOUNTS, RATES]


def test_a_rate_that_is_mended_holds_a_minute_later() -> None:
    # Given a product whose rate was looked at, in a group that is wrong, on an account that is wrong
    now = [0.0]
    answers = {PRODUCTS: collection(product()), ACCOUNTS: collection(in_zone(SALES)), RATES: collection(U25)}
    with serving(by=lambda request: books(**answers)(request)) as replay:
        rest = Rest(Credentials.model_validate(credentials(url=replay.url)), UNHURRIED)
        lookups, products = Lookups(rest, lambda: now[0]), Products(rest, lambda: now[0])

        def at(second: float) -> tuple[Decimal, int]:
            now[0] = second
            return vat_rates(lookups, products, ["KRUS-3"], "1")["KRUS-3"], len(replay.asked)

        assert at(0.0) == (FULL, 3)
        # When all of it is mended, Then what was told is kept for a minute, and no longer
        answers[PRODUCTS] = collection(product(productGroup={"productGroupNumber": 4}))
        other = {**SALES, "vatAccount": {"vatCode": "U12"}}
        answers["GET /product-groups/4/sales-accounts"] = collection(in_zone(other))
        answers[RATES] = collection(U25, {**U25, "vatCode": "U12", "ratePercentage": 12})
        assert at(59.0) == (FULL, 3)
        assert at(60.0) == (LOW, 6)


def test_an_account_of_which_only_the_number_is_told_is_asked_for_itself() -> None:
    # Given a group whose list names accounts and nothing else of them
    accounts = {ACCOUNTS: collection(in_zone(BARE), in_zone({"accountNumber": 1020}, 2))}
    one = {"GET /accounts/1010": SALES, "GET /accounts/1020": {"accountNumber": 1020, "accountType": "profitAndLoss"}}
    with serving(by=told(**accounts, **one)) as replay, client(replay.url) as economic:
        # Then only the account itself says whether there is VAT on it
        assert (rate_of(economic), rate_of(economic, "2")) == (FULL, Decimal(0))
    assert asked(replay) == [PRODUCTS, ACCOUNTS, "GET /accounts/1010", RATES, "GET /accounts/1020"]


def test_an_account_without_a_vat_code_is_without_vat_and_nothing_more_is_asked() -> None:
    whole = {"accountNumber": 1010, "accountType": "profitAndLoss"}
    with serving(by=told(**{ACCOUNTS: collection(in_zone(whole))})) as replay, client(replay.url) as economic:
        assert rate_of(economic) == 0
    assert asked(replay) == [PRODUCTS, ACCOUNTS]


@pytest.mark.parametrize("rows", [[], [in_zone(SALES, 2)], [in_zone(None)]])
def test_a_group_without_an_account_for_the_zone_is_named(rows: list[dict[str, Any]]) -> None:
    with serving(by=told(**{ACCOUNTS: collection(*rows)})) as replay, client(replay.url) as economic:
        fate = fate_of(rate_of, economic)
    assert (type(fate), fate.code) == (NeedsUser, "sales_account")
    assert "KRUS-3 is in product group 1, which has no sales account for VAT zone 1" in fate.message


@pytest.mark.parametrize("zone", ["", "0", "EU", "1.0", "../1"])
def test_a_zone_that_is_none_is_not_asked_for(zone: str) -> None:
    with serving(by=told()) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: rate_of(economic, zone)) == (NeedsUser, "vat_zone")
    assert replay.asked == []


@pytest.mark.parametrize("rate", [0, 0.0, 6, 5.5, 14.975, 8.12345678, 100])
def test_a_rate_is_what_is_told(rate: float) -> None:
    with (
        serving(by=told(**{RATES: collection({**U25, "ratePercentage": rate})})) as replay,
        client(replay.url) as economic,
    ):
        assert rate_of(economic) == Decimal(str(rate))


@pytest.mark.parametrize("rate", [None, "25", True, -1, 100.5, 8.123456789, {}])
def test_a_rate_that_is_none_is_never_taken_for_nothing(rate: object) -> None:
    with (
        serving(by=told(**{RATES: collection({**U25, "ratePercentage": rate})})) as replay,
        client(replay.url) as economic,
    ):
        assert outcome_of(lambda: rate_of(economic)) == (Retry, "unexpected_answer")


@pytest.mark.parametrize(
    "changes",
    [
        {PRODUCTS: collection({"productNumber": "KRUS-3", "name": "Kaffekrus"})},
        {PRODUCTS: collection(product(productGroup={"productGroupNumber": "1"}))},
        {ACCOUNTS: collection({"salesAccount": SALES})},
        {ACCOUNTS: collection(in_zone(SALES, "1"))},
        {ACCOUNTS: collection(in_zone({**SALES, "accountNumber": None}))},
        {ACCOUNTS: collection(in_zone({**SALES, "vatAccount": {}}))},
        {ACCOUNTS: collection(in_zone({**SALES, "vatAccount": {"vatCode": ""}}))},
        {ACCOUNTS: collection(in_zone({**SALES, "vatAccount": "U25"}))},
        {ACCOUNTS: collection(in_zone(BARE)), "GET /accounts/1010": []},
        {ACCOUNTS: answer({"errorCode": "E06000", "httpStatusCode": 404}, 404)},
        {RATES: collection()},
        {RATES: collection({**U25, "vatCode": "u25"})},
        {RATES: collection({**U25, "vatCode": None})},
    ],
)
def test_what_cannot_be_read_is_asked_again_and_never_without_vat(changes: dict[str, object]) -> None:
    with serving(by=told(**changes)) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: rate_of(economic)) == (Retry, "unexpected_answer")


def test_rates_stand_on_every_page() -> None:
    def serve(request: Request) -> Response:
        if request.path == "/vat-accounts":
            first = request.args["skippages"] == "0"
            return answer(collection({**U25, "vatCode": "I25"} if first else U25, more=first))
        return told()(request)

    with serving(by=serve) as replay, client(replay.url) as economic:
        assert rate_of(economic) == 25


@pytest.mark.parametrize("hidden", [["vat-accounts"], ["product-groups"], ["vat-accounts", "accounts"]])
def test_a_role_that_does_not_reach_rates_is_told_to_the_user_and_breaks_nothing(
    rig: EconomicRig, hidden: list[str]
) -> None:
    rig.put_product("KRUS-3")
    rig.sandbox.settings.role, rig.sandbox.settings.hidden = Role.SALES, hidden
    with rig.client() as economic:
        assert outcome_of(lambda: economic.vat_rates(["KRUS-3"], "1")) == (NeedsUser, "rates_hidden")
        assert economic.find_by_reference("SL1-1") == []


def test_a_rate_that_changes_in_the_books_is_told_and_applied(rig: EconomicRig) -> None:
    # Given a product whose code gets another rate, as a government orders it
    rig.put_taxed_product("KRUS-3", {"1": Decimal("25.5")})
    rig.sandbox.change_vat_rate("U25.5", Decimal(26))
    with rig.client() as economic:
        # Then that is the rate, also of the code with a dot
        assert economic.vat_rates(["KRUS-3"], "1") == {"KRUS-3": 26}


def test_the_own_zone_is_that_of_the_settings() -> None:
    assert Economic().own_zone(Settings(vat_zone=12)) == "12"


@pytest.mark.parametrize("kind", [DocumentKind.ORDER, DocumentKind.INVOICE])
def test_a_currency_that_is_not_enabled_is_named_with_the_place_to_enable_it(
    rig: EconomicRig, kind: DocumentKind
) -> None:
    plan = replace(rig.plan(kind), currency="CHF")
    with rig.client() as economic:
        request = rig.connector.write_document(plan, economic.fill_settings(rig.settings)).body
        fate = fate_of(lambda: economic.create_document(kind, request, key="k"))
    assert (type(fate), fate.code) == (NeedsUser, "currency")
    assert fate.message == (
        "e-conomic does not have the order's currency CHF: switch it on there, under the currencies."
    )
