"""Runs the clock: `python -m scheduler`. It wakes what waits and emits messages; actors do the work.

Several may run: one of them leads.
"""

from __future__ import annotations

import signal
import threading

from scheduler.clock import Clock
from scheduler.jobs import emitting_jobs, ringing_jobs, waking_jobs
from scheduler.leader import Leadership
from shared.logs import configure_logs
from shared.publisher import Publisher
from shared.queue import make_broker
from shared.settings import settings
from shared.startup import open_database, or_exit


def main() -> None:
    chosen = or_exit(settings)
    configure_logs(format=chosen.log_format, level=chosen.log_level)
    database = or_exit(lambda: open_database("scheduler", chosen.database_url, connections=3, within=5.0))
    broker = make_broker(chosen.broker_url.get_secret_value())
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    leadership = Leadership(database)
    waking = Clock(waking_jobs(database), stop, leadership.leads)
    threads = [
        threading.Thread(target=leadership.run, args=(stop,), name="leadership"),
        threading.Thread(target=waking.run, args=(chosen.scheduler_tick_seconds,), name="waking"),
    ]
    publishers = [Publisher(broker), Publisher(broker)]
    emitting = Clock(emitting_jobs(database, broker, publishers[0]), stop, leadership.leads)
    threads.append(threading.Thread(target=emitting.run, args=(chosen.scheduler_tick_seconds,), name="emitting"))
    for thread in threads:
        thread.start()
    ringing = Clock(ringing_jobs(database, broker, publishers[1]), stop, leadership.leads)
    try:
        ringing.run(chosen.scheduler_tick_seconds)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for publisher in publishers:
        publisher.close()
    broker.close()
    database.close()


if __name__ == "__main__":
    main()
