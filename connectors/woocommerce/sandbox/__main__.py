"""`python -m connectors.woocommerce.sandbox --port P`: a shop to play with, until it is interrupted."""

from __future__ import annotations

import signal
import threading

import click

from connectors.woocommerce.sandbox import WooCommerceSandbox


@click.command()
@click.option("--port", default=0, help="0: a free one.")
@click.option("--zone", default="Europe/Copenhagen", show_default=True, help="The shop's time zone.")
@click.option("--basic-over-http", is_flag=True, help="Take Basic authentication without https, too.")
def main(port: int, zone: str, basic_over_http: bool) -> None:
    """Serves an imitation of a WooCommerce shop on loopback."""
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
