"""The `shopledger` command: what stands before the name of a command, and which there are."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from shared.version import VERSION
from tools.cli.problems import Exit, Problem

#: Name -> where it is, in the order of the help: a command is imported when it is used, so that help comes at once.
COMMANDS = {
    "demo": "tools.demo.command:demo",
    "up": "tools.services.command:up",
    "apply": "tools.apply.command:apply",
    "accounts": "tools.look.command:accounts",
    "transfers": "tools.look.command:transfers",
    "show": "tools.look.command:show",
    "retry": "tools.look.command:retry",
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


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(VERSION, prog_name="shopledger")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Work in this data folder.")
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

    context.obj = Chosen(data, demo)


def main() -> None:
    try:
        shopledger(prog_name="shopledger")
    except PermissionError as error:
        problem = Problem(f"no right to use {error.filename}", Exit.NO_PERMISSION)
        problem.show()
        raise SystemExit(problem.exit_code) from None
