"""Events as a file: out of one installation and into another, and what a file that is wrong is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.intake import Origin
from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.look.conftest import Command
from tests.replay.conftest import Desk
from tests.support.orders import tell, woo_order
from tests.support.servers import DatabaseAddress, Postgres


@pytest.fixture
def desk(quiet_desk: Desk) -> Desk:
    return quiet_desk


@pytest.fixture
def elsewhere(postgres: Postgres, fresh_names: Iterator[str]) -> Iterator[tuple[Command, Line]]:
    """Another installation, with ids of its own."""
    made: DatabaseAddress = postgres.clone(next(fresh_names))
    with closing(Database(made.app_url, name="test", connections=4)) as store, line_to(store) as line:
        yield Command(made), line
    postgres.drop(made)


def fill(desk: Desk) -> None:
    """Two orders, one of them changed once."""
    tell(desk.line.shop, woo_order(1001))
    tell(desk.line.shop, woo_order(1002, customer_note="Ring på hos Søren"))
    tell(desk.line.shop, woo_order(1001, net="200.00", modified=60), delivery="d2")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_what_is_written_goes_the_same_way_somewhere_else(
    desk: Desk, elsewhere: tuple[Command, Line], tmp_path: Path
) -> None:
    # Given a file of all that a shop told us
    fill(desk)
    path = tmp_path / "events.jsonl"
    assert "3 events written" in desk.says("replay", "export", str(path))
    assert lines(path)[0] == {"shopledger_events": 1, "masked": False, "system_kind": "woocommerce"}
    assert lines(path)[-1] == {"end": 3}
    assert path.stat().st_mode & 0o077 == 0

    # When it is read elsewhere: first without, then with a change
    command, line = elsewhere
    said = command.says("replay", "import", str(path), "--dry-run")
    assert "3 events of orders that are not known here" in said
    assert line.shop.transfers() == []
    assert "3 events taken in" in command.says("replay", "import", str(path), "--yes")

    # Then the orders are there as they were told, under that installation's own shop and connection, and go
    assert [(one[0], one[1]) for one in line.shop.transfers()] == [("1001", "waiting"), ("1002", "waiting")]
    assert line.shop.rows("select distinct system_id, origin::text from events") == [(line.shop.webshop, "import")]
    assert line.shop.rows("select body from events order by id") == desk.line.shop.rows(
        "select body from events order by id"
    )
    line.work(1001)
    line.work(1002)
    assert sorted(str(one.gross) for one in line.books.documents()) == ["125.00", "250.00"]


def test_a_file_may_be_read_again_and_makes_no_second_document(
    desk: Desk, elsewhere: tuple[Command, Line], tmp_path: Path
) -> None:
    # Given orders of a file that are in the books
    fill(desk)
    path = tmp_path / "events.jsonl"
    desk.says("replay", "export", str(path))
    command, line = elsewhere
    command.says("replay", "import", str(path), "--yes")
    line.work(1002)

    # When it is read once more
    assert command.json("replay", "import", str(path))["known"] == 3
    assert command.json("replay", "import", str(path), "--yes")["taken_in"] == 3
    line.work(1002)

    # Then nothing new is in the books
    assert line.state(1002) == ("done", "")
    assert len(line.books.documents()) == 1


def test_only_what_is_wished_is_written(desk: Desk, tmp_path: Path) -> None:
    # Given orders, when some are named, or a time, then those are written, and what is not there is said
    fill(desk)
    desk.says("replay", "export", "--numbers", "1002", str(tmp_path / "one.jsonl"))
    assert [one.get("source_number") for one in lines(tmp_path / "one.jsonl")[1:-1]] == ["1002"]
    path = tmp_path / "none.jsonl"
    assert "no order 1003, x" in desk.fails("replay", "export", "--numbers", "1002,x,1003", str(path))
    assert "told of nothing" in desk.fails("replay", "export", "--to", "2001-01-01", str(path))
    assert not path.exists()

    # And a file that is there already is left alone
    path.write_text("mine")
    assert "is there already" in desk.fails("replay", "export", str(path), code=73)
    assert path.read_text() == "mine"
    assert "cannot be written" in desk.fails("replay", "export", str(tmp_path / "no" / "x"), code=73)


def test_a_masked_file_tells_no_names_and_goes_elsewhere_alone(
    desk: Desk, elsewhere: tuple[Command, Line], tmp_path: Path
) -> None:
    # Given a masked file
    fill(desk)
    path = tmp_path / "masked.jsonl"
    desk.says("replay", "export", "--masked", str(path))
    text = path.read_text()
    assert not any(name in text for name in ("Mette", "Holm", "Lampevej", "lampeland", "Søren", "Ring"))

    # When it is read where the orders' shop tells of them itself, then it is refused: the names are made up
    assert "made-up names" in desk.fails("replay", "import", str(path), "--yes")

    # And elsewhere its orders go, with their amounts
    command, line = elsewhere
    command.says("replay", "import", str(path), "--yes")
    assert command.json("replay", "import", str(path))["known"] == 3
    line.work(1001)
    line.work(1002)
    assert sorted(str(one.gross) for one in line.books.documents()) == ["125.00", "250.00"]


def event(**fields: Any) -> dict[str, Any]:
    order = woo_order(1001)
    return {
        "id": 1,
        "received_at": "2026-03-02T11:00:00+00:00",
        "origin": "webhook",
        "kind": "state",
        "topic": "order.updated",
        "delivery_id": "d1",
        "source_type": "order",
        "source_id": "1001",
        "source_number": "1001",
        "source_modified_at": "2026-03-02T11:00:00+00:00",
        "reason": "",
        "body": json.dumps(order),
        **fields,
    }


HEAD = {"shopledger_events": 1, "masked": False, "system_kind": "woocommerce"}
END = {"end": 1}


def written(*lines: object) -> bytes:
    return "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines).encode()


@pytest.mark.parametrize(
    ("content", "at", "says"),
    [
        (b"", 1, "the file is empty"),
        (b"\xff\n", 1, "UTF-8"),
        (written({"orders": []}), 1, "no file of events"),
        (written(HEAD | {"shopledger_events": 2}), 1, "its version is 2"),
        (written(HEAD | {"system_kind": "shopify"}, event(), END), 1, "its events are of shopify"),
        (written(HEAD | {"surprise": 1}, END), 1, "surprise"),
        (written(HEAD, event()), 2, "a part of it is missing"),
        (written(HEAD, event(), {"end": 2}), 3, "says that it has 2 events, and it has 1"),
        (written(HEAD, event(), END, event()), 4, "behind the file's end"),
        (written(HEAD, event(), '{"id": 2, "rec\n', END), 3, "no JSON"),
        (written(HEAD, [], END), 2, "no JSON object"),
        (written(HEAD, event(kind="surprise"), END), 2, "kind"),
        (written(HEAD, event(topic=None), END), 2, "topic"),
        (written(HEAD, event(more=1), END), 2, "more"),
        (written(HEAD, event(received_at="yesterday"), END), 2, "received_at"),
        (written(HEAD, event(body=None), END), 2, "a body or a body_base64"),
        (written(HEAD, event(body=None, body_base64="?"), END), 2, "no base64"),
        (written(HEAD, event(body="{}"), END), 2, "not those of the order in its body"),
        (written(HEAD, event(body="[]"), END), 2, "cannot be read"),
        (written(HEAD, event(source_id="7"), END), 2, "not those of the order in its body"),
        (written(HEAD, event(delivery_id="a\0b"), END), 2, "characters"),
        (written(HEAD, event(body="\udc80"), END), 2, "characters that no text may hold"),
        (written(HEAD, event(source_modified_at="9999-12-31T23:59:59-12:00"), END), 2, "source_modified_at"),
        (written(HEAD, event(), event(source_id="7"), {"end": 2}), 3, "not those of the order in its body"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole_with_the_line(
    desk: Desk, tmp_path: Path, content: bytes, at: int, says: str
) -> None:
    # Given a file with something wrong in it, when it is read, then the line is told, and nothing was taken in
    path = tmp_path / "wrong.jsonl"
    path.write_bytes(content)
    said = desk.fails("replay", "import", str(path), "--yes", code=65)
    assert f"{path}:{at}: " in said
    assert says in said
    assert "Mette" not in said
    assert desk.line.shop.rows("select 1 from events") == []


def test_other_wrong_wishes_are_told_what_is_wrong(desk: Desk, tmp_path: Path) -> None:
    # Given a good file, when it cannot be asked about, or names what is not there, then that is said
    path = tmp_path / "events.jsonl"
    path.write_bytes(written(HEAD, event(), END))
    assert "say --yes" in desk.fails_with_output("replay", "import", str(path))
    assert "no connection 'Ordes'" in desk.fails("replay", "import", str(path), "--connection", "Ordes")
    assert "cannot be read" in desk.fails("replay", "import", str(tmp_path / "nothing"), code=65)
    assert desk.line.shop.rows("select 1 from events") == []


def test_what_tells_of_no_order_is_left_out_and_said(desk: Desk, tmp_path: Path) -> None:
    # Given events that are true of one installation only, or that nobody could read
    alarm = event(kind="alarm", source_type=None, source_id=None, source_number=None, source_modified_at=None)
    strange = event(kind="unknown", source_type=None, source_id=None, body=None, body_base64="/w==")
    path = tmp_path / "events.jsonl"
    path.write_bytes(written(HEAD, alarm, strange, event(), {"end": 3}))

    # When the file is read, then they are counted, and no alarm is raised
    said = desk.json("replay", "import", str(path), "--yes")
    assert (said["left_out"], said["taken_in"], said["orders"]) == (2, 1, 1)
    assert desk.line.shop.rows("select 1 from alarms") == []
    assert desk.line.shop.rows("select origin::text from events") == [(Origin.IMPORT,)]
