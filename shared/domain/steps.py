"""The steps that a value passes on its way into a field: a closed list, each with what it gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal

from babel import Locale, localedata
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_serializer,
    model_validator,
)

from shared.domain.regions import COUNTRIES, place_code
from shared.domain.values import DIGITS, Constant, NotAValue, Scalar, number_of, text_of

Flow = Scalar | date | None
Kind = Literal["text", "number", "date"]
#: Characters of a text on its way.
LONGEST = 10_000
#: Of one `lookup`.
ENTRIES = 500

_EXACT = Context(prec=4 * DIGITS)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{5,15}(Z|[+-][0-9:]{2,6})?)?")
_DANISH = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})")
_FORMATS: Mapping[str, str] = {
    "yyyy-mm-dd": "%Y-%m-%d",
    "dd-mm-yyyy": "%d-%m-%Y",
    "dd.mm.yyyy": "%d.%m.%Y",
    "dd/mm/yyyy": "%d/%m/%Y",
    "yyyymmdd": "%Y%m%d",
}


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def cannot_fill(self) -> frozenset[Kind]:
        """Kinds of fields for which what comes out of it is never of use."""
        return frozenset()


class Cut(_Step):
    cut: Annotated[int, Field(ge=1, le=LONGEST, strict=True, description="Characters that are kept.")]


class Default(_Step):
    default: Annotated[Constant, Field(description="Where nothing is there.")]


class Lookup(_Step):
    lookup: Annotated[dict[str, Constant], Field(min_length=1, max_length=ENTRIES)]
    otherwise: Constant | None = None

    @model_validator(mode="after")
    def _no_key_twice(self) -> Lookup:
        plain = [_plain(key) for key in self.lookup]
        twice = sorted({key for key in plain if plain.count(key) > 1})
        if twice:
            raise ValueError(f"lookup has {twice[0]!r} more than once: capitals and blanks around do not count")
        return self

    @property
    def values(self) -> Sequence[Scalar]:
        return [*self.lookup.values(), *([] if self.otherwise is None else [self.otherwise])]


class AsDate(_Step):
    date: Annotated[
        Literal["day", "yyyy-mm-dd", "dd-mm-yyyy", "dd.mm.yyyy", "dd/mm/yyyy", "yyyymmdd"],
        Field(description="day for a date field, else how it is written."),
    ]

    @property
    def cannot_fill(self) -> frozenset[Kind]:
        return frozenset({"number"}) if self.date == "day" else frozenset({"number", "date"})


class Round(_Step):
    round: Annotated[int, Field(ge=0, le=8, strict=True, description="Decimals; halves go away from zero.")]

    @property
    def cannot_fill(self) -> frozenset[Kind]:
        return frozenset({"date"})


def _spoken(language: str) -> str:
    if not re.fullmatch("[a-z]{2,3}", language) or not localedata.exists(language):
        raise ValueError(f"{language!r} is no language: write it with its two letters, like da, en or de")
    return language


class Country(_Step):
    country: Annotated[str, AfterValidator(_spoken), Field(description="The language of its name.")]

    @property
    def cannot_fill(self) -> frozenset[Kind]:
        return frozenset({"number", "date"})


class Prefix(_Step):
    prefix: Annotated[str, Field(min_length=1, max_length=250, strict=True)]


class Suffix(_Step):
    suffix: Annotated[str, Field(min_length=1, max_length=250, strict=True)]


def _digits(text: str) -> str:
    return "".join(one for one in text if one in "0123456789")


_WORDS: Mapping[str, Callable[[str], str]] = {"strip": str.strip, "upper": str.upper, "digits": _digits}


class Word(_Step):
    """One that needs nothing beside its name; in settings that name alone."""

    word: Literal["strip", "upper", "digits"]

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, given: Any) -> Any:
        return {"word": given} if isinstance(given, str) else given

    @model_serializer
    def _as_written(self) -> str:
        return self.word


_NAMED = ("cut", "default", "lookup", "date", "round", "country", "prefix", "suffix")
#: Of all steps, as they stand in settings.
NAMES = (*_WORDS, *_NAMED)


def _name(given: Any) -> str | None:
    if isinstance(given, str):
        return "word" if given in _WORDS else None
    if isinstance(given, Word):
        return "word"
    keys = given if isinstance(given, Mapping) else type(given).model_fields if isinstance(given, BaseModel) else ()
    return next((name for name in _NAMED if name in keys), None)


#: In settings.
Step = Annotated[
    Annotated[Word, Tag("word")]
    | Annotated[Cut, Tag("cut")]
    | Annotated[Default, Tag("default")]
    | Annotated[Lookup, Tag("lookup")]
    | Annotated[AsDate, Tag("date")]
    | Annotated[Round, Tag("round")]
    | Annotated[Country, Tag("country")]
    | Annotated[Prefix, Tag("prefix")]
    | Annotated[Suffix, Tag("suffix")],
    Discriminator(
        _name,
        custom_error_type="no_step",
        custom_error_message=f"there is no such step; there are {', '.join(NAMES)}, as in {{cut: 20}}",
    ),
]


def passed(value: Flow, steps: Sequence[Step], time_zone: tzinfo) -> Flow:
    """The value behind the last of them; empty texts count as nothing. Raises NotAValue."""
    for step in steps:
        is_there = value is not None and value != ""
        if isinstance(step, Default):
            value = value if is_there else step.default
        elif value is not None and is_there:
            value = _behind(step, value, time_zone)
    return None if value == "" else value


def _behind(step: Step, value: Scalar | date, time_zone: tzinfo) -> Flow:
    match step:
        case Word(word=word):
            return _WORDS[word](read_as_text(value))
        case Cut(cut=letters):
            return read_as_text(value)[:letters]
        case Prefix(prefix=text):
            return text + read_as_text(value)
        case Suffix(suffix=text):
            return read_as_text(value) + text
        case Lookup(lookup=entries, otherwise=otherwise):
            wanted = _plain(read_as_text(value))
            return next((found for key, found in entries.items() if _plain(key) == wanted), otherwise)
        case Round(round=decimals):
            return _rounded(read_as_number(value), decimals)
        case Country(country=language):
            return _country(read_as_text(value).strip(), language)
        case AsDate(date=form):
            day = read_as_day(value, time_zone)
            return day if form == "day" else day.strftime(_FORMATS[form])
    return value


def _rounded(number: Decimal, decimals: int) -> Decimal:
    """Without a sign where that leaves nothing."""
    rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _EXACT)
    return abs(rounded) if rounded.is_zero() else rounded


def _country(typed: str, language: str) -> str:
    code = place_code(typed)
    return typed if code is None or code not in COUNTRIES else str(_names(language).get(code, code))


@lru_cache(maxsize=16)
def _names(language: str) -> Mapping[str, str]:
    return Locale.parse(language).territories


def read_as_text(value: Scalar | date) -> str:
    return value.isoformat() if isinstance(value, date) else text_of(value)


def read_as_number(value: Scalar | date) -> Decimal:
    """Raises NotAValue."""
    number = value if isinstance(value, Decimal) else number_of(value) if isinstance(value, str) else None
    if number is None:
        raise NotAValue("what stands there is no number")
    return number


def read_as_day(value: Scalar | date, time_zone: tzinfo) -> date:
    """Of 2026-03-02, 02-03-2026, or a moment (2026-03-02T11:00:00Z); one without a zone is of the shop's own day.

    Raises NotAValue.
    """
    if isinstance(value, date):
        return value
    text = value.strip() if isinstance(value, str) else ""
    try:
        if danish := _DANISH.fullmatch(text):
            day, month, year = map(int, danish.groups())
            return date(year, month, day)
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo is None else moment.astimezone(time_zone)).date()
    except (ValueError, OverflowError):
        pass
    raise NotAValue("what stands there is no date")


def _plain(text: str) -> str:
    return text.strip().casefold()
