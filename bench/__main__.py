"""`make bench`: everything, or one of them: `python -m bench line`. Never a test: a busy machine is no mistake."""

from __future__ import annotations

import argparse
import os
import platform
import sys

from bench import alone, bulk, core, line, one_order, poll, recheck, relay, schedules, webhook


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    kinds = parser.add_subparsers(dest="kind", help="only this; everything without")
    takes_in = kinds.add_parser("webhook", help="webhooks into the store")
    takes_in.add_argument("--servers", action="store_true", help="also compare WSGI servers")
    for bench, count, rounds in (
        (takes_in, 8000, 3),
        (kinds.add_parser("relay", help="transfers into RabbitMQ"), 10_000, 5),
        (kinds.add_parser("line", help="transfers to documents"), 1600, 3),
        (kinds.add_parser("order", help="one webhook to its document"), 300, None),
        (kinds.add_parser("core", help="orders to documents, in memory"), 2000, 5),
        (kinds.add_parser("schedules", help="schedules that become due, into RabbitMQ"), 100_000, None),
        (kinds.add_parser("poll", help="changed orders of a shop into the store"), 10_000, None),
        (kinds.add_parser("recheck", help="open orders of a shop looked at anew"), 10_000, None),
        (kinds.add_parser("bulk", help="an import beside live orders"), 20_000, None),
    ):
        bench.add_argument("--count", type=int, default=count, help="of a run")
        if rounds is not None:
            bench.add_argument("--rounds", type=int, default=rounds, help="runs, of which the median counts")
    kinds.add_parser("up", help="everything in one process: its start, and what it costs when nothing happens")
    chosen = parser.parse_args()
    print(f"Python {platform.python_version()} ({sys.executable}), {os.cpu_count()} cores\n")
    for kind in [chosen.kind] if chosen.kind else list(kinds.choices):
        run(kind, chosen if chosen.kind else parser.parse_args([kind]))


def run(kind: str, chosen: argparse.Namespace) -> None:
    load = " ".join(f"{average:.1f}" for average in os.getloadavg())
    print(f"{kind}, on a machine with a load of {load} before:", end=" ", flush=True)
    match kind:
        case "webhook":
            webhook.report(chosen.count, chosen.rounds, with_servers=chosen.servers)
        case "relay":
            relay.report(chosen.count, chosen.rounds)
        case "line":
            line.report(chosen.count, chosen.rounds)
        case "core":
            core.report(chosen.count, chosen.rounds)
        case "schedules":
            schedules.report(chosen.count)
        case "poll":
            poll.report(chosen.count)
        case "recheck":
            recheck.report(chosen.count)
        case "bulk":
            bulk.report(chosen.count)
        case "up":
            alone.report()
        case _:
            one_order.report(chosen.count)
    print()


if __name__ == "__main__":
    main()
