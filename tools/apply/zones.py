"""The VAT zones that settings name: the books have them, for customers.

One that they do not have fails, and is no warning: each order that comes to it would be refused. The books' own setting
`vat_zone` is theirs to look at, with their other choices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.accounting import AccountingClient, VatZone
from shared.domain.findings import Finding, Level
from shared.domain.settings import OrderSettings
from shared.errors import Fate, Retry
from tools.cli.texts import harmless
from tools.cli.words import did_you_mean


def check_zones(client: AccountingClient, settings: OrderSettings) -> Iterator[Finding]:
    """Asks the books only where the settings name any. Raises nothing."""
    named = list(_named(settings))
    if not named:
        return
    try:
        there = client.vat_zones()
    except Fate as fate:
        yield _untold(named, fate)
        return
    known = {zone.number for zone in there}
    yield from (_unknown(setting, zone, there) for setting, zone in named if zone not in known)


def _named(settings: OrderSettings) -> Iterator[tuple[str, str]]:
    """(setting, zone), also of bands and rows that name the same."""
    if settings.zone_fixed is not None:
        yield "zone_fixed", settings.zone_fixed
    yield from ((f"zone_map, row {at}", row.zone) for at, row in enumerate(settings.zone_map, start=1))
    yield from ((f"zone_by_band.{band}", zone) for band, zone in settings.zone_by_band.items())


def _unknown(setting: str, zone: str, there: Sequence[VatZone]) -> Finding:
    by_name = {one.name.casefold(): one.number for one in there}
    meant = did_you_mean(by_name.get(zone.casefold(), zone), [one.number for one in there])
    listed = ", ".join(map(_shown, there)) or "none"
    says = f"{setting}: the books have no VAT zone '{zone}' for customers; there are: {listed}{meant}."
    return Finding(Level.FAILING, "settings", says, "Name one that is there, by its number, or make it in the books.")


def _shown(zone: VatZone) -> str:
    name = " ".join(harmless(zone.name).split())
    return f"{zone.number} ({name})" if name else zone.number


def _untold(named: Sequence[tuple[str, str]], fate: Fate) -> Finding:
    """Books that will answer later are asked again; those that refuse for good must not be in the way of all else."""
    zones = ", ".join(dict.fromkeys(zone for _, zone in named))
    says = f"The books did not tell whether they have the VAT zones that the settings name: {zones}. {fate.message}"
    if isinstance(fate, Retry):
        return Finding(Level.FAILING, "settings", says, "Try again when they answer.")
    return Finding(Level.WARNING, "settings", says, "Mend that, or look in the books yourself.")
