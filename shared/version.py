"""Which version this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("shopledger")
except PackageNotFoundError:  # run from a folder that nobody installed
    VERSION = "unknown"
