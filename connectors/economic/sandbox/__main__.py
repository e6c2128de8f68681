"""`python -m connectors.economic.sandbox --port P`: books to play with, until it is interrupted."""

from __future__ import annotations

import signal
import threading

import click

from connectors.economic.sandbox import EconomicSandbox, KeyPolicy, Rounding, Ties
from shared.ports import look_at_port
from shared.sandbox.server import HOST


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0: a free one.")
@click.option(
    "--rounding",
    type=click.Choice(Rounding, case_sensitive=False),
    default=Rounding.RATE,
    show_default=True,
    help="Level of VAT.",
)
@click.option(
    "--ties",
    type=click.Choice(Ties, case_sensitive=False),
    default=Ties.AWAY,
    show_default=True,
    help="Half a cent.",
)
@click.option(
    "--keys",
    type=click.Choice(KeyPolicy, case_sensitive=False),
    default=KeyPolicy.ARRIVAL,
    show_default=True,
    help="Idempotency.",
)
def main(port: int, rounding: Rounding, ties: Ties, keys: KeyPolicy) -> None:
    """Serves an imitation of e-conomic's REST API on loopback."""
    look_at_port(HOST, port)
    ended = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: ended.set())
    with EconomicSandbox(port=port, rounding=rounding, ties=ties, keys=keys) as sandbox:
        click.echo(f"books                  {sandbox.url}")
        click.echo(f"app secret token       {sandbox.app_secret_token}")
        click.echo(f"agreement grant token  {sandbox.agreement_grant_token}")
        click.echo(f"controls               {sandbox.url}/__sandbox__/books")
        ended.wait()


if __name__ == "__main__":
    main()
