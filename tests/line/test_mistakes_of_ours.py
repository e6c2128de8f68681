"""What nobody foresaw: tried again later and later, told by its place, and it tells nothing about the customer."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import psycopg
import pytest

from connectors.economic import read
from shared.domain.backoff import MOST_FAILURES
from shared.store.database import Database, DatabaseDown
from tests.line.rig import Line, line_to
from tests.support.orders import tell, woo_order
from workers import order_steps

CUSTOMER = "planted@lampeland.example"


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line:
        tell(line.shop, woo_order(1, email=CUSTOMER))
        yield line


def mistaken(*_: object, **__: object) -> None:
    raise KeyError(CUSTOMER)


def test_a_mistake_is_tried_again_later_and_goes_when_it_is_mended(
    line: Line, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    # Given a step that fails in a way nobody foresaw, with the customer in the error's text
    with patch.object(order_steps, "decide", mistaken):
        for _ in range(3):
            line.work(1)
            line.let_time_pass(3600)

    # Then the order waits, and says where the mistake is
    assert line.state(1) == ("waiting", "internal_error")
    assert "KeyError at line/test_mistakes_of_ours.py:" in line.said(1)
    assert line.books.documents() == []

    # And neither the row nor the log tells who the customer is
    output = capfd.readouterr()
    assert "KeyError at line/test_mistakes_of_ours.py:" in output.out + output.err
    assert CUSTOMER not in output.out + output.err + caplog.text + line.said(1)

    # And with the next version it goes, without anybody's word
    line.work(1)
    assert line.state(1) == ("done", "")


def test_a_mistake_that_nobody_mends_is_left_to_a_person_at_last(line: Line) -> None:
    # Given a mistake that was met for days, when it is met once more, then a person has to look
    line.shop.rows("update transfers set failures = %s returning id", MOST_FAILURES - 1)
    with patch.object(order_steps, "decide", mistaken):
        line.work(1)
    assert line.state(1) == ("failed", "gave_up")


def test_a_store_that_is_away_at_any_call_costs_nothing_and_tells_nothing(
    line: Line, capfd: pytest.CaptureFixture[str]
) -> None:
    # Given a store that is away at one call of a try after the other
    run = line.database.run
    calls: list[int] = []

    def away_at(nth: int) -> None:
        calls.clear()

        def sometimes(*given: object, **named: object) -> object:
            calls.append(1)
            if len(calls) == nth:
                raise DatabaseDown("gone for a moment")
            return run(*given, **named)  # type: ignore[arg-type]

        with patch.object(line.database, "run", sometimes):
            line.work(1)
        line.let_time_pass(600)

    # When each of them is tried, then nothing is raised, and the order goes in the end, once
    for nth in range(1, 9):
        away_at(nth)
    line.work(1)
    assert line.state(1)[0] == "done"
    assert len(line.books.documents()) == 1
    output = capfd.readouterr()
    assert CUSTOMER not in output.out + output.err


def test_a_mistake_that_cannot_even_be_recorded_tells_nothing(line: Line, capfd: pytest.CaptureFixture[str]) -> None:
    # Given a mistake, and a store that is away when it is to be written down
    def away(*_: object, **__: object) -> None:
        raise DatabaseDown("gone")

    with patch.object(order_steps, "decide", mistaken), patch("shared.store.line.record", away):
        # When the message is handled, then nothing comes out of it: no error, and no line that names the customer
        line.work(1)
    output = capfd.readouterr()
    assert "let_go" in output.out + output.err
    assert CUSTOMER not in output.out + output.err
    assert line.state(1)[0] == "working"


def test_a_refusal_of_the_store_itself_tells_its_kind_only(line: Line, capfd: pytest.CaptureFixture[str]) -> None:
    # Given a store that refuses a row, and says in its error what stood in it
    def refuse(*_: object, **__: object) -> None:
        raise psycopg.DataError(f"Failing row contains ({CUSTOMER})")

    # When the message is handled, then the log knows the kind and the place
    with patch("shared.store.line.record", refuse):
        line.work(1)
    output = capfd.readouterr()
    assert "DataError at" in output.out + output.err
    assert CUSTOMER not in output.out + output.err


def test_a_mistake_while_the_answer_is_read_makes_no_second_document(line: Line) -> None:
    # Given a mistake of ours that strikes after the books have made the document
    with patch.object(read, "document", mistaken):
        line.work(1)
    assert line.state(1) == ("waiting", "internal_error")
    assert len(line.books.documents()) == 1

    # When it is mended, then the document is found, and none is made
    line.let_time_pass(3600)
    line.work(1)
    assert line.state(1) == ("done", "")
    assert len(line.books.documents()) == 1
