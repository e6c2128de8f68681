"""`sandbox KIND`: an imitation of an outside system on a port of this machine. Each connector brings its command."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

import click

from connectors.registry import installed
from tools.cli.problems import Exit, Problem


class Sandboxes(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [kind for kind in installed() if find_spec(f"connectors.{kind}.sandbox.__main__")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"connectors.{cmd_name}.sandbox.__main__").main
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:  # a connector knows the exit codes, and not this command's ways
            if error.exit_code != Exit.UNAVAILABLE:
                raise
            raise Problem(error.message, Exit.UNAVAILABLE) from None


@click.command(cls=Sandboxes, subcommand_metavar="KIND [OPTIONS]")
def sandbox() -> None:
    """Serve an imitation of a shop or of books, to try things with.

    It speaks the system's own API, keeps a journal of all it was asked, and fails on demand. It prints its address and
    credentials, and runs until Ctrl-C.
    """
