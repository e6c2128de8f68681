"""A transfer in hand: what a worker claims, the document that goes with it, and how a try ends. Times are seconds: the
clocks of two machines differ.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from psycopg.types.json import Jsonb


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
class Written:
    """What is about to be sent: the exact bytes, and what they are to come to."""

    kind: str
    request: bytes = field(repr=False)
    currency: str
    #: Gross.
    total: Decimal
    #: As `shared.domain.expected` writes it; None where nobody knows how the books get there.
    expected: Mapping[str, Any] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """As the store's statements take it."""
        expected = Jsonb(self.expected) if self.expected is not None else None
        return {
            "kind": self.kind,
            "request": self.request,
            "currency": self.currency,
            "total": self.total,
            "expected": expected,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDocument:
    """The living document of the order. Planned: nobody knows whether it exists in the books."""

    id: int
    state: Literal["planned", "draft", "booked"]
    #: Who made it: we, or somebody else, and then the owner linked it or had it adopted.
    origin: Literal["sent", "linked", "adopted"]
    kind: str
    reference: str
    key: str
    #: None where somebody else made it.
    request: bytes | None = field(repr=False)
    number: str | None
    place: str | None
    currency: str
    #: Gross, what the order says and what the books came to.
    total: Decimal
    answered_total: Decimal | None
    #: Seconds since it was sent for the first and for the last time; None if it surely never was.
    first_sent: float | None
    last_sent: float | None
    is_to_be_booked: bool
    #: Of the booking that goes out, and seconds since it last did; None where its outcome is known.
    booking_key: str | None
    booking_sent: float | None
    #: What the books are to make of it, as `shared.domain.expected` writes it; None where nobody knows.
    expected: Mapping[str, Any] | None = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Something went out, and nobody knows what became of it."""
        return self.state == "planned" or self.answered_total is None or self.booking_sent is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerDocument:
    """Living, until the document that takes its place is there."""

    id: int
    kind: str
    reference: str
    key: str
    number: str | None


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
    #: The ways of rounding VAT that the books' answers leave open; empty where they gave none yet.
    rounding: Sequence[str]
    #: When the connection was first switched on; UTC. None, too, for an order that was imported: it goes all the same.
    active_since: datetime | None
    #: One of the two systems was not up to its last call.
    is_troubled: bool
    #: He says that it may go once more, also where only he can say so.
    owner_asked: bool
    #: He says that it goes, whatever the rules say.
    is_waived: bool
    #: Why he wants it left alone.
    ignored_why: str | None
    event: int | None
    #: The newest body the shop sent; None where no event carried one.
    body: bytes | None = field(repr=False)
    document: PlannedDocument | None
    #: Whose place `document` takes.
    former: FormerDocument | None
    #: Of the next document that is made.
    generation: int
    #: Other connections take orders of its shop, too.
    is_shared: bool

    @property
    def held_by(self) -> dict[str, Any]:
        """What the store asks for to see that the worker still has it."""
        return {"account": self.account, "transfer": self.transfer, "token": self.token}


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
    #: The other connection that takes the order, and has no document of it yet.
    goes_by: int | None = None
