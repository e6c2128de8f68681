"""Tokens, addresses, and what every answer carries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox, Role
from tests.connectors.economic.sandbox.samples import TRUST, draft, vendors

OF_SALES = frozenset({"/customers", "/products", "/orders/drafts", "/invoices/booked", "/layouts"})


@pytest.mark.parametrize("missing", ["X-AppSecretToken", "X-AgreementGrantToken"])
def test_without_both_tokens_nobody_gets_in(books: EconomicSandbox, api: httpx.Client, missing: str) -> None:
    # Given a client that has lost a token
    del api.headers[missing]
    # When it asks, Then it is told so in the recorded words
    response = api.get("/self")
    assert response.status_code == 401
    assert response.json() == {"message": "Unauthorized access (Unauthorized).", "httpStatusCode": 401}


@pytest.mark.parametrize("wrong", ["X-AppSecretToken", "X-AgreementGrantToken"])
def test_wrong_tokens_and_a_grant_taken_back_look_alike(books: EconomicSandbox, api: httpx.Client, wrong: str) -> None:
    # Given a grant that was taken back
    books.revoke_grant()
    revoked = api.get("/self")
    books.restore_grant()
    assert api.get("/self").status_code == 200
    # When a token is wrong
    api.headers[wrong] = "wrong"
    response = api.get("/self")
    # Then the answer is the same
    assert response.status_code == revoked.status_code == 401
    assert response.json() == revoked.json() == vendors("errors/401.E02250-bad-tokens.json")


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (Role.SUPER_USER, set()),
        (Role.SALES, {"/accounting-years"}),
        (Role.BOOKKEEPING, OF_SALES),
        (Role.PROJECT_EMPLOYEE, {*OF_SALES, "/accounting-years"}),
    ],
)
def test_a_role_reaches_what_it_is_for_and_is_named_in_self(
    books: EconomicSandbox, api: httpx.Client, control: httpx.Client, role: Role, refused: set[str]
) -> None:
    # Given an app of that role
    assert control.patch("/books", json={"role": role}).json()["role"] == role
    paths = ("/self", "/vat-zones", "/accounting-years", *OF_SALES)
    # Then the rest is 403, whatever is asked of it
    assert {path for path in paths if api.get(path).status_code == 403} == refused
    assert (api.post("/orders/drafts", json=draft()).status_code == 403) is ("/orders/drafts" in refused)
    assert [one["name"] for one in api.get("/self").json()["application"]["requiredRoles"]] == [role]


def test_what_is_hidden_is_403_for_every_role(books: EconomicSandbox, api: httpx.Client, control: httpx.Client) -> None:
    control.patch("/books", json={"hidden": ["accounts", "vat-accounts"]})
    paths = ("/accounts", "/accounts/1011", "/vat-accounts", "/vat-accounts/U25", "/product-groups", "/products")
    assert [api.get(path).status_code for path in paths] == [403, 403, 403, 403, 200, 200]


def test_a_module_that_is_missing_is_named(books: EconomicSandbox, api: httpx.Client, control: httpx.Client) -> None:
    control.patch("/books", json={"missing_modules": ["orders"]})
    expected = {"title": "Missing modules: Orders", "status": 403, "errorCode": "AccessDeniedAgreementMissingModules"}
    for response in (api.get("/orders/drafts"), api.get("/orders/sent/1"), api.post("/orders/drafts", json=draft())):
        assert (response.status_code, response.json()) == (403, expected)
    assert api.get("/invoices/drafts").status_code == 200


def test_answers_are_dated_by_the_books_clock(books: EconomicSandbox, api: httpx.Client) -> None:
    books.advance_clock(86400 * 366)
    [date] = api.get("/self").headers.get_list("date")
    assert parsedate_to_datetime(date) > datetime.now(UTC) + timedelta(days=365)


def test_every_answer_says_what_it_cost(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given books that nobody has asked anything, When one thing, a list, and something impossible are asked for
    answers = [api.get("/self"), api.get("/customers"), api.post("/orders/drafts", json={})]
    # Then each says its cost and what is used up, a refusal too
    assert [answer.headers["X-CallCost"] for answer in answers] == ["1", "3", "1"]
    limit = "token-limit-10000-per-60-seconds"
    used = [answer.headers["X-RateLimiting"] for answer in answers]
    assert used == [f"{limit}: 1/10000", f"{limit}: 4/10000", f"{limit}: 5/10000"]
    assert len({answer.headers["X-RequestId"] for answer in answers}) == 3


def test_over_the_budget_is_429_and_nothing_is_done(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a budget of two calls
    books.settings.tokens_per_minute = 2
    answers = [api.post("/orders/drafts", json=draft()) for _ in range(3)]
    # Then the third is turned away with the time to wait
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 50 <= int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].headers["X-RateLimiting"] == "token-limit-2-per-60-seconds: 2/2"
    assert len(books.documents()) == 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/orders/drafts/7", 404), ("POST", "/orders/sent", 405), ("PUT", "/self", 405)],
)
def test_addresses_that_are_not_there(api: httpx.Client, method: str, path: str, status: int) -> None:
    response = api.request(method, path)
    assert response.status_code == response.json()["httpStatusCode"] == status
    assert response.json().get("errorCode") == ("E06000" if status == 404 else None)


def test_a_body_must_be_json_and_say_so(books: EconomicSandbox, customer: int, api: httpx.Client) -> None:
    kind = {"Content-Type": "application/json"}
    assert api.post("/orders/drafts", content=b"date=2026-03-01").status_code == 415
    for content in (b"", b"{", b"[]", b'{"date": NaN}', b"\xff"):
        assert api.post("/orders/drafts", content=content, headers=kind).status_code == 400
    assert books.documents() == []


def test_the_journal_has_every_request_and_no_token(books: EconomicSandbox, api: httpx.Client) -> None:
    api.get("/self")
    with httpx.Client(base_url=books.url, trust_env=False, verify=TRUST) as stranger:
        stranger.get("/customers", params={"pagesize": 5})
    assert [(entry.path, entry.query, entry.status) for entry in books.journal.entries()] == [
        ("/self", "", 200),
        ("/customers", "pagesize=5", 401),
    ]
    assert not any(books.app_secret_token in str(entry) for entry in books.journal.entries())
