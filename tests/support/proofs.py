"""How much of a proof is tried: `make test` takes a sample, `make exhaustive` all of it."""

from __future__ import annotations

import os

IS_EXHAUSTIVE = os.environ.get("PROOFS") == "exhaustive"
