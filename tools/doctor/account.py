"""What the store says of one account, read at once, so that whoever is asked afterwards holds nothing up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import Connection
from pydantic import BaseModel, ValidationError

from connectors.base import Connector
from connectors.registry import UnknownConnector, connector
from shared.domain.findings import Finding
from shared.sealing import Keyring, SealError
from shared.store import inventory, look, runs, setup, timetable
from shared.store.database import Database
from shared.store.inventory import Inventory, StoredAccount
from shared.store.look import Alarm, System
from shared.store.runs import StoredRun
from shared.store.sql import query
from shared.store.timetable import Listed
from tools.doctor.report import failing

#: Seconds after which somebody must have rung for a transfer, taken it, freed it or woken it.
PATIENCE = 60.0
#: Bulk runs that are looked at, newest first.
MOST_RUNS = 50


@dataclass(frozen=True, slots=True)
class Stuck:
    """`kind` as `doctor_line.sql` has it. The same again a moment later: nothing has moved."""

    kind: str
    connection: int
    transfer: int
    version: int
    #: The order's number, for people.
    number: str
    many: int

    @property
    def first(self) -> tuple[str, int, int, int]:
        return self.kind, self.connection, self.transfer, self.version


@dataclass(frozen=True, slots=True)
class Opened:
    kind: Connector
    credentials: BaseModel


@dataclass(frozen=True, slots=True)
class Seen:
    account: StoredAccount
    systems: Sequence[System]
    there: Inventory
    alarms: Sequence[Alarm]
    stuck: Sequence[Stuck]
    schedules: Sequence[Listed]
    runs: Sequence[StoredRun]
    #: By the system's id: what it takes to ask it, or why it cannot be asked. Empty without keys.
    opened: Mapping[int, Opened | Finding]

    @property
    def names(self) -> Mapping[int, str]:
        return {system.id: system.name for system in self.systems}


def see(database: Database, keyring: Keyring | None, account: StoredAccount) -> Seen:
    """Raises DatabaseDown and PostgreSQL's own errors."""
    with database.account(account.id) as inside:
        systems = look.systems(inside)
        return Seen(
            account,
            systems,
            inventory.inventory(inside),
            look.alarms(inside),
            _stuck(inside),
            timetable.listed(inside),
            runs.listed(inside, most=MOST_RUNS),
            {} if keyring is None else {one.id: _open(inside, keyring, one) for one in systems},
        )


def stuck(database: Database, account: StoredAccount) -> Sequence[Stuck]:
    """Raises as `see`."""
    with database.account(account.id) as inside:
        return _stuck(inside)


def _stuck(inside: Connection) -> Sequence[Stuck]:
    return [Stuck(*row) for row in inside.execute(query("doctor_line"), {"patience": PATIENCE}).fetchall()]


def _open(inside: Connection, keyring: Keyring, system: System) -> Opened | Finding:
    enter = "Name them in your file, and run `shopledger apply FILE`."
    try:
        kind = connector(system.kind)
        stored = setup.read_credentials(inside, keyring, system.id)
        credentials: BaseModel = kind.Credentials.model_validate(stored)
    except UnknownConnector as error:
        says = f"This version has {error}. Its orders wait."
        return failing("connector", says, "Install the version of shopledger that has it, on every machine.")
    except SealError as error:
        remedy = (
            "Put the key back into SHOPLEDGER_SECRET_KEYS of every process. If it is lost, `shopledger apply FILE`"
            " stores the credentials anew."
        )
        return failing("credentials", f"They cannot be opened: {error}.", remedy)
    except LookupError:
        return failing("credentials", "There are none.", enter)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False))
        return failing("credentials", f"They are not as this version needs them ({fields}).", enter)
    return Opened(kind, credentials)
