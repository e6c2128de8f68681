"""The PostgreSQL and the RabbitMQ of a run, durable, and ours to kill."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.migrate import migrate
from tools.servers.postgres import PostgresServer
from tools.servers.rabbitmq import RabbitServer, install_rabbitmq

PASSWORD = "chaos"


@dataclass(frozen=True)
class Servers:
    """Without the two objects they are somebody else's, and are not killed."""

    app_url: str
    admin_url: str
    amqp_url: str
    postgres: PostgresServer | None = None
    rabbitmq: RabbitServer | None = None


@contextlib.contextmanager
def own_servers() -> Iterator[Servers]:
    """Migrated and running; removed afterwards, and also when this process is killed."""
    install_rabbitmq()
    with tempfile.TemporaryDirectory(prefix="shopledger-chaos-servers-") as name:
        folder = Path(name)
        # A server that may not run as root has to reach its folder below.
        folder.chmod(0o711)
        (folder / "rabbitmq").mkdir()
        with (
            PostgresServer(folder / "postgres", throw_away=folder) as postgres,
            RabbitServer(folder / "rabbitmq", plugins=(), throw_away=folder) as rabbitmq,
        ):
            migrate(postgres.url(), app_password=PASSWORD)
            app_url = postgres.url(user="shopledger_app", password=PASSWORD)
            yield Servers(app_url, postgres.url(), rabbitmq.amqp_url(), postgres, rabbitmq)
