"""e-conomic proves itself."""

from __future__ import annotations

from tests.connectors.conformance.books.accounting import AccountingConformance
from tests.connectors.economic.rig import EconomicRig


class TestEconomic(AccountingConformance):
    rig = EconomicRig
