"""Phone numbers as people type them, made comparable by the numbering plans that phonenumbers knows.

Whether anybody has the number is not looked at: mostly only whether it has as many digits as numbers of its country
have. By whom somebody is to be known, a `key` must be one that his country gives out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import SUPPORTED_REGIONS, NumberParseException, PhoneNumber, PhoneNumberFormat

from shared.domain.regions import REGIONS

#: Characters; longer than any number with all that people write around it.
MOST_LETTERS = 60
#: A country's code as most of the world dials it; no number at home begins so.
_DIALLED = re.compile(r"^\(?00(?=[1-9])")
#: Between groups of digits.
_BETWEEN = (" ", "-", ".")
#: Between the code of an area, which may stand in brackets with its 0, and the rest.
_AFTER_AREA = (" ", "-", "/", ")", ") ")
_GROUPS = (2, 3, 4)


def normalised(phone: str, country: str) -> str | None:
    """Its international form: +4512345678 for "12 34 56 78" in DK, "0045 12345678" or "(+45) 1234-5678".

    None for what can be no number. `country`: of a number without a country's code, one of `regions.PLACES`; may be
    empty.
    """
    number = _read(phone, country)
    return None if number is None else phonenumbers.format_number(number, PhoneNumberFormat.E164)


def key(phone: str, country: str) -> str | None:
    """As `normalised`, where somebody can be known by it: None, too, for what people type to have typed something.

    That is one digit over and over, and what its country gives to nobody.
    """
    number = _read(phone, country)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    if len(set(phonenumbers.national_significant_number(number))) == 1:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def is_written(phone: str, written: str, home: str) -> bool:
    """Whether `written`, in whatever way, is this normalised phone. Without a country's code it is one of `home`."""
    return _read(phone, "") is not None and normalised(written, home) == phone


def unmistakable(phone: str, country: str, home: str) -> str:
    """As it is typed in `country`; with its country's code where `home` would take it for another one, or for none.

    What nobody can be known by stays as it is.
    """
    known = key(phone, country)
    if known is None or is_written(known, phone, home):
        return phone
    return phonenumbers.format_number(phonenumbers.parse(known), PhoneNumberFormat.INTERNATIONAL)


def spellings(phone: str) -> tuple[str, ...]:
    """How people write a normalised phone behind the code of its country, and behind the 0 that some put before it.

    Empty for what is no normalised phone.
    """
    number = _read(phone, "")
    return () if number is None else tuple(dict.fromkeys(_spellings(number)))


def _spellings(number: PhoneNumber) -> Iterator[str]:
    digits = phonenumbers.national_significant_number(number)
    yield digits
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    groups = international.removeprefix(f"+{number.country_code}").split()
    yield from (between.join(groups) for between in _BETWEEN)
    area, rest = groups[0], groups[1:]
    for between in _AFTER_AREA if rest else ():
        yield from (f"{area}{between}{part}" for part in ("".join(rest), " ".join(rest)))
    yield phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL).removeprefix("0")
    for size in _GROUPS:
        parts = [digits[at : at + size] for at in range(0, len(digits), size)]
        yield from (between.join(parts) for between in _BETWEEN)


def _read(phone: str, country: str) -> PhoneNumber | None:
    typed = phone.strip()
    if not typed or len(typed) > MOST_LETTERS:
        return None
    if country not in SUPPORTED_REGIONS and country in REGIONS:
        country = REGIONS[country].country
    try:
        number = phonenumbers.parse(_DIALLED.sub("+", typed), country or None)
    except NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None
