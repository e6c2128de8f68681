"""What all tries of a worker process share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.base import Connector
from connectors.registry import UnknownConnector
from shared.domain.reasons import REASONS, needs_user
from shared.errors import Retry
from shared.sealing import Keyring
from shared.store.database import Database
from workers.clients import Clients
from workers.products import KnownProducts
from workers.quiet import QuietShops

C = TypeVar("C", bound=Connector)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class WayIn:
    """What it takes to make a shop's webhooks. `public_url`: of ingest, without a slash; None when nobody said."""

    public_url: str | None
    keyring: Keyring


@dataclass(frozen=True, slots=True)
class Tools:
    database: Database
    clients: Clients
    known_products: KnownProducts
    quiet_shops: QuietShops = field(default_factory=QuietShops)
    way_in: WayIn | None = None


def installed(find: Callable[[str], C], kind: str) -> C:
    """Raises Retry where this version has no connector of that kind."""
    try:
        return find(kind)
    except UnknownConnector:
        raise Retry("wrong_setup", REASONS["wrong_setup"].says(what=kind)) from None


def checked(model: type[M], stored: Mapping[str, Any]) -> M:
    """What the owner saved, as this version reads it. Raises NeedsUser."""
    try:
        return model.model_validate(stored)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    raise needs_user("wrong_settings", problem=f"{where}: {first['msg']}")
