"""Credentials of a system: what is secret comes from the environment or from files, and is never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from connectors.base import Connector
from tools.apply.spots import Spot
from tools.apply.tree import Kind

#: More than any key or token has; a device or a log named by mistake is not read to its end.
MOST_BYTES = 64 * 1024
#: As names of variables are usually written; another one might be the secret itself, and is not repeated.
USUAL_NAME = re.compile("[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Sources:
    environment: Mapping[str, str]
    #: From which paths in the file begin.
    folder: Path


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a value came from, in words: "the environment variable WOO_KEY"; empty for the file itself."""

    value: str = field(repr=False)
    words: str


def read_credentials(spot: Spot, connector: Connector, sources: Sources) -> BaseModel | None:
    """None where there is a complaint."""
    fields = connector.Credentials.model_fields
    required = [name for name, info in fields.items() if info.is_required()]
    optional = [name for name in fields if name not in required]
    given = spot.fields("credentials", required=required, optional=optional)
    found = {name: _value(place, fields[name], sources) for name, place in given.items()}
    values = {name: origin for name, origin in found.items() if origin is not None}
    if len(values) < len(given) or not set(required) <= set(values):
        return None
    try:
        return connector.Credentials.model_validate({name: origin.value for name, origin in values.items()})
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            name = str(problem["loc"][0]) if problem["loc"] else ""
            says = problem["msg"].removeprefix("Value error, ")
            words = values[name].words if name in values else ""
            given.get(name, spot).complain(f"{says} (from {words})" if words else says)
        return None


def is_secret(info: FieldInfo) -> bool:
    return SecretStr in (info.annotation, *get_args(info.annotation))


def opened(credentials: BaseModel) -> dict[str, str]:
    """As they are sealed, and compared with what is sealed already."""
    values = {name: getattr(credentials, name) for name in type(credentials).model_fields}
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
        if value is not None
    }


def _value(spot: Spot, info: FieldInfo, sources: Sources) -> _Origin | None:
    if spot.node.kind is Kind.MAP:
        return _referred(spot, sources)
    if is_secret(info):
        spot.complain("a secret does not stand in this file: write {env: NAME} or {file: PATH}")
    elif spot.node.kind is Kind.TEXT and spot.node.text:
        return _Origin(spot.node.text, "")
    else:
        spot.complain(f"must be text, and is {spot.node.kind.value}")
    return None


def _referred(spot: Spot, sources: Sources) -> _Origin | None:
    """{env: NAME} or {file: PATH}."""
    if len(spot.node.entries) != 1 or not spot.node.entries.keys() <= {"env", "file"}:
        spot.complain("write {env: NAME} or {file: PATH}")
        return None
    ((how, _),) = spot.node.entries.items()
    place = spot.child(how)
    name = place.text()
    if name is None:
        return None
    return _from_environment(place, name, sources) if how == "env" else _from_file(place, name, sources)


def _from_environment(spot: Spot, name: str, sources: Sources) -> _Origin | None:
    words = f"the environment variable {name}" if USUAL_NAME.fullmatch(name) else "the environment variable named here"
    value = sources.environment.get(name)
    if value is None or not value.strip():
        spot.complain(f"{words} is {'not set' if value is None else 'empty'}")
        return None
    return _Origin(value.strip(), words)


def _from_file(spot: Spot, name: str, sources: Sources) -> _Origin | None:
    path = sources.folder / name
    words = f"the file {path}" if "/" in name or "." in name else "the file named here"
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        value = raw.decode("utf-8-sig").strip()
    except (OSError, ValueError) as error:
        spot.complain(f"{words} {_why(error)}")
        return None
    if not value or len(raw) > MOST_BYTES:
        spot.complain(f"{words} is {'empty' if not value else 'far too large for a secret'}")
        return None
    return _Origin(value, words)


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is not there"
    if isinstance(error, PermissionError):
        return "may not be read by this user"
    if isinstance(error, IsADirectoryError):
        return "is a folder"
    return "is not UTF-8 text" if isinstance(error, UnicodeError) else "cannot be read"
