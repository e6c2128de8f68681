"""What every service does first: read its settings, look at its database login, or say in one line what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr, ValidationError

from shared.sealing import SealError
from shared.settings import UnknownSetting
from shared.store.database import Database, DatabaseDown, OldSchema, UnsafeRole
from shared.store.sql import migrations

T = TypeVar("T")

#: Exit codes after sysexits.h: wrong configuration, a server that is not there.
WRONG_CONFIGURATION = 78
UNAVAILABLE = 69
#: What pydantic writes before the sentence of a validator.
BEFORE_OUR_OWN = "Value error, "


class WrongAddress(ValueError):
    """What was given as the database's address is none. The message does not repeat it."""


def open_database(
    service: str, url: SecretStr | str, *, connections: int, within: float, is_patient: bool = False
) -> Database:
    """The database at that address, after a look at the login's rights and the migrations that ran.

    Raises WrongAddress, DatabaseDown, UnsafeRole and OldSchema.
    """
    address = url if isinstance(url, str) else url.get_secret_value()
    try:
        conninfo_to_dict(address)
    except psycopg.ProgrammingError:  # its text repeats parts of the address
        raise WrongAddress(
            "SHOPLEDGER_DATABASE_URL is no address of PostgreSQL; write it like postgresql://shopledger_app:...@host/db"
        ) from None
    database = Database(address, name=service, connections=connections, within=within, is_patient=is_patient)
    database.check_role()
    database.check_schema({name for name in migrations() if "_pre_" in name})
    return database


def problems_of(error: ValidationError) -> list[str]:
    """One line for each setting that is wrong; no value is shown."""
    return [
        "SHOPLEDGER_"
        + "_".join(str(part) for part in problem["loc"]).upper()
        + f": {problem['msg'].removeprefix(BEFORE_OUR_OWN)}"
        for problem in error.errors()
    ]


def or_exit(step: Callable[[], T]) -> T:
    """The step's result; if it fails for a reason that the operator can mend, one line on stderr and an exit code."""
    try:
        return step()
    except ValidationError as error:
        for problem in problems_of(error):
            print(f"shopledger: {problem}", file=sys.stderr)  # noqa: T201
        sys.exit(WRONG_CONFIGURATION)
    except (UnknownSetting, WrongAddress, SealError, UnsafeRole, OldSchema) as error:
        print(f"shopledger: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(WRONG_CONFIGURATION)
    except DatabaseDown as error:
        print(f"shopledger: {error} (SHOPLEDGER_DATABASE_URL)", file=sys.stderr)  # noqa: T201
        sys.exit(UNAVAILABLE)
