"""`shopledger replay event ID`: what an event told of goes once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.store import inventory, replay
from shared.store.inventory import StoredAccount
from shared.store.replay import Raised, StoredEvent
from tools.cli.page import Page
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import moment
from tools.cli.who import by_user
from tools.look import words

COLUMNS = {"connection": "connection", "state": "state", "reason": "reason"}


@dataclass(frozen=True, slots=True)
class Found:
    account: StoredAccount
    event: StoredEvent
    transfers: Sequence[Raised]

    @property
    def about(self) -> str:
        """As "order 1007"."""
        return f"{self.event.source_type} {self.event.source_number or self.event.source_id}"

    def as_json(self, replayed: Sequence[Raised]) -> dict[str, Any]:
        event = self.event
        return {
            "event": event.id,
            "account": self.account.name,
            "received_at": event.received_at,
            "kind": event.kind,
            "topic": event.topic,
            "source_type": event.source_type,
            "source_id": event.source_id,
            "source_number": event.source_number,
            "transfers": [asdict(one) for one in self.transfers],
            "replayed": [asdict(one) for one in replayed],
        }


def find(place: Place, event: int) -> Found:
    """Raises Problem where there is none, or where it tells of nothing that could go."""
    for account in inventory.accounts(place.database):
        with place.database.account(account.id) as c:
            found = replay.event(c, event)
            if found is None:
                continue
            if found.source_id is None or found.kind not in ("state", "fetch", "deleted", "gone"):
                says = f"event {event} tells of no order: {words.told(found.kind)} ({found.topic or 'no topic'})"
                raise Problem(says, Exit.FOUND_TROUBLE)
            return Found(account, found, replay.transfers_of(c, found))
    raise Problem(
        f"there is no event {event}: `shopledger show ORDER` lists those of an order",
        Exit.FOUND_TROUBLE,
    )


def replay_event(place: Place, found: Found, *, is_fresh: bool) -> Sequence[Raised]:
    """Raises Problem where no connection moves what it is about."""
    detail = by_user(f"replay of event {found.event.id}, {'asked anew' if is_fresh else 'as stored'},")
    with place.database.account(found.account.id) as c:
        raised = replay.replay(c, found.event, is_fresh=is_fresh, detail=detail)
    if not raised:
        says = f"event {found.event.id} tells of {found.about}, and no connection moves its kind"
        raise Problem(says, Exit.FOUND_TROUBLE)
    return raised


def show(found: Found) -> None:
    page = Page()
    event = found.event
    page.line(f"Event {event.id} of {found.account.name}", style="bold")
    page.pair("about", found.about)
    page.pair("received", moment(event.received_at))
    page.pair("topic", event.topic)
    page.pair("told", words.told(event.kind))
    rows = [{"connection": one.connection, "state": one.state, "reason": one.reason} for one in found.transfers]
    page.rows(rows, COLUMNS, indent=2)


def show_replayed(found: Found, replayed: Sequence[Raised]) -> None:
    page = Page()
    for one in replayed:
        says = {
            "held": "is held behind a switch: `shopledger release` lets it go",
            "working": "is in a worker's hand, and goes round once more after that",
        }.get(one.state, "goes once more when its turn comes")
        page.line(f"{found.about[0].upper()}{found.about[1:]} {says} ({one.connection}).")
