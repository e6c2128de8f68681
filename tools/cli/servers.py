"""`migrate` and `definitions`: bring your PostgreSQL and your RabbitMQ to the state that this version needs."""

from __future__ import annotations

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict

from tools.cli.place import Chosen, opened
from tools.cli.problems import Exit, Problem
from tools.definitions import PATIENCE, DefinitionsRefused, load_definitions, vhost_of
from tools.migrate import MigrationError
from tools.migrate import migrate as migrate_database


@click.command()
@click.pass_context
def migrate(context: click.Context) -> None:
    """Make or bring up to date the roles and tables.

    On your servers it needs SHOPLEDGER_ADMIN_DATABASE_URL, an administrator's login, and sets the password that
    SHOPLEDGER_DATABASE_URL has. Run it before new code. A data folder is brought up to date whenever it is opened.
    """
    chosen: Chosen = context.obj
    if not chosen.uses_servers:
        with opened(context, make=True) as place:
            click.echo(f"{place.name} is up to date")
        return
    settings = chosen.settings
    assert settings.database_url is not None
    if settings.admin_database_url is None:
        raise Problem(
            "set SHOPLEDGER_ADMIN_DATABASE_URL to the database, logged in as an administrator", Exit.WRONG_CONFIGURATION
        )
    app = conninfo_to_dict(settings.database_url.get_secret_value())
    if app.get("user") != "shopledger_app" or not app.get("password"):
        raise Problem(
            "SHOPLEDGER_DATABASE_URL must log in as shopledger_app with the password it shall get",
            Exit.WRONG_CONFIGURATION,
        )
    try:
        done = migrate_database(settings.admin_database_url.get_secret_value(), app_password=str(app["password"]))
    except psycopg.OperationalError as error:
        raise Problem(f"not migrated: {str(error).strip()} (SHOPLEDGER_ADMIN_DATABASE_URL)", Exit.UNAVAILABLE) from None
    except (MigrationError, psycopg.Error) as error:
        raise Problem(f"not migrated: {str(error).strip()}", Exit.FOUND_TROUBLE) from None
    click.echo("\n".join(f"migrated {name}" for name in done) or "nothing to migrate")


@click.command()
@click.pass_context
def definitions(context: click.Context) -> None:
    """Load the queues' policies into your RabbitMQ. Needs SHOPLEDGER_MANAGEMENT_URL; doing it again changes nothing."""
    chosen: Chosen = context.obj
    settings = chosen.settings
    if settings.management_url is None:
        raise Problem("set SHOPLEDGER_MANAGEMENT_URL to RabbitMQ's management page", Exit.WRONG_CONFIGURATION)
    vhost = vhost_of(settings.broker_url.get_secret_value())
    try:
        load_definitions(settings.management_url.get_secret_value(), vhost, patience=PATIENCE)
    except DefinitionsRefused as error:
        raise Problem(str(error), Exit.UNAVAILABLE) from None
    click.echo(f"policies of virtual host {vhost!r} are as this version wants them")
