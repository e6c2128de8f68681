"""Errors named by their fate: what becomes of the work that met them, not where they came from.

A connector's `errors.py` maps the vendor's codes to these. `code` is a stable word for tables and logs, `message` one
sentence for people; neither ever holds a credential or a customer's data.
"""

from __future__ import annotations

from datetime import timedelta


class Fate(Exception):
    """Base of all fates."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Retry(Fate):
    """Nothing was done; try again later, after `after` if the vendor named a time."""

    def __init__(self, code: str, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(code, message)
        self.after = after


class NeedsUser(Fate):
    """Trying again cannot help until somebody changes something in the shop, the books or the settings."""


class Skip(Fate):
    """There is nothing to do, and that is all right."""


class ConnectionBroken(Fate):
    """No request of this credential can succeed now (revoked, wrong, gone): pause the connection, tell once."""


class OutcomeUnknown(Fate):
    """The request may or may not have been carried out: look it up before anything is sent again."""
