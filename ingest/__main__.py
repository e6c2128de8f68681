"""Runs ingest: `python -m ingest`. Start it as often as wanted behind one address; all state is in PostgreSQL."""

from __future__ import annotations

import os
import tempfile

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from shared.logs import configure_logs
from shared.sealing import Keyring
from shared.settings import settings
from shared.startup import open_database, or_exit
from shared.store.database import ANSWER_WITHIN


def main() -> None:
    chosen = or_exit(settings)
    configure_logs(format=chosen.log_format, level=chosen.log_level)
    or_exit(lambda: Keyring.parse(chosen.secret_keys.get_secret_value()))
    or_exit(lambda: open_database("ingest", chosen.database_url, connections=1, within=ANSWER_WITHIN).close())
    # Set before anything imports prometheus_client, which looks at it once.
    with tempfile.TemporaryDirectory(prefix="shopledger-metrics-") as shared:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", shared)
        Server(
            "ingest.app:from_settings",
            factory=True,
            interface=Interfaces.WSGI,
            address=chosen.ingest_host,
            port=chosen.ingest_port,
            workers=chosen.ingest_workers,
            blocking_threads=chosen.ingest_threads,
            backpressure=1024,
            respawn_failed_workers=True,
            workers_kill_timeout=10,
            log_level=LogLevels.error,
        ).serve()


if __name__ == "__main__":
    main()
