"""What a file wishes: accounts, systems, connections, each by its name, and where in the file it says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from connectors.base import Connector
from tools.apply.complaints import Where
from tools.apply.spots import Spot


@dataclass(frozen=True, slots=True)
class WishedSystem:
    name: str
    connector: Connector
    #: Of the connector's own model, whose secrets are not shown by printing.
    credentials: BaseModel
    #: Where its keys stand; "" is where it begins.
    at: Mapping[str, Where]


@dataclass(frozen=True, slots=True)
class WishedConnection:
    name: str
    kind: str
    #: Names of systems of the same account.
    source: str
    target: str
    #: None: as it is, and off where it is new.
    active: bool | None
    #: What the file names of `OrderSettings`, as JSON holds it; what it does not name stays as it is.
    settings: Mapping[str, Any]
    at: Mapping[str, Where]
    #: Where its settings stand; None where it has none.
    spot: Spot | None = None

    def where(self, loc: Sequence[str | int]) -> Where:
        """Of a place in the settings, or of what it would stand in."""
        return self.at[""] if self.spot is None else self.spot.below(loc).where


@dataclass(frozen=True, slots=True)
class WishedAccount:
    name: str
    systems: Mapping[str, WishedSystem]
    connections: Mapping[str, WishedConnection]
    where: Where
    #: So many days of what is in the books it sees; None: as it is, and 90 where it is new.
    log_days: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    #: What people call the file.
    source: str
    accounts: Mapping[str, WishedAccount]
