"""All reasons that we give, by their codes.

A connector's own refusals bring their code and sentence with them (its `errors.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.reasons_of_documents import DOCUMENTS
from shared.domain.reasons_of_orders import MONEY, PARTIES, RULES
from shared.errors import NeedsUser

#: By code.
REASONS = {reason.code: reason for reason in (*RULES, *MONEY, *PARTIES, *DOCUMENTS)}


@dataclass(frozen=True, slots=True)
class Skipped:
    """It does not go, by the owner's own choice; `reason` is a code of the table."""

    reason: str
    sentence: str


def skipped(code: str, **fields: object) -> Skipped:
    return Skipped(code, REASONS[code].says(**fields))


def needs_user(code: str, **fields: object) -> NeedsUser:
    """The fate with that reason's sentence, to be raised."""
    return NeedsUser(code, REASONS[code].says(**fields))
