"""A store of a test's own: a scheduler sees all accounts. And a vhost, where somebody is to count its messages."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator

import httpx
import pytest

from shared.store.database import Database
from tests.support.servers import DatabaseAddress, Rabbit


@pytest.fixture
def own_store(fresh_database: DatabaseAddress) -> Iterator[Database]:
    opened = Database(fresh_database.app_url, name="test", connections=4)
    yield opened
    opened.close()


@pytest.fixture
def own_vhost(rabbitmq: Rabbit, fresh_names: Iterator[str]) -> Iterator[str]:
    """The AMQP address of a vhost that no other test sees."""
    address, management = rabbitmq.amqp_url.rpartition("/")[0], f"{rabbitmq.management_url}/api"
    vhost, user = next(fresh_names), urllib.parse.urlsplit(address).username
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    httpx.put(f"{management}/vhosts/{vhost}").raise_for_status()
    httpx.put(f"{management}/permissions/{vhost}/{user}", json=rights).raise_for_status()
    yield f"{address}/{vhost}"
    httpx.delete(f"{management}/vhosts/{vhost}").raise_for_status()
