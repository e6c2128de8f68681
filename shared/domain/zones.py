"""The VAT zone of an order's document, from the sources that the owner named, in his order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from shared.domain.order import Address, Order
from shared.domain.reasons import needs_user
from shared.domain.regions import Band, Place, is_in_eu, is_one_country, place_of
from shared.domain.vat_numbers import Flaw, VatNumber, find_number
from shared.domain.zone_map import Buyer
from shared.domain.zone_settings import Source, ZoneSettings

#: The custom field in which WooCommerce says that a customer paid no VAT.
EXEMPT_FIELD = "is_vat_exempt"
_YES = frozenset({"yes", "true", "1"})
_BANDS = {Band.DOMESTIC: "domestic", Band.EU: "EU", Band.WORLD: "world"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenZone:
    """`zone`: as the books call it; None for the one in their settings."""

    zone: str | None
    source: Source
    #: For the log. Holds no VAT number and nothing else that the customer typed.
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """Where and to whom an order is sold, as far as VAT asks."""

    place: Place
    band: Band
    buyer: Buyer
    #: What was typed as VAT number; None: nothing.
    number: VatNumber | Flaw | None

    def __str__(self) -> str:
        who = "business" if self.buyer.is_business else "private"
        where = self.place.name if self.place.name == self.place.code else f"{self.place.name} ({self.place.code})"
        exempt = ", exempt from VAT in the shop" if self.buyer.is_exempt else ""
        return f"{where}, {_BANDS[self.band]}; {who}{self._number()}{exempt}"

    def _number(self) -> str:
        if self.number is None:
            return ""
        if isinstance(self.number, Flaw):
            return f" with a VAT number that {self.number}"
        if self.buyer.has_number:
            return f" with a valid VAT number of {self.number.country}"
        return f" with a VAT number of {self.number.country}, which does not count for this sale"


def zone(order: Order, settings: ZoneSettings, *, customers_own: str | None) -> ChosenZone:
    """`customers_own`: the customer's own zone in the books; None where there is no such customer yet.

    The order's country is looked at only where a source asks for it. Raises NeedsUser where it is missing or no
    country, and where no source has a zone.
    """
    sale = cache(partial(sale_of, order, settings))
    for source in settings.zone_sources:
        chosen = _ask(source, settings, sale, customers_own)
        if chosen is not None:
            return chosen
    of = sale() if {Source.MAP, Source.BANDS}.intersection(settings.zone_sources) else "this customer"
    raise needs_user("no_vat_zone", sources=", ".join(settings.zone_sources), sale=of)


def sale_of(order: Order, settings: ZoneSettings) -> Sale:
    """Raises NeedsUser where the order has no country, or none that is known."""
    place = _place(order, settings)
    billed = place_of(order.billing) or place
    number = find_number(order.meta, settings.vat_number_fields, billed.numbers)
    has_number = isinstance(number, VatNumber) and _counts(number, place, settings.home_country)
    buyer = Buyer(
        is_business=isinstance(number, VatNumber) or bool(order.billing.company.strip()),
        has_number=has_number,
        is_exempt=any(one.key == EXEMPT_FIELD and str(one.value).strip().lower() in _YES for one in order.meta),
    )
    return Sale(place=place, band=place.band(settings.home_country), buyer=buyer, number=number)


def _place(order: Order, settings: ZoneSettings) -> Place:
    addresses: list[tuple[str, Address]] = [("delivery", order.shipping), ("billing", order.billing)]
    if settings.zone_address == "billing":
        addresses.reverse()
    for which, address in addresses:
        if address.country.strip():
            place = place_of(address)
            if place is None:
                raise needs_user("country_unknown", which=which)
            return place
    raise needs_user("country_missing")


def _counts(number: VatNumber, place: Place, home: str) -> bool:
    """Whether it makes a difference to the VAT of this sale.

    A sale to another member state is without VAT if the buyer gives a number of a member state other than the one it is
    sent from (Directive 2006/112/EC article 138(1)(b)); elsewhere and at home a number of the country itself counts.
    """
    if place.band(home) is Band.EU:
        return is_in_eu(number.country) and not is_one_country(number.country, home)
    return is_one_country(number.country, place.numbers)


def _ask(
    source: Source, settings: ZoneSettings, sale: Callable[[], Sale], customers_own: str | None
) -> ChosenZone | None:
    """None where that source does not know."""
    match source:
        case Source.DEFAULT:
            return ChosenZone(zone=None, source=source, sentence="The VAT zone of the books' settings.")
        case Source.FIXED:
            found, why = settings.zone_fixed, "fixed in the settings"
        case Source.CUSTOMER:
            found, why = customers_own, "the customer's own in the books"
        case Source.MAP:
            found, why = _by_map(settings, sale())
        case Source.BANDS:
            found, why = settings.zone_by_band.get(sale().band), f"zone_by_band: {sale()}"
    return ChosenZone(zone=found, source=source, sentence=f"VAT zone {found}, {why}.") if found else None


def _by_map(settings: ZoneSettings, sale: Sale) -> tuple[str | None, str]:
    for at, row in enumerate(settings.zone_map, start=1):
        if row.fits(sale.place.code, sale.buyer, settings.home_country):
            return row.zone, f"row {at} of zone_map: {sale}"
    return None, ""
