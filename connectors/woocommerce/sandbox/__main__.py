"""`python -m connectors.woocommerce.sandbox --port P`: a shop to play with, until it is interrupted."""

from __future__ import annotations

import signal
import threading
from zoneinfo import available_timezones

import click

from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.ports import look_at_port
from shared.sandbox.server import HOST


def known(_: click.Context, __: click.Parameter, zone: str) -> str:
    if zone not in available_timezones():
        raise click.BadParameter(f"{zone!r} is no time zone; write it like Europe/Copenhagen")
    return zone


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0: a free one.")
@click.option("--zone", default="Europe/Copenhagen", show_default=True, callback=known, help="The shop's time zone.")
@click.option("--basic-over-http", is_flag=True, help="Take Basic authentication without https, too.")
def main(port: int, zone: str, basic_over_http: bool) -> None:
    """Serves an imitation of a WooCommerce shop on loopback."""
    look_at_port(HOST, port)
    ended = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: ended.set())
    with WooCommerceSandbox(port=port, zone=zone, basic_over_http=basic_over_http) as sandbox:
        click.echo(f"shop             {sandbox.url}")
        click.echo(f"consumer key     {sandbox.consumer_key}")
        click.echo(f"consumer secret  {sandbox.consumer_secret}")
        click.echo(f"controls         {sandbox.url}/__sandbox__/shop")
        ended.wait()


if __name__ == "__main__":
    main()
