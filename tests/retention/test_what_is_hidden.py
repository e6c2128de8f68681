"""An account sees as far back as it chose; what is open is always seen."""

from __future__ import annotations

from tests.look.conftest import Command
from tests.retention.rig import Archive
from tests.retention.test_months_that_go import fill


def listed(command: Command, *arguments: str) -> set[str]:
    return {str(one["order"]) for one in command.json("transfers", *arguments)["transfers"]}


def test_what_is_done_is_hidden_by_the_accounts_own_days(archive: Archive) -> None:
    # Given orders of 40 days ago
    fill(archive)
    archive.age(40)
    command = Command(archive.address)
    assert listed(command) == {"1001", "1002", "1003"}

    # When the account looks back 30 days
    archive.look_back(30)

    # Then what is in the books is in no list, and found by its number, with its document and without its words
    assert listed(command) == {"1002", "1003"}
    assert listed(command, "--order", "1001") == {"1001"}
    (story,) = command.json("show", "1001")
    assert (len(story["documents"]), story["events"], story["attempts"]) == (1, [], [])
    # And it says so, also where a body or a try is asked for
    text = command.says("show", "1001", "--body", "sent")
    gone = "no longer kept, or further back than the account looks (log_days)"
    assert f"What the shop told us\n  {gone}\n" in text
    assert f"What was tried\n  {gone}\n" in text
    assert f"There is no body of that: {gone}." in text
    assert gone in command.fails("show", "1001", "--attempt", "1")
    # And so it is where another connection of the shop leaves the order to this one
    archive.route_elsewhere(1001)
    assert listed(command) == {"1002", "1003"}
    assert command.json("show", "1001", "--connection", "Orders")[0]["events"] == []
    # And what is open tells its whole story
    (story,) = command.json("show", "1003")
    assert (len(story["events"]), len(story["attempts"])) == (2, 2)
    assert story["sentence"]
