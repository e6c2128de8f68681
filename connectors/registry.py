"""Finds the systems that can be connected: each folder here with one `Connector` subclass is one."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import TypeVar

import connectors
from connectors.accounting import Accounting
from connectors.base import Connector, WebhookSender, Webshop

C = TypeVar("C", bound=Connector)


class UnknownConnector(LookupError):
    """No connector of that kind is installed. The message names the kinds that are."""


def connector(kind: str) -> Connector:
    """The one instance for that kind (stateless, serves all accounts). Raises UnknownConnector."""
    return _one_of(installed(), kind, "connector")


def webshop(kind: str) -> Webshop:
    """The same, where only a webshop will do. Raises UnknownConnector for an accounting system."""
    return _one_of({kind: c for kind, c in installed().items() if isinstance(c, Webshop)}, kind, "webshop connector")


def webhook_sender(kind: str) -> WebhookSender:
    """The same, where only a system that sends webhooks will do. Raises UnknownConnector."""
    return _one_of({kind: c for kind, c in installed().items() if isinstance(c, WebhookSender)}, kind, "webhook sender")


def accounting(kind: str) -> Accounting:
    """The same, where only an accounting system will do. Raises UnknownConnector for a webshop."""
    return _one_of({kind: c for kind, c in installed().items() if isinstance(c, Accounting)}, kind, "accounting system")


def _one_of(known: Mapping[str, C], kind: str, what: str) -> C:
    if kind not in known:
        raise UnknownConnector(f"no {what} {kind[:80]!r}; there are: {', '.join(known) or 'none'}")
    return known[kind]


@cache
def installed() -> Mapping[str, Connector]:
    """All connectors by kind, in alphabetical order."""
    folders = sorted(found.name for found in pkgutil.iter_modules(connectors.__path__) if found.ispkg)
    return MappingProxyType({folder: declared(import_module(f"connectors.{folder}")) for folder in folders})


def declared(package: ModuleType) -> Connector:
    """The folder's one connector. Raises TypeError where a folder has none or two, or another kind than its name."""
    folder = package.__name__.rpartition(".")[2]
    classes = [
        value
        for value in vars(package).values()
        if inspect.isclass(value) and issubclass(value, Connector) and value.__module__ == package.__name__
    ]
    if len(classes) != 1 or classes[0].kind != folder:
        raise TypeError(f"connectors/{folder} must declare exactly one connector, of kind {folder!r}")
    return classes[0]()
