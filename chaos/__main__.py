"""`make chaos`: the storm, its kill log, and whether every order has exactly one document with the right total."""

from __future__ import annotations

import argparse
import json
import sys

from chaos.breaks import BREAKS
from chaos.run import Plan, Report, run
from chaos.servers import own_servers

#: Orders for each request in flight that must have been hit.
ORDERS_PER_HIT = 250


def main() -> int:
    chosen = _arguments()
    plan = Plan(
        orders=chosen.orders,
        seed=chosen.seed,
        workers=chosen.workers,
        lease=chosen.lease,
        faults=chosen.faults,
        broken=chosen.broken or "",
        min_in_flight=chosen.min_in_flight or max(3, chosen.orders // ORDERS_PER_HIT),
    )
    with own_servers() as servers:
        report = run(plan, servers)
    print(_told(plan, report), flush=True)
    if chosen.json:
        print(json.dumps(_as_json(plan, report)))
    return 0 if report.is_green else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the orders, and of what strikes when")
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    parser.add_argument("--lease", type=float, default=8.0, help="seconds; all times follow; 40 is as in earnest")
    parser.add_argument("--faults", action="store_true", help="the vendors misbehave, too")
    parser.add_argument("--min-in-flight", type=int, help="requests for a draft that must be hit under way")
    parser.add_argument("--json", action="store_true", help="one object as the last line")
    parser.add_argument("--break", dest="broken", choices=sorted(BREAKS), help="a broken build, which must be caught")
    return parser.parse_args()


def _told(plan: Plan, report: Report) -> str:
    counts = report.verdict.counts()
    recovery = "not in time" if report.recovery_seconds is None else f"{report.recovery_seconds:.1f} s"
    lines = [
        report.kill_log,
        "",
        *(f"{count:5}  {what}" for what, count in report.strikes.items()),
        "",
        f"{plan.orders} orders, seed {plan.seed}, lease {plan.lease:g} s: {report.documents} documents from"
        f" {report.drafts_asked_for} requests; storm {report.storm_seconds:.0f} s, recovery {recovery}",
        f"{report.exact_vat} of the documents have the order's VAT to the cent",
        f"{report.in_flight} requests for a draft were hit in flight; at least {plan.min_in_flight} were asked for",
        ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()),
    ]
    if report.missing:
        lines.append(f"not hard enough: never struck: {', '.join(report.missing)}")
    if not report.is_green:
        lines += ["", report.verdict.examples(), *report.not_ended, "", "the processes' last words:", report.last_lines]
    lines.append("GREEN" if report.is_green else "RED")
    return "\n".join(lines)


def _as_json(plan: Plan, report: Report) -> dict[str, object]:
    return {
        "orders": plan.orders,
        "seed": plan.seed,
        "lease": plan.lease,
        "faults": plan.faults,
        "broken": plan.broken,
        **report.verdict.counts(),
        "in_flight": report.in_flight,
        "strikes": report.strikes,
        "missing": report.missing,
        "storm_seconds": round(report.storm_seconds, 1),
        "recovery_seconds": report.recovery_seconds and round(report.recovery_seconds, 1),
        "documents": report.documents,
        "exact_vat": report.exact_vat,
        "drafts_asked_for": report.drafts_asked_for,
        "green": report.is_green,
    }


if __name__ == "__main__":
    sys.exit(main())
