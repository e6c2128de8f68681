"""What a worker asks of the store about one transfer: claim it, freeze what is sent, note how far a document has come,
record how the try ended.

Each call has a commit of its own, so that nothing is locked while the outside world answers, and may be repeated when
its answer is lost. All raise DatabaseDown.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import dict_row

from shared.domain.document import FoundDocument
from shared.domain.routing import elsewhere
from shared.errors import Skip
from shared.store import routes
from shared.store.claims import Claim, FormerDocument, Outcome, PlannedDocument, System, Verdict, Written
from shared.store.database import Database
from shared.store.sql import query

#: Words of the shop about one order that are looked at for the moment at which it was to go.
MOST_EARLIER = 100

#: Lost: the lease is. Outdated: the shop has said something newer. Off: something on its way is switched off. In each
#: case nothing was frozen.
Frozen = Literal["frozen", "lost", "outdated", "off"]
#: Outdated, off: as above, and it is not to be booked now.
Noted = Literal["noted", "lost", "outdated", "off"]


def claim(database: Database, account: int, transfer: int, *, lease: float) -> Claim | Verdict:
    """The transfer in hand for `lease` seconds, or why not."""
    token = uuid.uuid4()
    values = {"account": account, "transfer": transfer, "token": token, "lease": lease}

    def ask(connection: Any) -> dict[str, Any]:
        with connection.cursor(row_factory=dict_row) as cursor:
            row: dict[str, Any] = cursor.execute(query("claim"), values).fetchone()
            return row

    row = database.run(ask)
    verdict = Verdict(row["verdict"])
    if verdict is not Verdict.CLAIMED:
        return verdict
    return Claim(
        account=account,
        transfer=transfer,
        token=token,
        attempt=row["attempt_id"],
        version=row["version"],
        failures=row["failures"],
        needs_fetch=row["needs_fetch"],
        source_type=row["source_type"],
        source_id=row["source_id"],
        source_number=row["source_number"],
        connection=row["connection_id"],
        settings=row["settings"],
        source=System(id=row["source_system"], kind=row["source_kind"], credentials=row["source_credentials"]),
        target=System(id=row["target_system"], kind=row["target_kind"], credentials=row["target_credentials"]),
        rounding=row["target_rounding"],
        active_since=None if row["is_imported"] else row["active_since"],
        is_troubled=row["is_troubled"],
        owner_asked=row["owner_asked"],
        is_waived=row["is_waived"],
        ignored_why=row["ignored_why"],
        event=row["event_id"],
        body=row["body"],
        document=_document(row),
        former=_former(row),
        generation=row["generation"],
        is_shared=row["is_shared"],
    )


def earlier_words(
    connection: Connection, *, system: int, source_type: str, source_id: str, event: int | None, since: datetime | None
) -> list[bytes]:
    """What the shop told of the order before `event`, newest first, MOST_EARLIER bodies at most; inside an account."""
    values = {
        "system": system,
        "source_type": source_type,
        "source_id": source_id,
        "event": event,
        "since": since,
        "most": MOST_EARLIER,
    }
    return [body for (body,) in connection.execute(query("earlier_words"), values)]


def order_as_sent(database: Database, claim: Claim) -> bytes | None:
    """The normalised order of the try that wrote the last request; None where it is not kept any more."""
    with database.account(claim.account) as connection:
        values = {"transfer": claim.transfer, "attempt": claim.attempt}
        row = connection.execute(query("order_as_sent"), values).fetchone()
    return row[0] if row else None


def renew(database: Database, claim: Claim, *, lease: float) -> bool:
    """The lease lasts from now on; False if it was lost."""
    return bool(database.one("renew", claim.held_by | {"lease": lease})[0])


def freeze(
    database: Database,
    claim: Claim,
    written: Written,
    *,
    lease: float,
    reference: str,
    is_to_be_booked: bool = False,
    supersedes: int | None = None,
) -> tuple[Frozen, PlannedDocument | None]:
    """Writes down what is about to be sent, under a new idempotency key, and renews the lease.

    `supersedes`: the document whose place it takes. Raises Skip (routed_elsewhere) where the order has a document
    through another connection of its shop.
    """
    key = str(uuid.uuid4())
    values = {
        "lease": lease,
        "version": claim.version,
        "generation": claim.generation,
        "reference": reference,
        "key": key,
        "is_to_be_booked": is_to_be_booked,
        "supersedes": supersedes,
    }
    verdict, document, goes_by = database.one("freeze", claim.held_by | written.values | values)
    if verdict == "elsewhere":
        why = elsewhere(goes_by)
        raise Skip(why.reason, why.sentence)
    if verdict != "frozen":
        return verdict, None
    return "frozen", PlannedDocument(
        id=document,
        state="planned",
        origin="sent",
        kind=written.kind,
        reference=reference,
        key=key,
        request=written.request,
        number=None,
        place=None,
        currency=written.currency,
        total=written.total,
        answered_total=None,
        first_sent=None,
        last_sent=None,
        is_to_be_booked=is_to_be_booked,
        booking_key=None,
        booking_sent=None,
        expected=written.expected,
    )


def refreeze(
    database: Database, claim: Claim, document: PlannedDocument, written: Written, *, lease: float
) -> tuple[Frozen, PlannedDocument]:
    """Writes down what is about to become the content of a draft, under a new idempotency key, and renews the lease."""
    frozen = replace(
        document,
        request=written.request,
        currency=written.currency,
        total=written.total,
        answered_total=None,
        key=str(uuid.uuid4()),
        booking_key=None,
        booking_sent=None,
        expected=written.expected,
    )
    values = {"lease": lease, "version": claim.version, "document": document.id, "key": frozen.key}
    verdict: Frozen = database.one("refreeze", claim.held_by | written.values | values)[0]
    return verdict, frozen


def learn_rounding(database: Database, claim: Claim, ways: Sequence[str]) -> None:
    """What the answers of its books leave open, from now on."""
    with database.account(claim.account) as connection:
        connection.execute(query("learn_rounding"), {"system": claim.target.id, "ways": list(ways)})


def progress(
    database: Database,
    claim: Claim,
    document: int,
    *,
    lease: float,
    found: FoundDocument | None = None,
    state: Literal["draft", "booked", "superseded"] | None = None,
    is_answered: bool = True,
    booking_key: str | None = None,
) -> Noted:
    """Writes down how far a document has come, and renews the lease. With a key it is about to be booked under it.

    `is_answered` False: what the books come to stays unknown.
    """
    values = {
        "lease": lease,
        "version": claim.version,
        "document": document,
        "state": state,
        "place": found.place if found else None,
        "number": found.number if found else None,
        "answered": found.total if found and is_answered else None,
        "booking_key": booking_key,
    }
    verdict: Noted = database.one("progress", claim.held_by | values)[0]
    return verdict


def send_again(database: Database, claim: Claim, document: PlannedDocument, *, lease: float) -> Noted:
    """Before the frozen bytes go out once more: renews the lease."""
    if database.one("send_again", claim.held_by | {"lease": lease, "document": document.id})[0]:
        return "noted"
    return "off" if renew(database, claim, lease=lease) else "lost"


def record(database: Database, claim: Claim, outcome: Outcome, stages: Sequence[tuple[str, bytes | None]] = ()) -> bool:
    """Ends the try, and gives the transfer out of hand; False, and nothing changed, if the lease was lost.

    `stages` are (name, body): original (None: the event's), normalised, sent, answered.
    """
    values = {
        "version": claim.version,
        "attempt": claim.attempt,
        "state": outcome.state,
        "outcome": outcome.name,
        "reason": outcome.reason,
        "detail": outcome.sentence.encode(),
        "wait": outcome.wait if outcome.wait > 0 else None,
        "failures": outcome.failures,
        "document": outcome.document,
        "document_state": outcome.document_state,
        "place": outcome.place,
        "number": outcome.number,
        "answered": outcome.answered_total,
        "unsent": outcome.unsent,
        "open": outcome.open,
        "event": claim.event,
        "stages": [name for name, _ in stages],
        "bodies": [body for _, body in stages],
    }
    if outcome.goes_by is None:
        return bool(database.one("record", claim.held_by | values)[0])
    # Two workers that each left it to the other's connection, by other settings, see each other.
    with database.account(claim.account) as connection:
        routes.lock(connection, claim.transfer)
        row = connection.execute(query("record"), claim.held_by | values).fetchone()
        is_recorded = row is not None and bool(row[0])
        if is_recorded:
            routes.hand_over(connection, claim.transfer, outcome.goes_by)
    return is_recorded


def _document(row: Mapping[str, Any]) -> PlannedDocument | None:
    if row["document_id"] is None:
        return None
    first, last, booking = row["first_sent"], row["last_sent"], row["booking_sent"]
    return PlannedDocument(
        id=row["document_id"],
        state=row["document_state"],
        origin=row["document_origin"],
        kind=row["document_kind"],
        reference=row["document_reference"],
        key=row["document_key"],
        request=row["document_request"],
        number=row["document_number"],
        place=row["document_place"],
        currency=row["document_currency"],
        total=row["document_total"],
        answered_total=row["document_answered"],
        first_sent=first.total_seconds() if first is not None else None,
        last_sent=last.total_seconds() if last is not None else None,
        is_to_be_booked=row["is_to_be_booked"],
        booking_key=row["booking_key"],
        booking_sent=booking.total_seconds() if booking is not None else None,
        expected=row["document_expected"],
    )


def _former(row: Mapping[str, Any]) -> FormerDocument | None:
    if row["former_id"] is None:
        return None
    return FormerDocument(**{name: row[f"former_{name}"] for name in ("id", "kind", "reference", "key", "number")})
