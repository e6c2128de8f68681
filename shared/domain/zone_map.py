"""The map from where and to whom is sold to a VAT zone: rows, of which the first that fits counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from shared.domain.regions import PLACES, REGIONS, Band, place_code, places_named

ANYWHERE = "anywhere"
_WORDS = frozenset({*Band, ANYWHERE})


class Buyer(NamedTuple):
    """As far as VAT asks."""

    is_business: bool
    #: One that counts for the sale; who has any VAT number is a business.
    has_number: bool
    #: The shop took no VAT from this customer.
    is_exempt: bool


#: All that there can be.
BUYERS = frozenset(Buyer(*facts) for facts in product((True, False), repeat=3) if facts[0] or not facts[1])


def _as_text(zone: object) -> object:
    """Where books number their zones, people write a number."""
    return str(zone) if isinstance(zone, int) and not isinstance(zone, bool) else zone


def _known(where: str) -> str:
    word = where.strip().lower()
    code = word if word in _WORDS else place_code(where)
    if code is None:
        regions = ", ".join(sorted(REGIONS))
        raise ValueError(f"{where!r} is no country (DK), no region ({regions}) and none of {', '.join(sorted(_WORDS))}")
    return code


#: As the books call it.
Zone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), BeforeValidator(_as_text)]


class ZoneRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    where: Annotated[
        str,
        AfterValidator(_known),
        Field(
            description="A country by its two letters, a region that VAT treats apart (GL, IC, livigno), or domestic,"
            " eu, world or anywhere. A country does not stand for the regions that are apart from it."
        ),
    ]
    buyer: Annotated[
        Literal["business", "private", "any"],
        Field(description="A business is who names a company or has a valid VAT number."),
    ] = "any"
    vat_number: Annotated[
        Literal["valid", "any"],
        Field(
            description="valid: only with a VAT number of right form; for sales to the rest of the EU one of a member"
            " state other than home, else one of the country itself."
        ),
    ] = "any"
    exempt: Annotated[bool, Field(description="Only for customers whom the shop exempted from VAT.")] = False
    zone: Annotated[Zone, Field(description="The VAT zone, as the books call it.")]

    @model_validator(mode="after")
    def _can_be(self) -> ZoneRow:
        if not self.buyers:
            raise ValueError("who has a valid VAT number is a business: leave out buyer: private, or vat_number")
        return self

    @property
    def buyers(self) -> frozenset[Buyer]:
        return frozenset(buyer for buyer in BUYERS if self._takes(buyer))

    def _takes(self, buyer: Buyer) -> bool:
        return (
            (self.buyer == "any" or buyer.is_business == (self.buyer == "business"))
            and (self.vat_number == "any" or buyer.has_number)
            and (not self.exempt or buyer.is_exempt)
        )

    def places(self, home: str) -> frozenset[str]:
        """Codes of `regions.PLACES`, seen from `home`."""
        return PLACES if self.where == ANYWHERE else places_named(self.where, home)

    def fits(self, place: str, buyer: Buyer, home: str) -> bool:
        return place in self.places(home) and self._takes(buyer)


def never_reached(rows: Sequence[ZoneRow], home: str) -> Iterator[str]:
    """A sentence for each row that can never count; they are told from 1."""
    left = {place: set(BUYERS) for place in PLACES}
    for at, row in enumerate(rows, start=1):
        places, buyers = row.places(home), row.buyers
        if all(buyers.isdisjoint(left[place]) for place in places):
            yield f"row {at} of zone_map is never reached: {_taken_by(rows[: at - 1], row)}"
        for place in places:
            left[place] -= buyers


def _taken_by(above: Sequence[ZoneRow], row: ZoneRow) -> str:
    conditions = {"where", "buyer", "vat_number", "exempt"}
    wanted = row.model_dump(include=conditions)
    for at, other in enumerate(above, start=1):
        if other.model_dump(include=conditions) == wanted:
            return f"row {at} is for the same orders; take one of them out"
    return "the rows above take all its orders; move it up, or take it out"
