"""A request that is carried out after its caller has given up."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from shared.sandbox.faults import Faults
from shared.sandbox.journal import Journal
from shared.sandbox.server import Sandbox
from tests.connectors.economic.sandbox.samples import TRUST, draft

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def test_it_is_carried_out_when_its_time_has_come(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a request that is to be late, When its caller is cut off
    books.add_fault(kind="late_commit", method="POST", seconds=0.1, count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        api.post("/orders/drafts", json=draft())
    # Then it is there after a while, and the journal tells
    books.journal.wait_for(lambda entries: "201" in entries[0].note)
    assert [one.reference for one in books.documents()] == ["SL1-1"]
    assert books.journal.entries()[0].status == 0


def test_clearing_the_faults_carries_it_out_at_once(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given three requests that would be a minute late
    books.add_fault(kind="late_commit", method="POST", seconds=60)
    for _ in range(3):
        with pytest.raises(httpx.RemoteProtocolError):
            api.post("/orders/drafts", json=draft())
    # And a look-up finds none of them
    assert books.documents() == []
    assert api.get("/orders/drafts").json()["collection"] == []
    # When the faults are cleared, Then they are through when that returns
    books.faults.clear()
    assert len(books.documents()) == 3


def test_a_caller_who_hangs_first(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a line that is slow before it is cut, When the caller gives up earlier
    books.add_fault(kind="latency", seconds=60, method="POST", count=1)
    books.add_fault(kind="late_commit", seconds=60, method="POST", count=1)
    with pytest.raises(httpx.ReadTimeout):
        api.post("/orders/drafts", json=draft(), timeout=0.1)
    # Then letting go of the line, and then of the request, carries it out all the same
    books.faults.clear()
    books.journal.wait_for(lambda entries: entries[0].status == 0)
    books.faults.clear()
    assert len(books.documents()) == 1


def test_what_has_become_wrong_meanwhile_is_refused(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    books.add_fault(kind="late_commit", method="POST", seconds=60, count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        api.post("/orders/drafts", json=draft())
    books.set_product_barred("KRUS", True)
    books.faults.clear()
    assert "400" in books.journal.entries()[0].note


class Counter:
    """A system that knows nothing of late requests."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.seen.append(environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]


def test_a_system_that_does_not_hold_it_back_sees_it_late() -> None:
    # Given any system
    counter = Counter()
    with Sandbox(counter, Journal(), Faults()) as sandbox:
        sandbox.add_fault(kind="late_commit", seconds=60, count=1)
        with httpx.Client(base_url=sandbox.url, trust_env=False, verify=TRUST) as client:
            # When a request to it is late, Then it does not see it before the next one
            with pytest.raises(httpx.RemoteProtocolError):
                client.post("/", content=b"first")
            client.post("/", content=b"second")
        assert counter.seen == [b"second"]
    # And stopping leaves nothing behind
    assert counter.seen == [b"second", b"first"]
    assert not any(thread.name == "late request" for thread in threading.enumerate())
