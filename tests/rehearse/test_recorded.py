"""What a dry run says of every recorded order of real shops is what becomes of it."""

from __future__ import annotations

import pytest

from shared.store.database import Database
from tests.connectors.woocommerce.recordings import SETS, needs_recordings
from tests.line.recorded_shop import recorded, recorded_shop
from tests.rehearse.recorded import carried_out, ends, rehearsed, writes

pytestmark = needs_recordings


@pytest.mark.parametrize("of", SETS)
def test_what_is_said_of_a_recorded_order_is_what_becomes_of_it(store: Database, of: str) -> None:
    # Given a shop's recorded orders, when all of them are rehearsed, then nothing is written
    with recorded_shop(store, recorded()[of]) as line:
        told = rehearsed(line)
        assert (len(told), writes(line)) == (len(recorded()[of]), [])
        for end, count in sorted(ends(told).items()):
            print(f"| {of} | {end} | {count} |")  # noqa: T201
        # And when they are carried out, then each ends as was said, byte by byte
        wrong = [one for one in (carried_out(line, one) for one in told) if not one.is_as_said]
        assert [(one.told.subject.number, one.told.end, one.state, one.sentence) for one in wrong] == []
