"""A worker that the harness watches: `python -m chaos.worker`, started as `python -m workers` is."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import dramatiq
from dramatiq import cli
from dramatiq.common import q_name

from chaos.breaks import break_worker
from chaos.part import Part, die_with_parent
from chaos.patient_points import strike_jobs
from chaos.sentence import Block
from chaos.tempo import hasten
from shared.domain.build import reference
from shared.queue import PROMPT, Queue
from shared.settings import settings
from shared.startup import or_exit
from shared.store.claims import Claim
from workers.__main__ import SHUTDOWN_MS
from workers.hand import Point, Watch
from workers.main import build_watched

#: Who was about to send which document, one line for each: "pid reference".
SENDERS = "senders"


def build() -> dramatiq.Broker:
    part = Part.here()
    strike_jobs(part)
    die_with_parent()
    hasten(part.lease)
    break_worker(part.broken)
    return build_watched(watch(part))


def watch(part: Part) -> Watch:
    block = Block(part)

    def passes(point: Point, claim: Claim) -> None:
        about = reference(claim.connection, claim.source_id, claim.generation)
        if point is Point.FROZEN:
            note_sender(part.folder, about)
        block.passes(point, about)

    return passes


def note_sender(folder: Path, about: str) -> None:
    descriptor = os.open(folder / SENDERS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, f"{os.getpid()} {about}\n".encode())
    finally:
        os.close(descriptor)


def main(queues: Sequence[Queue] = PROMPT, threads: int | None = None) -> int:
    threads = threads or or_exit(settings).worker_threads
    arguments = ["chaos.worker:build", "--processes", "1", "--threads", str(threads), "--skip-logging"]
    arguments += ["--queues", *map(q_name, queues)]
    arguments += ["--worker-shutdown-timeout", str(SHUTDOWN_MS)]
    parsed = cli.make_argument_parser().parse_args(arguments)  # type: ignore[no-untyped-call]
    return int(cli.main(parsed) or 0)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    sys.exit(main())
