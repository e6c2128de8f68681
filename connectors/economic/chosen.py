"""Whether the books have what the owner chose there by its number, and a shop's documents may use it.

Each number is looked for in the list of its kind, whole as the lists are: so the remedy can name what there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.economic.check import failing
from connectors.economic.lookups import DUE_DATE, Entry, Lookup, Lookups
from connectors.economic.rest import Rest
from connectors.economic.settings import Settings
from connectors.economic.texts import cut
from shared.domain.findings import Finding, Level
from shared.errors import Fate

#: By setting: the list that it chooses from, and what one entry of it is.
CHOICES: Mapping[str, tuple[Lookup, str]] = {
    "layout": (Lookup.LAYOUTS, "layout"),
    "payment_terms": (Lookup.PAYMENT_TERMS, "payment terms"),
    "vat_zone": (Lookup.VAT_ZONES, "VAT zone"),
    "customer_group": (Lookup.CUSTOMER_GROUPS, "customer group"),
    "product_group": (Lookup.PRODUCT_GROUPS, "product group"),
    "unit": (Lookup.UNITS, "unit"),
}
#: As many entries, and letters of a name, as a remedy lists.
MOST_LISTED, LONGEST_NAME = 8, 40


def check_chosen(rest: Rest, settings: Settings) -> Sequence[Finding]:
    """A request for each choice, all of which only read; stops at the first that is not answered. Raises nothing."""
    lookups, found = Lookups(rest), list[Finding]()
    for setting, (lookup, what) in CHOICES.items():
        number = getattr(settings, setting)
        if number is None:
            continue
        try:
            entries = lookups.entries(lookup)
        except Fate as fate:
            return [*found, failing(fate, f"The choice of {what}")]
        usable = _usable(entries)
        if any(entry.id == str(number) for entry in usable):
            continue
        if len(usable) < len(entries) and any(entry.id == str(number) for entry in entries):
            says = f"{setting}: {what} {number} ask for a due date, which a shop's order has not."
        else:
            says = f"{setting}: e-conomic has no {what} {number}."
        found.append(Finding(Level.FAILING, "settings", says, _remedy(usable)))
    return found


def is_usable(lookups: Lookups, setting: str, value: str) -> bool:
    """Raises fates."""
    entries = lookups.entries(CHOICES[setting][0])
    return any(entry.id == value for entry in _usable(entries))


def _usable(entries: Sequence[Entry]) -> Sequence[Entry]:
    return [entry for entry in entries if entry.kind != DUE_DATE]


def _remedy(usable: Sequence[Entry]) -> str:
    """As "Choose one that is there: 1 (Netto 8 dage), 3 (Netto kontant)." """
    if not usable:
        return "Make one in e-conomic that orders can have, and choose it."
    more = ", and others" if len(usable) > MOST_LISTED else ""
    return f"Choose one that is there: {', '.join(map(_named, usable[:MOST_LISTED]))}{more}."


def _named(entry: Entry) -> str:
    name = " ".join(cut(entry.name, LONGEST_NAME).split())
    return f"{entry.id} ({name})" if name else entry.id
