"""Why a port cannot be had, in words."""

from __future__ import annotations

import errno
import socket

import click


class PortNotToBeHad(click.ClickException):
    """The exit code is that of a server that is not there (sysexits.h)."""

    exit_code = 69


def why_not(error: OSError, host: str, port: int) -> str:
    what = {errno.EADDRINUSE: "is taken: stop what listens there", errno.EACCES: "needs root"}.get(
        error.errno or 0, f"cannot be used ({error.strerror})"
    )
    return f"port {port} of {host} {what}, or choose another with --port"


def look_at_port(host: str, port: int) -> None:
    """For who starts a server that would end the process in its own way. Raises PortNotToBeHad."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortNotToBeHad(why_not(error, host, port)) from None
