"""Whether orders go through a connection: its account, both of its systems and it itself have to be switched on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared.domain.reasons import REASONS

#: Everything is on again, and the owner has not let go yet what was held meanwhile.
AWAITS_RELEASE = "awaits_release"


class Kind(StrEnum):
    """What can be switched."""

    ACCOUNT = "account"
    SYSTEM = "system"
    CONNECTION = "connection"


#: The reason that a switch gives while it is off.
OFF = MappingProxyType({Kind.ACCOUNT: "account_off", Kind.SYSTEM: "system_off", Kind.CONNECTION: "order_sync_off"})
#: All the reasons for which an order is held.
HOLDING = frozenset({*OFF.values(), AWAITS_RELEASE})


@dataclass(frozen=True, slots=True)
class Switch:
    kind: Kind
    name: str
    on: bool

    @property
    def reason(self) -> str:
        """A code of the table, for while it is off."""
        return OFF[self.kind]

    def says(self) -> str:
        """For the owner while it is off: what is so, and what to do."""
        return REASONS[self.reason].says(name=self.name)


@dataclass(frozen=True, slots=True)
class Activity:
    """The switches that an order passes."""

    account: Switch
    source: Switch
    target: Switch
    connection: Switch

    @property
    def off(self) -> Sequence[Switch]:
        """Those that are off, the widest first; empty: on."""
        return [one for one in (self.account, self.source, self.target, self.connection) if not one.on]

    def holds(self, state: str) -> str | None:
        """The reason for which a transfer in that state does not go; None where no switch keeps it.

        What waits behind a switch that is off is kept as well as what is held: nothing goes there.
        """
        if state not in ("held", "waiting"):
            return None
        if self.off:
            return self.off[0].reason
        return AWAITS_RELEASE if state == "held" else None


def activity(
    *, account: tuple[str, bool], source: tuple[str, bool], target: tuple[str, bool], connection: tuple[str, bool]
) -> Activity:
    """Of each its name, and whether it is on."""
    return Activity(
        Switch(Kind.ACCOUNT, *account),
        Switch(Kind.SYSTEM, *source),
        Switch(Kind.SYSTEM, *target),
        Switch(Kind.CONNECTION, *connection),
    )
