"""Dead letters where there is no RabbitMQ: what the store marked is shown, and its orders can go once more."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from shared.queue import Queue, message_for
from shared.store.database import Database
from tests.line.rig import line_to
from tests.support.orders import tell, woo_order
from tools.cli.main import shopledger
from tools.embedded.folder import DataFolder
from tools.embedded.own_postgres import OwnPostgres


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(shopledger, ["--data", str(folder), "replay", "dead-letters", *arguments])


def bury_order(database: Database) -> str:
    """An order that failed with its message; the message's id."""
    with line_to(database) as line:
        tell(line.shop, woo_order(1))
        ((transfer,),) = line.shop.rows("update transfers set rung_at = now() returning id")
        message = message_for(Queue.ORDERS, account=line.shop.account, transfer=transfer)
        values = {"account": line.shop.account, "transfer": transfer, "queue": "orders", "words": '{"order": "1"}'}
        database.one("mark_dead_letter", {**values, "message": message.message_id, "error": "KeyError"})
    return str(message.message_id)


def test_what_was_marked_is_shown_and_its_order_goes_once_more(own_folder: Path) -> None:
    # Given a data folder in which an order's message died
    folder = own_folder / "data"
    assert CliRunner().invoke(shopledger, ["--data", str(folder), "migrate"]).exit_code == 0
    with (
        OwnPostgres(DataFolder(folder), "command") as own,
        closing(own.open("test", connections=2, within=10)) as opened,
    ):
        dead = bury_order(opened)

    # When it is listed and shown, then it is said that there is no RabbitMQ, and what was marked is told
    listed = json.loads(run(folder, "list", "--json").stdout)
    assert "no RabbitMQ" in listed["note"]
    assert [(one["id"], one["error"], one["words"]) for one in listed["dead_letters"]] == [
        (dead, "KeyError", {"order": "1"})
    ]
    assert "KeyError" in run(folder, "show", dead).stdout
    assert run(folder, "list", "--queue", "polls").stdout.endswith("0 dead letters.\n")

    # And nothing can be dropped, but its order can go once more, and only once
    assert "nothing was dropped" in run(folder, "drop", dead).stderr
    assert run(folder, "requeue", dead).exit_code == 0
    assert "no order failed" in run(folder, "requeue", dead).stderr
