"""The products that settings name: the books have them, open, and with the VAT rate that each is named for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel

from connectors.accounting import Accounting, AccountingClient
from shared.domain.document import NewProduct, Product
from shared.domain.findings import Finding, Level
from shared.domain.line_settings import ZERO
from shared.domain.pricing import Role
from shared.domain.settings import OrderSettings
from shared.domain.totals import Strictness
from shared.domain.zone_settings import Source
from shared.errors import NeedsUser

#: Named for any rate, as what it stands in for has any.
FALLBACK = "fallback_product"


def check_products(
    connector: Accounting, client: AccountingClient, settings: OrderSettings, books: BaseModel
) -> Iterator[Finding]:
    """`books`: the owner's choices for them, filled in. Raises fates."""
    named = [_Named(*one) for one in settings.named_products()]
    if settings.fallback_product is not None:
        named.append(_Named(FALLBACK, settings.fallback_product, None))
    found = client.find_products(sorted({one.number for one in named}))
    known = {product.number.casefold(): product for product in found}
    for one in named:
        product = known.get(one.number.casefold())
        if product is None and one.is_made(settings):
            connector.write_product(NewProduct(number=one.number, name=one.number), books)
        yield from _being_there(one, product, settings)
    rated = [
        one for one in named if (one.percent is not None or one.setting == FALLBACK) and one.number.casefold() in known
    ]
    yield from _rates(client, rated, settings, connector.own_zone(books))


def check_closing(settings: OrderSettings) -> Iterator[Finding]:
    """A product for what closes documents is named, unless orders that need one are to wait (`closing: exact`)."""
    if settings.closing is Strictness.EXACT or settings.product_for(Role.CLOSING, ZERO) is not None:
        return
    says = (
        "closing_product: none is named. Net prices of two decimals do not come to every fifth price that includes 25 %"
        " VAT: orders that miss their total so would wait as missing_closing_product."
    )
    remedy = (
        "Make a product without VAT in the books, and name it: closing_product. If such orders are to wait, choose"
        " closing: exact."
    )
    yield Finding(Level.WARNING, "settings", says, remedy)


@dataclass(frozen=True, slots=True)
class _Named:
    setting: str
    number: str
    #: The rate that it must have; None for any.
    percent: Decimal | None

    def is_made(self, settings: OrderSettings) -> bool:
        """With the first order that names it, where the books do not have it. What stands in never is."""
        return settings.create_products and self.setting != FALLBACK

    @property
    def rate(self) -> str:
        return f"{self.percent or ZERO:f} % VAT"


def _being_there(named: _Named, product: Product | None, settings: OrderSettings) -> Iterator[Finding]:
    says = f"{named.setting}: the books have no product {named.number}"
    if product is not None and product.barred:
        barred = f"{named.setting}: the product {named.number} is barred in the books."
        yield Finding(Level.FAILING, "settings", barred, "Open it there, or name another one.")
    elif product is None and not named.is_made(settings):
        remedy = "Make it there, or name another one."
        if named.setting != FALLBACK:
            remedy = "Make it there, name another one, or set create_products: true."
        yield Finding(Level.FAILING, "settings", f"{says}.", remedy)
    elif product is None and named.percent is not None:
        made = f"{says}; it would be made in the group of new products, whatever VAT that has."
        yield Finding(Level.WARNING, "settings", made, f"Make it there, in a product group with {named.rate}.")


def _rates(client: AccountingClient, named: Sequence[_Named], settings: OrderSettings, usual: str) -> Iterator[Finding]:
    """What is named for no VAT has none in any zone in which documents may stand; what is named for a rate has it in
    one of them; what stands in for others can be sold in all. Where the customers' own zones count, nobody knows them
    all. Zones that the books do not have are told by themselves.
    """
    there = {zone.number for zone in client.vat_zones()} if named else set()
    zones = [zone for zone in _zones(settings, usual) if zone in there]
    for one in named:
        try:
            rates = {zone: rate for zone in zones for rate in client.vat_rates([one.number], zone).values()}
        except NeedsUser as refused:
            if refused.code == "rates_hidden":
                if rated := [one for one in named if one.percent is not None]:
                    yield _hidden(rated, refused)
                return
            yield Finding(Level.FAILING, "settings", f"{one.setting}: {refused.message}", "Mend that, and try again.")
            continue
        wrong = {zone: rate for zone, rate in rates.items() if one.percent not in (None, rate)}
        if wrong and (not one.percent or len(wrong) == len(rates)):
            is_certain = not one.percent or Source.CUSTOMER not in settings.zone_sources
            yield _wrong(one, wrong, Level.FAILING if is_certain else Level.WARNING)


def _zones(settings: OrderSettings, usual: str) -> Sequence[str]:
    """Those that the settings name. New customers get the usual one."""
    by_source: Mapping[Source, Sequence[str | None]] = {
        Source.FIXED: [settings.zone_fixed],
        Source.CUSTOMER: [usual],
        Source.MAP: [row.zone for row in settings.zone_map],
        Source.BANDS: [*settings.zone_by_band.values()],
        Source.DEFAULT: [usual],
    }
    found = (zone for source in settings.zone_sources for zone in by_source[source])
    return list(dict.fromkeys(filter(None, found)))


def _wrong(named: _Named, rates: dict[str, Decimal], level: Level) -> Finding:
    there = " and ".join(f"{rate.normalize():f} % VAT in VAT zone {zone}" for zone, rate in rates.items())
    return Finding(
        level,
        "settings",
        f"{named.setting}: the product {named.number} has {there} of the books, and must have {named.rate}.",
        f"Give it a product group with {named.rate} there, or name another product.",
    )


def _hidden(named: Iterable[_Named], refused: NeedsUser) -> Finding:
    told = ", ".join(f"{one.number} {one.rate}" for one in named)
    remedy = f"Do so, or look in the books yourself whether these have what they must have: {told}."
    return Finding(Level.WARNING, "settings", refused.message, remedy)
