"""Loads `definitions.json` into RabbitMQ. Doing it again changes nothing.

What queues need beyond what Dramatiq declares comes as policies, which an operator can change while everything runs.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx

FILE = Path(__file__).with_suffix(".json")
#: Seconds that RabbitMQ's management page may take to come up.
PATIENCE = 60.0


class DefinitionsRefused(Exception):
    """RabbitMQ's management page is not there, or does not take the definitions; the message says which."""


def definitions() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def load_definitions(management_url: str, vhost: str, *, patience: float = 0.0) -> None:
    """`management_url` with user and password: http://user:password@host:15672. Raises DefinitionsRefused."""
    give_up = time.monotonic() + patience
    url = f"{management_url.rstrip('/')}/api/definitions/{quote(vhost, safe='')}"
    while True:
        try:
            answer = httpx.post(url, json=definitions(), timeout=10.0)
            break
        except httpx.HTTPError as error:
            if time.monotonic() > give_up:
                problem = f"RabbitMQ's management page does not answer ({type(error).__name__})"
                raise DefinitionsRefused(f"{problem}: see SHOPLEDGER_MANAGEMENT_URL") from None
            time.sleep(1.0)
    if answer.status_code >= 300:
        raise DefinitionsRefused(f"RabbitMQ does not take the definitions: HTTP {answer.status_code}")


def vhost_of(broker_url: str) -> str:
    """The virtual host of an amqp address, as it is called."""
    return unquote(urlsplit(broker_url).path[1:]) or "/"
