"""By which rate e-conomic will tax a line.

The product's group -> the group's sales account in the document's VAT zone -> that account's VAT code -> its rate.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from connectors.economic.body import new_products_group, zone_number
from connectors.economic.errors import unexpected
from connectors.economic.lookups import Lookups
from connectors.economic.products import Products
from connectors.economic.settings import Settings
from shared.errors import NeedsUser


def vat_rates(lookups: Lookups, products: Products, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
    """Number as asked for -> percent. Raises NeedsUser for a group that has no account for the zone."""
    vat_zone = zone_number(zone)
    groups = products.groups(numbers)
    codes = {group: _vat_code(lookups, group, vat_zone, product) for product, group in sorted(groups.items())}
    return {product: _rate(lookups, codes[group]) for product, group in groups.items()}


def new_product_rate(lookups: Lookups, settings: Settings, zone: str) -> Decimal:
    """Of a product that is made in the group of the settings. Raises NeedsUser as `vat_rates`, and without a group."""
    return _rate(lookups, _vat_code(lookups, new_products_group(settings), zone_number(zone), None))


def _vat_code(lookups: Lookups, group: int, zone: int, product: str | None) -> str | None:
    """`product` None: one that is to be made."""
    account = lookups.sales_accounts(group).get(zone)
    if account is None:
        which = "A new product" if product is None else f"Product {product}"
        raise NeedsUser(
            "sales_account",
            f"{which} is in product group {group}, which has no sales account for VAT zone {zone} in e-conomic: enter"
            " one there, under the product groups, or give the product another group.",
        )
    return account.vat_code if account.is_whole else lookups.account(account.number).vat_code


def _rate(lookups: Lookups, code: str | None) -> Decimal:
    if code is None:
        return Decimal(0)
    rate = lookups.rates().get(code)
    if rate is None:
        raise unexpected(write=False)
    return rate
