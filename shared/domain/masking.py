"""Made-up values in the place of personal data: of the same shape, and the same for the same value.

What is kept is named, field by field, with the form it must have; all else is masked, so that a field nobody knows is
not told. Who lacks the key finds no value again; with it, the same values give the same ones, upper or lower case.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

#: Where made-up e-mail addresses are: a domain that can never be anybody's.
NOWHERE = ".example"

_EMAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\"]+")
#: As programs name things; what a person typed looks otherwise.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")
#: Digits before or behind the point, beyond which a number is no amount of anything.
LONGEST_NUMBER = 100
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Form(StrEnum):
    """What a field that is kept must look like; what does not is masked."""

    #: An amount, a quantity, an id: a number, or a text that is one.
    NUMBER = "number"
    #: A code of the shop's: a status, a currency, a method.
    WORD = "word"
    #: A date, or a date with a time.
    MOMENT = "moment"
    #: A country by its two letters.
    COUNTRY = "country"
    #: Any text, such as a product's name.
    TEXT = "text"


_FORMS: Mapping[Form, re.Pattern[str]] = {
    Form.NUMBER: re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?"),
    Form.WORD: _NAME,
    Form.MOMENT: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2})?)?"),
    Form.COUNTRY: re.compile(r"[A-Za-z]{2}"),
    Form.TEXT: re.compile(r".*", re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an object, and in each object of a list of them.

    `pairs`: the custom fields (key and value, as WooCommerce's `meta_data`) whose value is kept, by key.
    """

    fields: Mapping[str, Form | Kept] = field(default_factory=dict)
    pairs: Mapping[str, Form] = field(default_factory=dict)


NOTHING = Kept()


class Mask:
    """One key, as long as a file of masked values is written."""

    def __init__(self, key: bytes) -> None:
        """`key`: secret, 32 bytes; nobody needs it afterwards."""
        self._key = key

    def body(self, raw: bytes, kept: Kept) -> bytes:
        """A body as JSON in ASCII; amounts keep their digits. What is no JSON object is masked as a whole."""
        try:
            value = json.loads(raw, parse_float=Decimal, parse_constant=_refuse)
            if isinstance(value, dict):
                return "".join(_written(self.value(value, kept))).encode()
        except (ValueError, RecursionError):
            pass
        return self.text(raw.decode("utf-8", "replace")).encode()

    def value(self, value: Any, kept: Form | Kept | None) -> Any:
        """Decoded JSON. None, true, false, 0 and empty texts say nobody's name, and stay."""
        if isinstance(value, dict):
            return self._object(value, kept if isinstance(kept, Kept) else None)
        if isinstance(value, list):
            return [self.value(one, kept) for one in value]
        if isinstance(kept, Form) and _has_form(value, kept):
            return self._without_emails(value) if isinstance(value, str) else value
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool) or not value:
            return value
        return self._number(value)

    def text(self, text: str) -> str:
        """Letters by letters, digits by digits; blanks and ASCII punctuation stay. E-mail addresses lead nowhere."""
        if _EMAIL.fullmatch(text):
            local, _, domain = text.partition("@")
            made = self._shaped(f"{local}@{domain.rpartition('.')[0]}", seed=text)
            return made + NOWHERE
        made = self._shaped(text, seed=text)
        return _EMAIL.sub(lambda found: f"{found[0].rpartition('.')[0]}{NOWHERE}", made)

    def _without_emails(self, text: str) -> str:
        """A product's name may hold whom a voucher is for."""
        return _EMAIL.sub(lambda found: self.text(found[0]), text)

    def _object(self, value: Mapping[str, Any], kept: Kept | None) -> dict[str, Any]:
        if kept is None:
            return {self.text(name): self.value(inner, None) for name, inner in value.items()}
        if isinstance(value.get("key"), str) and "value" in value:
            kept = Kept({**kept.fields, "key": Form.WORD, "value": kept.pairs.get(value["key"], NOTHING)})
        return {
            name if _NAME.fullmatch(name) else self.text(name): self.value(inner, kept.fields.get(name))
            for name, inner in value.items()
        }

    def _number(self, number: int | Decimal) -> int | Decimal:
        if isinstance(number, Decimal) and abs(number.adjusted()) > LONGEST_NUMBER:
            return Decimal(1)
        made = Decimal(self.text(f"{number:f}"))
        return int(made) if isinstance(number, int) else made

    def _shaped(self, text: str, *, seed: str) -> str:
        """Never the text itself, where anything of it can be another."""
        made, attempt = text, 0
        while made == text and not all(map(_stays, text)):
            stream = self._stream(f"{attempt}:{seed.casefold()}")
            made = "".join(_like(char, next(stream), is_first=not at) for at, char in enumerate(text))
            attempt += 1
        return made

    def _stream(self, seed: str) -> Iterator[int]:
        """Numbers up to 2**16, always the same for the seed."""
        block = 0
        while True:
            digest = hmac.digest(self._key, f"{block}:{seed}".encode("utf-8", "surrogatepass"), "sha256")
            yield from (int.from_bytes(digest[at : at + 2]) for at in range(0, len(digest), 2))
            block += 1


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _stays(char: str) -> bool:
    return char.isascii() and not char.isalnum()


def _like(char: str, number: int, *, is_first: bool) -> str:
    if _stays(char):
        return char
    if char.isdecimal():
        return str(1 + number % 9 if is_first and char != "0" else number % 10)
    letter = _LETTERS[number % len(_LETTERS)]
    return letter.upper() if char.isupper() else letter


def _has_form(value: object, form: Form) -> bool:
    if isinstance(value, str):
        return _FORMS[form].fullmatch(value) is not None
    return form in (Form.NUMBER, Form.TEXT)


def _written(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield "{"
        for at, (name, inner) in enumerate(value.items()):
            yield f"{', ' if at else ''}{json.dumps(name)}: "
            yield from _written(inner)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for at, inner in enumerate(value):
            yield ", " if at else ""
            yield from _written(inner)
        yield "]"
    else:
        yield str(value) if isinstance(value, Decimal) else json.dumps(value)
