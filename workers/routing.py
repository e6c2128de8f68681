"""The way of an order whose shop has several connections."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from psycopg import Connection

from shared.domain.routing import Way, elsewhere, route
from shared.domain.settings import OrderSettings
from shared.store import routes
from shared.store.claims import Claim, Outcome
from shared.store.database import Database
from workers import sentences
from workers.reading import OrderReader
from workers.tools import checked


def goes_elsewhere(database: Database, claim: Claim, reader: OrderReader) -> Outcome | None:
    """How a try ends whose order another connection of the shop takes; None where it goes on. Raises fates."""
    order = reader.newest()
    with database.account(claim.account) as connection:
        ways = ways_of(connection, claim.transfer)
    way = route(order, ways, with_role=reader.with_role)
    if way is None or way.connection == claim.connection:
        return None
    goes_by = None if way.has_document else way.connection
    return replace(sentences.skipped(elsewhere(way.name)), goes_by=goes_by)


def ways_of(connection: Connection, transfer: int) -> list[Way]:
    """The connections of its shop that have the order, inside an account."""
    return [_way(one) for one in routes.ways(connection, transfer)]


def _way(stored: routes.StoredWay) -> Way:
    return Way(
        connection=stored.connection,
        name=stored.name,
        settings=partial(checked, OrderSettings, stored.settings),
        is_active=stored.is_active,
        has_document=stored.has_document,
        is_waived=stored.is_waived,
    )
