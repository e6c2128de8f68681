"""A poll: what changed in the shop goes through the same door as a webhook, and nothing else makes work."""

from __future__ import annotations

from shared.store.database import Database
from tests.jobs.rig import jobs_of


def test_an_order_of_which_no_webhook_told_is_found_and_goes_into_the_books(store: Database) -> None:
    # Given a shop without webhooks, and an order there
    with jobs_of(store) as jobs:
        assert jobs.line.woo is not None
        order = jobs.line.woo.put_order(status="processing")
        # When it is polled, then it is found once, and goes like any other
        jobs.run("poll")
        assert jobs.counts("poll") == (1, 1, 0, 0)
        jobs.line.work(order["id"])
        assert jobs.line.state(order["id"])[0] == "done"
        # And the next poll finds nothing new
        jobs.run("poll")
        assert jobs.counts("poll") == (1, 0, 1, 0)
        assert jobs.line.state(order["id"])[0] == "done"
