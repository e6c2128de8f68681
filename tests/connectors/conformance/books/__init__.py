"""The suite of accounting systems: see docs/connectors.md."""

import pytest

#: The modules that hold cases: a failing one shows what it compared.
PARTS = (
    "checking",
    "customers",
    "declaration",
    "drafts",
    "endings",
    "finding",
    "pacing",
    "products",
    "refusals",
    "secrecy",
    "unknown",
    "writing",
)

pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in PARTS))
