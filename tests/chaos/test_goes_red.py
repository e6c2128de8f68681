"""The harness can fail: each deliberately broken build is caught, and by what it does wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chaos.breaks import BREAKS
from chaos.run import Plan, run
from chaos.servers import Servers

#: Break -> what is aimed at it, and what must be found.
CAUGHT: dict[str, tuple[Sequence[str], str]] = {
    "no_lookup": (("kill at sent",), "doubled"),
    "no_lease_check": (("stop at products_known",), "doubled"),
    "no_guard": ((), "doubled_customers"),
    "no_fetch": ((), "wrong_total"),
    "ack_without_record": ((), "stuck"),
    "no_poll": ((), "lost"),
    "no_recheck": ((), "lost"),
    "no_sweep": (("kill at marked",) * 3, "lost"),
}
#: What polls and rechecks put right.
MENDED_BY_JOBS = ("no_fetch",)
#: Seconds for a new customer: long enough for a second worker to look in between.
SLOW_CUSTOMERS = 0.5
#: A strike must meet its moment: on a machine that others keep busy it may miss, and is tried once more.
STRIKES = 3


def aimed(deck: Sequence[str], *, broken: str, within: float) -> Plan:
    return Plan(
        orders=70,
        seed=3,
        agreements=2,
        lease=2.0,
        deck=deck,
        min_in_flight=0,
        broken=broken,
        within=within,
        slow_customers=SLOW_CUSTOMERS,
        has_jobs=broken not in MENDED_BY_JOBS,
    )


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_build_is_caught(broken: str, shared_servers: Servers) -> None:
    # Given a build that lacks what keeps orders from being lost or doubled, when that strikes which it is there for
    deck, found = CAUGHT[broken]
    for _ in range(STRIKES):
        report = run(aimed(deck, broken=broken, within=5.0), shared_servers)
        if report.is_hard_enough and report.verdict.counts()[found] > 0:
            break

    # Then the strike has happened, and it is red, for the right reason
    assert report.is_hard_enough, report.kill_log
    assert report.verdict.counts()[found] > 0, f"{report.verdict.counts()}\n{report.last_lines}"
    assert not report.is_green


def test_the_same_strikes_do_nothing_to_a_whole_build(shared_servers: Servers) -> None:
    # Given all that strikes the broken builds, when it strikes one that is not broken, then everything is right
    deck = [name for aimed_at, _ in CAUGHT.values() for name in aimed_at]
    report = run(aimed(deck, broken="", within=30.0), shared_servers)
    assert report.is_green, f"{report.kill_log}\n{report.verdict.examples()}\n{report.last_lines}"
