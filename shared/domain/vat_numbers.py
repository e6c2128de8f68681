"""VAT numbers as customers type them.

Form and check digits are looked at, by python-stdnum, and nothing else: whether a number was given to anybody, and to
whom, only the EU's register (VIES) knows, which is a call over the network and is not asked here.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from stdnum.ch import uid
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.gb import vat as british
from stdnum.no import mva

from shared.domain.order import Meta
from shared.domain.regions import EU

#: Longer than any number, blanks taken out.
MOST_LETTERS = 20
#: What people write between the digits, beside blanks and dashes.
_BETWEEN = frozenset(".,:;/\\_'\"()")
_SWISS_ENDINGS = ("MWST", "TVA", "IVA", "TPV")


class Flaw(StrEnum):
    """Why a text is no VAT number; to be read after "a VAT number that"."""

    UNKNOWN_COUNTRY = "is of no country whose numbers are known"
    LENGTH = "is too long or too short"
    CHECK_DIGIT = "has a wrong check digit"
    FORM = "is not written as its country writes them"


@dataclass(frozen=True, slots=True)
class VatNumber:
    #: With its prefix and nothing between: DE136695976, EL094259216, CHE107787577MWST, NO995525828MVA.
    number: str = field(repr=False)
    #: ISO 3166-1 (GR, whose prefix is EL), or XI: Northern Ireland.
    country: str


def read_number(text: str, country: str) -> VatNumber | Flaw:
    """`country`: of the customer, whose prefix is taken where the number has none; GB, CH and NO beside the EU's.

    Where both readings are numbers, the prefix that was typed counts.
    """
    plain = _plain(text)
    if len(plain) > MOST_LETTERS:
        return Flaw.LENGTH
    typed = _COUNTRIES.get(plain[:2])
    readings = [(typed, plain[2:])] if typed is not None else []
    if country in _CHECKS:
        readings.append((country, plain))
    flaws = []
    for its, digits in readings:
        try:
            return VatNumber(_CHECKS[its](digits), its)
        except InvalidChecksum:
            flaws.append(Flaw.CHECK_DIGIT)
        except InvalidLength:
            flaws.append(Flaw.LENGTH)
        except ValidationError:
            flaws.append(Flaw.FORM)
    return flaws[0] if flaws else Flaw.UNKNOWN_COUNTRY


def find_number(meta: Iterable[Meta], fields: Sequence[str], country: str) -> VatNumber | Flaw | None:
    """The number in the first of these fields that holds one; what is wrong with the first text where none does.

    None where all are empty.
    """
    values = {one.key: one.value for one in meta}
    typed = [str(values[name]) for name in fields if isinstance(values.get(name), (str, int))]
    found = [read_number(text, country) for text in typed if _plain(text)]
    return next((one for one in found if isinstance(one, VatNumber)), found[0] if found else None)


def _plain(text: str) -> str:
    """Capitals and digits, nothing between; a shop may have stored it with HTML entities."""
    shown = unicodedata.normalize("NFKC", html.unescape(text)).upper()
    return "".join(one for one in shown if not _is_between(one))


def _is_between(one: str) -> bool:
    category = unicodedata.category(one)
    return one in _BETWEEN or category == "Pd" or category[0] in "ZC"


def _european(prefix: str) -> Callable[[str], str]:
    return lambda digits: vat.validate(prefix + digits)


def _swiss(digits: str) -> str:
    """Without its ending, too, which people leave out."""
    plain = digits.removeprefix("E")
    for ending in _SWISS_ENDINGS:
        plain = plain.removesuffix(ending)
    return f"{uid.validate(f'CHE{plain}')}MWST"


def _norwegian(digits: str) -> str:
    return f"NO{mva.validate(digits.removesuffix('MVA') + 'MVA')}"


def _british(digits: str) -> str:
    return f"GB{british.validate(digits)}"


#: Country -> checks what follows its prefix, and hands out the whole number. Raises stdnum's ValidationError.
_CHECKS: Mapping[str, Callable[[str], str]] = {
    **{country: _european({"GR": "EL"}.get(country, country)) for country in (*EU, "XI")},
    "CH": _swiss,
    "GB": _british,
    "NO": _norwegian,
}
#: By prefix.
_COUNTRIES: Mapping[str, str] = {"EL": "GR", **{country: country for country in _CHECKS}}
