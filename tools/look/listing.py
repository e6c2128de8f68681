"""`shopledger transfers`: which orders are where, those that changed last first, over all accounts."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from shared.domain.activity import HOLDING, Activity
from shared.store import look, owner
from shared.store.inventory import StoredAccount
from shared.store.look import Filter, Transfer
from tools.cli.page import Page
from tools.cli.place import Place
from tools.cli.texts import moment_in_list, money
from tools.look import words
from tools.look.bodies import digest
from tools.switch.words import Held, held_by

COLUMNS = {
    "order": "order",
    "state": "state",
    "reason": "reason",
    "document": "document",
    "total": "total",
    "changed": "changed",
    "connection": "connection",
    "account": "account",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """The transfers that are shown, each with its account, and how many the filter leaves by state."""

    transfers: Sequence[tuple[StoredAccount, Transfer]]
    counts: Counter[str]
    #: By account and connection.
    switches: Mapping[tuple[int, str], Activity]

    def held_by(self, account: StoredAccount, transfer: Transfer) -> Held | None:
        switches = self.switches.get((account.id, transfer.connection))
        return held_by(switches, transfer.state) if switches is not None else None

    def as_json(self) -> dict[str, Any]:
        shown = [_as_json(account, transfer, self.held_by(account, transfer)) for account, transfer in self.transfers]
        return {"transfers": shown, "counts": dict(self.counts)}


def list_transfers(place: Place, accounts: Sequence[StoredAccount], wanted: Filter, *, most: int) -> Listed:
    found: list[tuple[StoredAccount, Transfer]] = []
    counts: Counter[str] = Counter()
    switches: dict[tuple[int, str], Activity] = {}
    for account in accounts:
        with place.database.account(account.id) as c:
            of_account = {one.name: one.activity for one in owner.switches(c)}
            for part in _parts(wanted, of_account):
                transfers, there = look.transfers(c, part, most=most)
                found += [(account, transfer) for transfer in transfers]
                counts.update(there)
        switches |= {(account.id, name): activity for name, activity in of_account.items()}
    found.sort(key=lambda one: one[1].updated_at, reverse=True)
    return Listed(found[:most], counts, switches)


def _parts(wanted: Filter, switches: Mapping[str, Activity]) -> Iterator[Filter]:
    """What to ask for. No row has the reasons that switches give: they are asked for by connection and state."""
    if wanted.reason not in HOLDING:
        yield wanted
        return
    for name, activity in switches.items():
        states = [state for state in wanted.states or words.STATES if activity.holds(state) == wanted.reason]
        if states and wanted.connection in (None, name):
            yield replace(wanted, connection=name, states=states, reason=None)


def show_list(listed: Listed, wanted: Filter) -> None:
    page = Page()
    if not listed.transfers:
        is_filtered = wanted != Filter()
        page.line(
            "No transfer is like that." if is_filtered else "Nothing yet: no webhook or poll has brought an order."
        )
        return
    rows = [_row(account, transfer, listed.held_by(account, transfer)) for account, transfer in listed.transfers]
    columns = dict(COLUMNS)
    for key in ("connection", "account"):
        if len({row[key] for row in rows}) == 1:
            del columns[key]
    page.rows(rows, columns, whole={"order", "state", "total"}, right={"total"})
    page.line()
    page.line(_summary(listed))
    for says in _held(listed):
        page.line(says)
    if listed.counts["failed"]:
        failed = next((_number(transfer) for _, transfer in listed.transfers if transfer.state == "failed"), None)
        why = (
            f"`{shlex.join(['shopledger', 'show', failed])}`"
            if failed
            else "`shopledger transfers --state failed`, `shopledger show NUMBER`"
        )
        page.line(f"Why one failed, and what to do: {why}")


def _held(listed: Listed) -> list[str]:
    """What keeps those that are held, and the command that comes next; each once."""
    by = [listed.held_by(account, transfer) for account, transfer in listed.transfers]
    return list(dict.fromkeys(f"Held: {one.sentence} `{one.command}`" for one in by if one is not None))


def _summary(listed: Listed) -> str:
    """As "412 done, 3 failed, 2 waiting; 50 shown"."""
    shown = len(listed.transfers)
    return f"{words.by_state(listed.counts)}; {'all' if listed.counts.total() == shown else shown} shown"


def _row(account: StoredAccount, transfer: Transfer, held: Held | None) -> dict[str, str]:
    return {
        "order": _number(transfer)
        if transfer.source_type == "order"
        else f"{transfer.source_type} {_number(transfer)}",
        "state": transfer.state,
        "reason": held.reason if held is not None else transfer.reason,
        "document": _document(transfer),
        "total": money(*_total(transfer)),
        "changed": moment_in_list(transfer.updated_at),
        "connection": transfer.connection,
        "account": account.name,
    }


def _as_json(account: StoredAccount, transfer: Transfer, held: Held | None) -> dict[str, Any]:
    total, currency = _total(transfer)
    return {
        "order": _number(transfer),
        "source_type": transfer.source_type,
        "source_id": transfer.source_id,
        "account": account.name,
        "connection": transfer.connection,
        "state": transfer.state,
        "reason": transfer.reason,
        "held_by": asdict(held) if held is not None else None,
        "document": None
        if transfer.document_kind is None
        else {
            "kind": transfer.document_kind,
            "state": transfer.document_state,
            "place": transfer.document_place,
            "number": transfer.document_number,
        },
        "total": total,
        "currency": currency,
        "changed_at": transfer.updated_at,
    }


def _number(transfer: Transfer) -> str:
    return transfer.source_number or transfer.source_id


def _document(transfer: Transfer) -> str:
    if transfer.document_kind is None or transfer.document_state is None:
        return ""
    return words.document(
        transfer.document_kind,
        transfer.document_state,
        transfer.document_place,
        transfer.document_number,
        sent=transfer.document_sent,
    )


def _total(transfer: Transfer) -> tuple[Decimal | None, str | None]:
    if transfer.total is not None:
        return transfer.total, transfer.currency
    order = digest(transfer.normalised)
    return (order.total, order.currency) if order is not None else (None, None)
