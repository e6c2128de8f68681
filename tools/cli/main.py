"""The `shopledger` command: what stands before the name of a command, and which there are."""

from __future__ import annotations

import importlib
import io
import os
import sys
from pathlib import Path

import click

from shared.version import VERSION
from tools.cli.problems import Exit, Problem
from tools.servers.process import ServerError

#: Name -> where it is, in the order of the help: a command is imported when it is used, so that help comes at once.
COMMANDS = {
    "demo": "tools.demo.command:demo",
    "up": "tools.services.command:up",
    "apply": "tools.apply.command:apply",
    "accounts": "tools.look.command:accounts",
    "transfers": "tools.look.command:transfers",
    "show": "tools.look.command:show",
    "retry": "tools.look.command:retry",
    "open": "tools.recheck.command:open_",
    "recheck": "tools.recheck.command:recheck",
    "dry-run": "tools.rehearse.command:dry_run",
    "preview": "tools.rehearse.command:preview",
    "import": "tools.bulk.command:import_orders",
    "runs": "tools.bulk.runs_command:runs",
    "transfer": "tools.owner.command:transfer",
    "ignore": "tools.owner.command:ignore",
    "link": "tools.owner.command:link",
    "send-again": "tools.owner.command:send_again",
    "adopt": "tools.owner.command:adopt",
    "switch": "tools.switch.command:switch",
    "release": "tools.switch.command:release",
    "versions": "tools.versions.command:versions",
    "replay": "tools.replay.command:replay",
    "retry-all": "tools.replay.bulk_command:retry_all",
    "schedules": "tools.schedules.command:schedules",
    "doctor": "tools.doctor.command:doctor",
    "migrate": "tools.cli.servers:migrate",
    "definitions": "tools.cli.servers:definitions",
    "settings": "tools.cli.settings:settings",
    "sandbox": "tools.cli.sandbox:sandbox",
}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


class Folder(click.Path):
    """Whether it can be read is found out, and said, by whoever reads it."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, file_okay=False, readable=False)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        if not os.fspath(value):
            self.fail("no folder is named; leave --data out to work in the usual one", param, ctx)
        return super().convert(value, param, ctx)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(VERSION, prog_name="shopledger")
@click.option("--data", type=Folder(), help="Work in this data folder.")
@click.option("--demo", is_flag=True, help="Work on what the demo left behind.")
@click.pass_context
def shopledger(context: click.Context, data: Path | None, demo: bool) -> None:
    """Moves what a webshop sells into the books: one order, one document, right to the cent.

    \b
    Begin with:
      shopledger demo              see it work, with a shop and books that are made up
      shopledger up                run it on this machine; needs nothing else
      shopledger apply shop.yaml   connect your shop to your books
      shopledger transfers         what became of the orders
      shopledger show 1007         everything about one order
      shopledger doctor            what is wrong, and what to do about it

    Without SHOPLEDGER_DATABASE_URL everything lies in a data folder (`shopledger settings` says where); with it, and
    with SHOPLEDGER_BROKER_URL, the same commands work on your servers.
    """
    from tools.cli.place import Chosen

    if demo and data is not None:
        raise click.UsageError("--demo and --data name two folders: give one of them.")
    context.obj = Chosen(data, demo)


def main() -> None:
    # Keys, logs and customers' data: whatever it makes is for nobody else.
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # names are in letters that not every terminal has
    try:
        shopledger(prog_name="shopledger")
    except (OSError, ServerError) as error:
        problem = problem_of(error)
        if problem is None:
            raise
        problem.show()
        raise SystemExit(problem.exit_code) from None


def problem_of(error: OSError | ServerError) -> Problem | None:
    """What the user can mend; None for what is a mistake of ours."""
    if isinstance(error, ServerError):
        return Problem(str(error), Exit.UNAVAILABLE)
    if error.filename is None:
        return None
    if isinstance(error, PermissionError):
        return Problem(f"no right to use {error.filename}", Exit.NO_PERMISSION)
    return Problem(f"{error.filename} cannot be used: {error.strerror}", Exit.CANNOT_CREATE)
