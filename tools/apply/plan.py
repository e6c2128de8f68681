"""What would be done: a step for each account, system, connection and webhook, also where nothing is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from connectors.base import WebhookSubscription
from shared.domain.findings import Finding, Level
from shared.store.inventory import StoredSubscription
from tools.apply.wish import WishedConnection, WishedSystem


class Act(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class SystemStep:
    act: Act
    wished: WishedSystem
    #: None where it is new.
    id: int | None
    #: Fields of its credentials, with values only of those that are no secret; and that it works again.
    changes: Sequence[str] = ()
    #: "stopped since 2026-11-01 09:30:00 (not_authorised)", in the local zone; empty where it works.
    stopped: str = ""

    @property
    def is_to_be_asked(self) -> bool:
        """Before anything is written: nobody knows yet whether it lets us in."""
        return self.act is not Act.NOTHING or bool(self.stopped)

    def let_in(self) -> SystemStep:
        """It was asked and answered well: one that stopped works again, which its credentials being saved does."""
        if not self.stopped:
            return self
        return replace(self, act=Act.CHANGE, changes=[*self.changes, f"works again: {self.stopped}"])


@dataclass(frozen=True, slots=True)
class ConnectionStep:
    act: Act
    wished: WishedConnection
    id: int | None
    #: As they will be.
    settings: Mapping[str, Any]
    saves_settings: bool
    #: Whether it will be on, and whether that is to be switched.
    on: bool
    switches: bool
    changes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WebhookStep:
    """One topic of one webshop."""

    act: Act
    #: The webshop's name.
    system: str
    topic: str
    #: None where there is none yet, or none whose secret can be opened.
    row: StoredSubscription | None = None
    #: The webhook at the shop that is as it should be.
    good: WebhookSubscription | None = None
    #: Ours at the shop that are not.
    stale: Sequence[WebhookSubscription] = ()
    changes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found when a system was asked."""

    account: str
    system: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class AccountPlan:
    name: str
    #: None where it is new.
    id: int | None
    systems: Mapping[str, SystemStep]
    connections: Mapping[str, ConnectionStep]
    webhooks: Sequence[WebhookStep] = ()
    #: As they will be; None where they stay.
    log_days: int | None = None
    changes: Sequence[str] = ()

    @property
    def act(self) -> Act:
        return Act.CREATE if self.id is None else Act.CHANGE if self.changes else Act.NOTHING


@dataclass(frozen=True, slots=True)
class Plan:
    accounts: Sequence[AccountPlan]
    #: What live systems said; one failing finding, and nothing is carried out.
    looked: Sequence[Looked]
    #: What fails and keeps nothing else back: a shop that does not tell its webhooks, a system that stays stopped, a
    #: state that the shop does not have any more in settings that are stored already.
    unseen: Sequence[Looked]
    #: What the store has and the file does not name: it stays as it is.
    not_in_file: Sequence[str]

    @property
    def fails(self) -> bool:
        return any(looked.finding.level is Level.FAILING for looked in self.looked)
