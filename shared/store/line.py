"""What a worker asks of the store about one transfer: claim it, freeze what is sent, record how it ended.

Each call is one statement with a commit of its own, so that nothing is locked while the outside world answers, and may
be repeated when its answer is lost. All raise DatabaseDown. Times are seconds: the clocks of two machines differ.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from psycopg.rows import dict_row

from shared.store.database import Database
from shared.store.sql import query


class Verdict(StrEnum):
    """What became of the wish to work on a transfer; see `claim` in the schema."""

    CLAIMED = "claimed"
    NOTHING = "nothing"
    BUSY = "busy"
    EARLY = "early"
    RESTING = "resting"
    CROWDED = "crowded"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A webshop or accounting system of the connection; its credentials are sealed."""

    id: int
    kind: str
    credentials: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDocument:
    """The living document of the order. Planned, and sent before: nobody knows whether it exists in the books."""

    id: int
    state: Literal["planned", "draft", "booked"]
    kind: str
    reference: str
    key: str
    request: bytes = field(repr=False)
    number: str | None
    place: str | None
    currency: str
    #: Gross, what the order says and what the books came to.
    total: Decimal
    answered_total: Decimal | None
    #: Seconds since it was sent for the first and for the last time; None if it surely never was.
    first_sent: float | None
    last_sent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A transfer in hand, with all that its work needs."""

    account: int
    transfer: int
    token: uuid.UUID
    attempt: int
    version: int
    failures: int
    needs_fetch: bool
    source_type: str
    source_id: str
    #: The number people see; None where no event carried it.
    source_number: str | None
    connection: int
    settings: Mapping[str, Any]
    source: System
    target: System
    #: When the connection was first switched on; UTC.
    active_since: datetime | None
    #: One of the two systems was not up to its last call.
    is_troubled: bool
    #: He says that it may go once more, also where only he can say so.
    owner_asked: bool
    event: int | None
    #: The newest body the shop sent; None where no event carried one.
    body: bytes | None = field(repr=False)
    document: PlannedDocument | None
    #: Of `document`, or of the one to be made.
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a try ended. `state` waiting: again after `wait` seconds, at once for 0."""

    state: Literal["done", "skipped", "failed", "waiting"]
    #: For the log: transferred, already_synced, skipped, failed, retry, unknown, put_back, broken, internal_error.
    name: str
    #: A code of the reasons, or of a connector's fates; empty when it was transferred.
    reason: str = ""
    #: One sentence for people.
    sentence: str = ""
    wait: float = 0.0
    failures: int = 0
    document: int | None = None
    document_state: Literal["draft", "booked", "gone"] | None = None
    place: str | None = None
    number: str | None = None
    answered_total: Decimal | None = None
    #: What was frozen was surely not carried out.
    unsent: bool = False
    #: Nobody knows whether it was, and from now on it may still be.
    open: bool = False


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
        active_since=row["active_since"],
        is_troubled=row["is_troubled"],
        owner_asked=row["owner_asked"],
        event=row["event_id"],
        body=row["body"],
        document=_document(row),
        generation=row["generation"],
    )


def earlier_words(database: Database, claim: Claim, *, most: int) -> list[bytes]:
    """What the shop told of the order before, newest first, at most so many bodies."""
    values = {
        "system": claim.source.id,
        "source_type": claim.source_type,
        "source_id": claim.source_id,
        "event": claim.event,
        "since": claim.active_since,
        "most": most,
    }
    with database.account(claim.account) as connection:
        return [body for (body,) in connection.execute(query("earlier_words"), values)]


def renew(database: Database, claim: Claim, *, lease: float) -> bool:
    """The lease lasts from now on; False if it was lost."""
    return bool(database.one("renew", _key(claim) | {"lease": lease})[0])


def freeze(
    database: Database,
    claim: Claim,
    *,
    lease: float,
    kind: str,
    reference: str,
    request: bytes,
    currency: str,
    total: Decimal,
) -> tuple[Literal["frozen", "lost", "outdated", "off"], PlannedDocument | None]:
    """Writes down what is about to be sent, under a new idempotency key, and renews the lease.

    Outdated: the shop has said something newer. Off: the connection was switched off. Nothing was frozen then.
    """
    key = str(uuid.uuid4())
    values = {
        "lease": lease,
        "version": claim.version,
        "kind": kind,
        "generation": claim.generation,
        "reference": reference,
        "key": key,
        "request": request,
        "currency": currency,
        "total": total,
    }
    verdict, document = database.one("freeze", _key(claim) | values)
    if verdict != "frozen":
        return verdict, None
    return "frozen", PlannedDocument(
        id=document,
        state="planned",
        kind=kind,
        reference=reference,
        key=key,
        request=request,
        number=None,
        place=None,
        currency=currency,
        total=total,
        answered_total=None,
        first_sent=None,
        last_sent=None,
    )


def send_again(database: Database, claim: Claim, document: PlannedDocument, *, lease: float) -> bool:
    """Before the frozen bytes go out once more: renews the lease; False if it was lost."""
    return bool(database.one("send_again", _key(claim) | {"lease": lease, "document": document.id})[0])


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
    return bool(database.one("record", _key(claim) | values)[0])


def _key(claim: Claim) -> dict[str, Any]:
    return {"account": claim.account, "transfer": claim.transfer, "token": claim.token}


def _document(row: Mapping[str, Any]) -> PlannedDocument | None:
    if row["document_id"] is None:
        return None
    first, last = row["first_sent"], row["last_sent"]
    return PlannedDocument(
        id=row["document_id"],
        state=row["document_state"],
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
    )
