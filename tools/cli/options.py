"""Options that several commands have, in one wording."""

from __future__ import annotations

import click

of_account = click.option("--account", metavar="NAME", help="The account, where there are several.")
of_connection = click.option("--connection", metavar="NAME", help="The connection, where there are several.")
