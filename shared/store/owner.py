"""What an owner may ask for: one order once more, or all that a connection holds. Runs inside an account."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from shared.domain.activity import Activity, activity
from shared.store.sql import query


@dataclass(frozen=True, slots=True)
class Switched:
    """A connection with the switches that its orders pass."""

    id: int
    name: str
    #: Ids of systems.
    source: int
    target: int
    activity: Activity
    #: How many of its transfers are held.
    held: int


def ask_again(connection: Connection, transfer: int, *, is_waived: bool = False) -> bool:
    """The owner's word: look at the order once more, something was mended, or it is not in the books.

    A document that is in the books is found and looked at again, also one that he changed there. Only where it is in no
    place of them, and could not be repeated safely, a new one goes, under a new reference. `is_waived`: it goes,
    whatever the rules say. False if there is no such transfer.
    """
    wish = {"transfer": transfer, "is_waived": is_waived}
    return connection.execute(query("owner_asks"), wish).fetchone() is not None


def leave_alone(connection: Connection, transfer: int, why: str) -> bool:
    """The owner's word: the order stays out, whatever the shop says of it, until he asks for it again.

    A worker that has it in hand hears it before anything is frozen, or in the round after. False if there is none.
    """
    return connection.execute(query("ignore"), {"transfer": transfer, "why": why}).fetchone() is not None


def switches(connection: Connection) -> list[Switched]:
    """Every connection, oldest first."""
    return [
        Switched(
            id=of,
            name=name,
            source=source,
            target=target,
            activity=activity(
                account=(account, account_on),
                source=(source_name, source_on),
                target=(target_name, target_on),
                connection=(name, on),
            ),
            held=held,
        )
        for (
            of,
            name,
            on,
            source,
            source_name,
            source_on,
            target,
            target_name,
            target_on,
            account,
            account_on,
            held,
        ) in connection.execute(query("switches_of_account"))
    ]


def release(connection: Connection, through: int) -> int:
    """The owner's word: what that connection holds may go. How many that are; none while one of its switches is off."""
    return connection.execute(query("release"), {"connection": through}).rowcount
