"""The suite of accounting systems: see docs/connectors.md."""

import pytest

#: The modules that hold cases: a failing one shows what it compared.
PARTS = (
    "booking",
    "checking",
    "contacts",
    "customer_keys",
    "customers",
    "declaration",
    "drafts",
    "endings",
    "finding",
    "open_days",
    "pacing",
    "products",
    "refusals",
    "replacing",
    "saying",
    "secrecy",
    "unknown",
    "vat_rates",
    "writing",
)

pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in PARTS))
