"""Idempotency keys: what one protects from, for how long, and from when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox, KeyPolicy
from shared.domain.document import Place
from tests.connectors.economic.sandbox.samples import draft, line, speak, vendors

HOUR = 3600


def post(api: httpx.Client, key: str, path: str = "/invoices/drafts", **changes: Any) -> httpx.Response:
    return api.post(path, json=draft(**changes), headers={"Idempotency-Key": key})


def in_background(ask: Callable[[], httpx.Response]) -> tuple[threading.Thread, list[httpx.Response]]:
    answers: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: answers.append(ask()))
    thread.start()
    return thread, answers


def test_the_same_again_is_answered_from_before(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a draft made with a key
    first = post(api, "k1")
    # When the same is sent again
    again = post(api, "k1")
    # Then it is the same answer, marked, and one draft
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert ("X-ResultFromCache" in first.headers, again.headers["X-ResultFromCache"]) == (False, "true")
    assert len(books.documents()) == 1
    # And without a key, or with another, there is another draft each time
    api.post("/invoices/drafts", json=draft())
    post(api, "k2")
    assert len(books.documents()) == 3


def test_a_delete_with_a_key_does_not_strike_the_next_draft(
    books: EconomicSandbox, api: httpx.Client, customer: int
) -> None:
    # Given a deleted draft whose number a stranger's has now
    post(api, "k1")
    delete = api.build_request("DELETE", "/invoices/drafts/1", headers={"Idempotency-Key": "k2"})
    assert api.send(delete).status_code == 200
    post(api, "k3", references={"other": "stranger"})
    # When the delete is repeated, Then it is answered from before and the stranger's draft stays
    assert api.send(delete).headers["X-ResultFromCache"] == "true"
    assert [(one.number, one.reference) for one in books.documents()] == [(1, "stranger")]
    # But an hour later it strikes
    books.advance_clock(HOUR)
    assert api.send(delete).status_code == 200
    assert books.documents() == []


def test_a_key_lives_an_hour(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    post(api, "k1")
    books.advance_clock(HOUR - 60)
    assert "X-ResultFromCache" in post(api, "k1").headers
    books.advance_clock(120)
    assert "X-ResultFromCache" not in post(api, "k1").headers
    assert len(books.documents()) == 2


def test_another_body_or_address_with_the_same_key(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a key that was used
    post(api, "k1")
    # When something else is sent with it, Then it is refused and nothing is done
    other = post(api, "k1", references={"other": "SL1-2"})
    assert (other.status_code, other.json()) == (400, vendors("errors/400.PayloadChanged-idempotency.json"))
    assert post(api, "k1", path="/orders/drafts").json()["errorCode"] == "URLChanged"
    assert len(books.documents()) == 1


def test_a_refusal_is_kept_too(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a refusal, whose cause was put right
    books.set_product_barred("KRUS", True)
    assert post(api, "k1").status_code == 400
    books.set_product_barred("KRUS", False)
    # When the same is sent again, Then it is still refused, and a new key goes through
    again = post(api, "k1")
    assert (again.status_code, again.headers["X-ResultFromCache"]) == (400, "true")
    assert post(api, "k2").status_code == 201


def test_what_never_reached_the_books_is_not_kept(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a key that met a revoked grant, an empty budget and a fault
    books.revoke_grant()
    assert post(api, "k1").status_code == 401
    books.restore_grant()
    books.settings.tokens_per_minute = 0
    assert post(api, "k1").status_code == 429
    books.settings.tokens_per_minute = 1000
    books.add_fault(kind="answer", status=500, count=1)
    assert post(api, "k1").status_code == 500
    # When it comes again, Then it is carried out
    assert post(api, "k1").status_code == 201


@pytest.mark.parametrize("fault", ["drop_after_commit", "hang_after_commit"])
def test_a_lost_answer_comes_with_the_same_key(
    books: EconomicSandbox, api: httpx.Client, customer: int, fault: str
) -> None:
    # Given a draft that was made, and an answer that was lost
    books.add_fault(kind=fault, method="POST", seconds=0, count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        post(api, "k1")
    # When the same is sent again, Then the answer is there, and one draft
    assert post(api, "k1").headers["X-ResultFromCache"] == "true"
    assert len(books.documents()) == 1


def test_on_arrival_the_second_waits_for_the_first(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a request that is under way while its caller has lost the line
    books.add_fault(kind="late_commit", method="POST", seconds=60, count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        post(api, "k1")
    # When the same comes again
    with speak(books) as second:
        thread, answers = in_background(lambda: post(second, "k1"))
        books.journal.wait_for(lambda entries: len(entries) == 2)
        # Then it waits, others do not, and another body is refused at once
        assert post(api, "k2").status_code == 201
        assert post(api, "k1", lines=[line("BREV")]).json()["errorCode"] == "PayloadChanged"
        assert answers == []
        # And when the first is through, the second has its answer
        books.faults.clear()
        thread.join(10)
    assert (answers[0].status_code, answers[0].headers["X-ResultFromCache"]) == (201, "true")
    assert len(books.documents()) == 2


def test_kept_on_commit_two_at_the_same_time_are_two_drafts(
    books: EconomicSandbox, api: httpx.Client, customer: int
) -> None:
    # Given books that keep a key only with its result, and a request that is under way
    books.settings.keys = KeyPolicy.COMMIT
    books.add_fault(kind="late_commit", method="POST", seconds=60, count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        post(api, "k1")
    # When the same comes again, Then it is carried out, and so is the first in the end
    assert post(api, "k1").status_code == 201
    books.faults.clear()
    assert [(one.place, one.number) for one in books.documents()] == [(Place.DRAFT, 1), (Place.DRAFT, 2)]
    # And from then on the key stands for the one that was through first
    assert post(api, "k1").json()["draftInvoiceNumber"] == 1
