"""Servers for storms: the run's own ones where nothing kills them, else such as may be killed."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator

import httpx
import pytest

from chaos.servers import Servers
from tests.support.servers import DatabaseAddress, OwnPostgres, Rabbit
from tools.servers.rabbitmq import RabbitServer


@pytest.fixture
def mortal_servers(own_postgres: OwnPostgres, own_rabbitmq: RabbitServer) -> Servers:
    database = own_postgres.database
    return Servers(database.app_url, database.admin_url, own_rabbitmq.amqp_url(), own_postgres, own_rabbitmq)


@pytest.fixture
def shared_servers(fresh_database: DatabaseAddress, rabbitmq: Rabbit) -> Iterator[Servers]:
    """With a vhost that no other test sees."""
    address, management = rabbitmq.amqp_url.rpartition("/")[0], f"{rabbitmq.management_url}/api"
    vhost, user = fresh_database.name, urllib.parse.urlsplit(address).username
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    httpx.put(f"{management}/vhosts/{vhost}").raise_for_status()
    httpx.put(f"{management}/permissions/{vhost}/{user}", json=rights).raise_for_status()
    yield Servers(fresh_database.app_url, fresh_database.admin_url, f"{address}/{vhost}")
    httpx.delete(f"{management}/vhosts/{vhost}").raise_for_status()
