"""No log line, exception or repr tells a secret, or who bought."""

from __future__ import annotations

import logging

import pytest

from tests.connectors.conformance.books.calls import CALLS, KEY, PHONE, READS, call
from tests.connectors.conformance.books.rig import BUYER, WRITING, BooksCases, BooksRig
from tests.connectors.conformance.books.unknown import LOST
from tests.connectors.conformance.judge import told_by
from tests.connectors.conformance.rig import CUSTOMER
from tests.connectors.conformance.secrecy import CredentialSecrecy, assert_tells_nothing, listening

PRIVATE = (CUSTOMER, PHONE, BUYER.name, BUYER.address, BUYER.city)


class Secrecy(CredentialSecrecy, BooksCases):
    @pytest.mark.parametrize("method", CALLS)
    def test_no_log_and_no_exception_tells_a_secret_or_who_bought(self, books: BooksRig, method: str) -> None:
        # Given a call in bad days, when rights are lost, and in a good one
        told_by_errors = []
        ask = call(books, method)
        with listening() as told, books.impatient(), books.client() as client:
            for trouble in (*LOST.values(), {"kind": "answer", "status": 401, "body": "{}"}, None):
                if trouble:
                    books.sandbox.add_fault(**trouble, method="*" if method in READS else WRITING, count=1)
                try:
                    ask(client)
                except Exception as error:
                    told_by_errors.append(told_by(error))
                    logging.getLogger("a worker").exception("it failed")
                books.sandbox.faults.clear()
        # Then nothing that was logged or raised tells what only we and the books may know
        assert_tells_nothing(told.text(), *books.secrets, *PRIVATE)
        assert_tells_nothing("\n".join(told_by_errors), *books.secrets, *PRIVATE)
        # And there was something to be told
        assert len(told_by_errors) >= len(LOST) - 2
        assert "httpx" in told.text() or "httpcore" in told.text()

    def test_nothing_that_is_printed_shows_a_secret(self, books: BooksRig) -> None:
        credentials = books.credentials
        with books.client() as client:
            client.find_by_reference(KEY)
            printed = [f"{client!r} {client} {vars(client)!r}", f"{credentials!r} {credentials}"]
        printed += [credentials.model_dump_json(), repr(credentials.model_dump()), repr(books.connector)]
        assert_tells_nothing("\n".join(printed), *books.secrets)
