"""Companies' numbers as people type them: with their country's prefix or without, in one piece or in groups.

A Danish VAT number is the CVR number behind DK, a Norwegian one stands between NO and MVA, a Swedish one between SE
and 01; so both are one company. Check digits are not looked at: books hold numbers with slips.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shared.domain.regions import EU, Place

#: Fewer are no number of a company, and would be found inside of many.
FEWEST_DIGITS = 5
MOST_LETTERS = 40

_PREFIXES = frozenset({*EU, "EL", "XI", "GB", "NO"})
_LABEL = re.compile("(?:CVR|ORG|VAT|SE(?=NR))(?:NR|NO)?(?=[A-Z]{0,3}[0-9])")
_SWISS = re.compile("CHE?(?=[0-9])")
_ENDINGS = {"NO": ("MVA",), "CH": ("MWST", "TVA", "IVA", "TPV")}
_GROUPS = (2, 3, 4)
_BETWEEN = (" ", "-", ".")
#: Digits of a Swedish number, of which the VAT number has two more.
_SWEDISH = 10


@dataclass(frozen=True, slots=True)
class CompanyNumber:
    #: Capitals and digits, without prefix and ending.
    number: str
    #: ISO 3166-1, or XI; empty where none was typed.
    country: str = ""

    def is_that_of(self, other: CompanyNumber) -> bool:
        """Whether both are one company's, as far as they say: a country counts where both name one."""
        return self.number == other.number and (self.country == other.country or not (self.country and other.country))

    def spellings(self) -> tuple[str, ...]:
        """How people write it, between a prefix and an ending."""
        return tuple(dict.fromkeys(self._spellings()))

    def _spellings(self) -> Iterator[str]:
        yield self.number
        for size in _GROUPS:
            parts = [self.number[at : at + size] for at in range(0, len(self.number), size)]
            yield from (between.join(parts) for between in _BETWEEN)
        if len(self.number) == _SWEDISH:
            yield f"{self.number[:6]}-{self.number[6:]}"


def read_company_number(text: str) -> CompanyNumber | None:
    """None for what can be no company's number."""
    if len(text) > MOST_LETTERS:
        return None
    plain = "".join(re.findall("[0-9A-Z]", unicodedata.normalize("NFKC", text).upper()))
    country, number = _without_prefix(_LABEL.sub("", plain, count=1))
    for ending in _ENDINGS.get(country, ("MVA",)):
        number = number.removesuffix(ending)
    if country == "SE" and len(number) == _SWEDISH + 2:
        number = number.removesuffix("01")
    return CompanyNumber(number, country) if sum(map(str.isdigit, number)) >= FEWEST_DIGITS else None


def is_written(number: str, written: str, home: str) -> bool:
    """Whether `written`, in whatever way, is this company's number. Without a prefix it is one of `home`, which is one
    of `regions.PLACES`; `number` without one is of any country."""
    wanted, there = read_company_number(number), read_company_number(written)
    if wanted is None or there is None:
        return False
    return replace(there, country=there.country or Place(home).numbers).is_that_of(wanted)


def _without_prefix(plain: str) -> tuple[str, str]:
    if swiss := _SWISS.match(plain):
        return "CH", plain[swiss.end() :]
    prefix = plain[:2]
    if prefix in _PREFIXES:
        return {"EL": "GR"}.get(prefix, prefix), plain[2:]
    return "", plain
