"""Runs the clock: `python -m scheduler`. It wakes what waits and emits messages; actors do the work."""

from __future__ import annotations

import signal
import threading

from scheduler.clock import Clock
from scheduler.jobs import ringing_jobs, waking_jobs
from shared.logs import configure_logs
from shared.queue import make_broker
from shared.settings import settings
from shared.startup import open_database, or_exit


def main() -> None:
    chosen = or_exit(settings)
    configure_logs(format=chosen.log_format, level=chosen.log_level)
    database = or_exit(lambda: open_database("scheduler", chosen.database_url, connections=2, within=5.0))
    broker = make_broker(chosen.broker_url.get_secret_value())
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    waking = Clock(waking_jobs(database), stop)
    thread = threading.Thread(target=waking.run, args=(chosen.scheduler_tick_seconds,), name="waking")
    thread.start()
    try:
        Clock(ringing_jobs(database, broker), stop).run(chosen.scheduler_tick_seconds)
    finally:
        stop.set()
        thread.join()
    broker.close()
    database.close()


if __name__ == "__main__":
    main()
