"""Recorded orders rehearsed, and then carried out; others' work, at hand on some machines only."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.wrappers import Request, Response

from shared.intake import Origin
from shared.store import setup
from shared.store.database import Database
from tests.connectors.woocommerce.replay import answer, serving
from tests.line.rig import Line, line_to
from tests.support.orders import tell
from tests.support.shop import KEYRING
from tools.cli.place import Place
from tools.rehearse import dry_run, orders
from tools.rehearse.dry_run import Told
from tools.rehearse.through import named, rehearsal_of
from workers.would import NEW_CUSTOMER

#: Of every set: all that its orders would need.
PRODUCTS = ("FREIGHT", "FEE", "ROUNDING")


@dataclass(frozen=True)
class Ended:
    """What was said of an order, and what became of it. `written`: what went out for it, in its order."""

    told: Told
    state: tuple[str, str]
    sentence: str
    written: list[str]

    @property
    def is_as_said(self) -> bool:
        """To the byte, but for the number of a new customer; whoever an order before it made is found, and not made."""
        said = self.told.rehearsed
        if said.written is None:
            return (self.state[1], self.sentence, self.written) == (said.reason, said.sentence, [])
        *made, document = map(_unnumbered, self.written)
        would = [_unnumbered(request.decode()) for _, request in said.made]
        return (
            self.state == ("done", "")
            and document == _unnumbered(said.written.request.decode())
            and all(one in would for one in made)
        )


def _unnumbered(request: str) -> str:
    body = json.loads(request)
    return json.dumps(body | {"customer": NEW_CUSTOMER}) if "customer" in body else request


@contextlib.contextmanager
def recorded_shop(store: Database, orders: Mapping[str, list[dict[str, Any]]]) -> Iterator[Line]:
    """Which answers with the newest body of each order."""
    newest = {number: max(bodies, key=lambda body: str(body["date_modified_gmt"])) for number, bodies in orders.items()}

    def shop_says(request: Request) -> Response:
        number = request.path.rpartition("/")[2]
        return answer(json.loads(json.dumps(newest[number], default=str)))

    with serving(by=shop_says) as shop, line_to(store) as line:
        with store.account(line.shop.account) as c:
            key = {"consumer_key": "ck_recorded", "consumer_secret": "cs_recorded"}
            setup.change_credentials(c, KEYRING, line.shop.webshop, {"url": shop.url, **key})
        line.books.put_years(*((date(year, 1, 1), date(year, 12, 31)) for year in range(2010, 2031)))
        for number in PRODUCTS:
            line.books.put_product(number)
        for bodies in orders.values():
            for at, body in enumerate(bodies):
                tell(line.shop, body, delivery=str(at), origin=Origin.POLL)
        yield line


def rehearsed(line: Line) -> list[Told]:
    """All orders of the line, newest first."""
    place = Place(line.database, KEYRING, None, "the test's database")
    account = str(line.shop.rows("select name from accounts")[0][0])
    through = named(place, account, None)
    settings = dry_run.settings_of(through.connection.settings, "settings")
    subjects = orders.last(place, through, 1000)
    with rehearsal_of(place, through) as (rehearsal, _):
        return list(dry_run.dry_run(place, through, rehearsal, subjects, settings))


def carried_out(line: Line, told: Told) -> Ended:
    assert told.subject.told is not None
    number = told.subject.told.source_id
    before = len(writes(line))
    line.work(number)
    if line.state(number)[0] == "waiting":
        line.work(number)
    return Ended(told, line.state(number), line.said(number), writes(line)[before:])


def writes(line: Line) -> list[str]:
    return [entry.body for entry in line.books.journal.entries() if entry.method != "GET"]


def ends(told: list[Told]) -> Counter[str]:
    return Counter(f"{one.end}: {one.rehearsed.reason}" if one.rehearsed.reason else one.end for one in told)
