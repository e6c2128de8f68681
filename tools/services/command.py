"""`up`: runs shopledger, in one process on a data folder, or as supervised processes on your servers."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from shared.logs import configure_logs
from shared.settings import Settings
from tools.cli.place import Chosen, on_servers, troubles_as_problems
from tools.cli.problems import Exit, Problem
from tools.demo.mark import refuse_demos
from tools.embedded.front import listen
from tools.services.supervisor import Supervised

#: What `up` runs on servers: the name of a service -> its processes, each by the module that runs it.
SERVICES = {
    "ingest": {"ingest": "ingest", "relay": "ingest.relay"},
    "worker": {"worker": "workers", "jobs": "workers.patient"},
    "scheduler": {"scheduler": "scheduler"},
}
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BOTH_OR_NONE = (
    "set both SHOPLEDGER_DATABASE_URL and SHOPLEDGER_BROKER_URL to run on your servers, or none of them to run in the"
    " data folder"
)


@click.command()
@click.argument("service", required=False, type=click.Choice(list(SERVICES)))
@click.option("--port", type=click.IntRange(0, 65535), help="Where ingest listens; 0: a free port.  [default: 8080]")
@click.pass_context
def up(context: click.Context, service: str | None, port: int | None) -> None:
    """Run shopledger until Ctrl-C.

    Without a database everything runs in this one process, with a PostgreSQL of its own in the data folder. With
    SHOPLEDGER_DATABASE_URL and SHOPLEDGER_BROKER_URL it runs on those servers, as processes that are started again
    when they end: all of them, or one SERVICE of a machine. `ingest` brings its relay along, `worker` those of jobs.
    """
    chosen: Chosen = context.obj
    if chosen.uses_servers:
        on_your_servers(chosen, service, port)
    elif "broker_url" in chosen.settings.model_fields_set and chosen.data is None and not chosen.demo:
        raise Problem(BOTH_OR_NONE, Exit.WRONG_CONFIGURATION)
    elif service is not None:
        raise Problem(
            f"`up {service}` runs one service of several machines: it needs SHOPLEDGER_DATABASE_URL and"
            " SHOPLEDGER_BROKER_URL. `shopledger up` alone runs everything here",
            Exit.WRONG_CONFIGURATION,
        )
    else:
        in_data_folder(chosen, port)


def in_data_folder(chosen: Chosen, port: int | None) -> None:
    from tools.embedded.system import Embedded

    refuse_demos(chosen.folder.path, is_meant=chosen.demo)
    configure_logs(format=log_format(chosen), level=chosen.settings.log_level)
    embedded = Embedded(chosen.folder, chosen.settings, port=chosen.settings.ingest_port if port is None else port)
    with until_signal() as ended, troubles_as_problems("`shopledger doctor` says more"), embedded:
        click.echo(
            f"shopledger runs on {chosen.folder.path}\n"
            f"  webhooks come in at {embedded.address}/webhooks/...   health: {embedded.address}/health/ready\n"
            "  Ctrl-C stops it; what waits then goes on with the next start.",
            err=True,
        )
        ended.wait()
        click.echo("stopping: work in hand comes to its next point", err=True)


def on_your_servers(chosen: Chosen, service: str | None, port: int | None) -> None:
    if "broker_url" not in chosen.settings.model_fields_set:
        raise Problem(BOTH_OR_NONE, Exit.WRONG_CONFIGURATION)
    configure_logs(format=log_format(chosen), level=chosen.settings.log_level)
    check(chosen.settings, port if service in (None, "ingest") else 0)
    environment = {**os.environ, "SHOPLEDGER_LOG_FORMAT": log_format(chosen)}
    if port is not None:
        environment["SHOPLEDGER_INGEST_PORT"] = str(port)
    chosen_ones = {service: SERVICES[service]} if service else SERVICES
    modules = {name: module for processes in chosen_ones.values() for name, module in processes.items()}
    with until_signal() as ended, supervised(modules, environment):
        click.echo(f"shopledger runs {', '.join(modules)} on your servers. Ctrl-C stops it.", err=True)
        ended.wait()
        click.echo("stopping", err=True)


def check(settings: Settings, port: int | None) -> None:
    """What is wrong is said once, and not by every process again and again. Raises Problem."""
    with on_servers(settings):
        listen(settings.ingest_host, settings.ingest_port if port is None else port).close()


@contextlib.contextmanager
def supervised(
    modules: Mapping[str, str], environment: Mapping[str, str], *, log: Path | None = None
) -> Iterator[None]:
    """A process for each module, in the order of their start; all are told to stop before the first is waited for."""
    processes: list[Supervised] = []
    try:
        for name, module in modules.items():
            processes.append(Supervised(name, [sys.executable, "-m", module], environment, log=log))
        yield
    finally:
        for process in processes:
            process.begin_to_stop()
        for process in processes:
            process.stop()


@contextlib.contextmanager
def until_signal() -> Iterator[threading.Event]:
    """Set by Ctrl-C, SIGTERM or a terminal that closes; the second one ends the process as if nobody had caught it."""
    ended = threading.Event()

    def end(number: int, _: object) -> None:
        if ended.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        ended.set()

    is_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    before = {number: signal.signal(number, end) for number in ENDING[: 2 if is_nohup else 3]}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def log_format(chosen: Chosen) -> str:
    """For people where they read along, unless the setting says otherwise."""
    if "log_format" not in chosen.settings.model_fields_set and sys.stderr.isatty():
        return "console"
    return chosen.settings.log_format
