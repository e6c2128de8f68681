"""`shopledger apply FILE`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tools.apply import apply as apply_wish
from tools.apply.plan import Plan
from tools.apply.planning import plan as plan_wish
from tools.apply.read import read_wish
from tools.apply.telling import as_json as told_as_json
from tools.apply.telling import closing, show_findings, show_plan
from tools.cli.output import as_json, console, print_json
from tools.cli.place import opened
from tools.cli.problems import Exit


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True, readable=False))
@click.option("--plan", "only_plan", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--check", "check_all", is_flag=True, help="Ask every system of the file, not only what changes.")
@as_json
@click.pass_context
def apply(context: click.Context, file: Path, only_plan: bool, check_all: bool, as_json: bool) -> None:
    """Set up accounts, systems and connections as FILE says (YAML; - is the standard input).

    \b
    shopledger apply shop.yaml --plan
    shopledger apply shop.yaml

    Says first what it will create (+), change (~) and leave as it is (=), and tries new credentials before it writes.
    Nothing is ever deleted, and a second run changes nothing. Secrets stand in the environment or in files of their
    own: {env: NAME} or {file: PATH}.
    """
    wish = read_wish(file, os.environ)
    out = console()

    def tell(planned: Plan) -> None:
        if not as_json:
            show_plan(planned, out)

    with opened(context, make=True) as place:
        if only_plan:
            planned, done = plan_wish(place, wish, check_all=check_all), None
            tell(planned)
        else:
            applied = apply_wish(place, wish, check_all=check_all, before=tell)
            planned, done = applied.plan, applied.done
    if as_json:
        print_json(told_as_json(planned, done))
    else:
        show_findings(planned.unseen if done is None else done.looked, out)
    if planned.fails or (done is not None and not done.is_complete):
        if not as_json:
            says = "nothing was written" if done is None else f"{closing(done)}, but not all of it was done"
            click.echo(f"shopledger: {says}: see what failed above", err=True)
        context.exit(Exit.FOUND_TROUBLE)
    if done is not None and not as_json:
        out.print(closing(done))
