"""Runs the workers of orders: `python -m workers`; those of jobs: `python -m workers.patient`.

Dramatiq's master ends when a child of it is killed: supervise it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from dramatiq import cli
from dramatiq.common import q_name

from shared.queue import PROMPT, Queue
from shared.sealing import Keyring
from shared.settings import settings
from shared.startup import open_database, or_exit

#: After SIGTERM a try ends at its next point; one call to the outside may take 20 seconds until then.
SHUTDOWN_MS = 25_000


def main(queues: Sequence[Queue] = PROMPT, threads: int | None = None, *, build: str = "workers.main:build") -> int:
    """`threads`: as many as the setting says where left out. `build`: what each process of it loads."""
    chosen = or_exit(settings)
    or_exit(lambda: Keyring.parse(chosen.secret_keys.get_secret_value()))
    or_exit(lambda: open_database("worker", chosen.database_url, connections=1, within=5.0).close())
    arguments = [build, "--processes", "1", "--threads", str(threads or chosen.worker_threads)]
    arguments += ["--skip-logging", "--queues", *map(q_name, queues)]
    arguments += ["--worker-shutdown-timeout", str(SHUTDOWN_MS)]
    parsed = cli.make_argument_parser().parse_args(arguments)  # type: ignore[no-untyped-call]
    return int(cli.main(parsed) or 0)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    sys.exit(main())
