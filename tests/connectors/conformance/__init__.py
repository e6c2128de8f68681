"""The suite in which a connector proves itself: see docs/connectors.md."""

import pytest

#: The modules that hold cases: a failing one shows what it compared.
PARTS = (
    "checking", "declaration", "listing", "orders", "proofs", "refusals", "secrecy", "states", "through_ingest",
    "webhooks", "writing_back",
)  # fmt: skip

pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in PARTS))
