"""WooCommerce proves itself."""

from __future__ import annotations

from tests.connectors.conformance.webshop import WebshopConformance
from tests.connectors.woocommerce.rig import WooCommerceRig


class TestWooCommerce(WebshopConformance):
    rig = WooCommerceRig
