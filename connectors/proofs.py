"""Proofs that several systems share. Each compares in constant time and never raises."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from connectors.base import WebhookRequest


def header_proves(request: WebhookRequest, header: str, secrets: Sequence[str]) -> bool:
    """For systems that sign nothing but send a header of our choosing: whether it holds one of the secrets.

    `header` in lower case. An empty secret proves nothing.
    """
    given = request.headers.get(header, "").encode("utf-8", "surrogateescape")
    proven = False
    for secret in filter(None, secrets):
        proven |= hmac.compare_digest(given, secret.encode())
    return proven
