"""The suite of webshops. A connector's file is one line:

class TestExample(WebshopConformance): rig = ExampleRig
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.conformance.batches import Batches
from tests.connectors.conformance.checking import Checking
from tests.connectors.conformance.content import Content
from tests.connectors.conformance.declaration import Declaration
from tests.connectors.conformance.listing import Listing
from tests.connectors.conformance.orders import Orders
from tests.connectors.conformance.proofs import Proofs
from tests.connectors.conformance.refusals import Refusals
from tests.connectors.conformance.rig import Placed, ShopRig, VendorError
from tests.connectors.conformance.secrecy import Secrecy
from tests.connectors.conformance.states import States
from tests.connectors.conformance.through_ingest import ThroughIngest
from tests.connectors.conformance.webhooks import Webhooks
from tests.connectors.conformance.writing_back import WritingBack

__all__ = ["Placed", "ShopRig", "VendorError", "WebshopConformance"]


class WebshopConformance(
    Declaration,
    Proofs,
    ThroughIngest,
    Orders,
    Listing,
    Batches,
    Content,
    States,
    Webhooks,
    WritingBack,
    Checking,
    Refusals,
    Secrecy,
):
    """Set `rig` in a subclass whose name begins with Test."""

    @pytest.fixture
    def shop(self) -> Iterator[ShopRig]:
        with self.rig() as shop:
            yield shop
