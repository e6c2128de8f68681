"""What the owner chooses for the VAT zone of a document."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from shared.domain.regions import Band, place_code
from shared.domain.zone_map import Zone, ZoneRow, never_reached

#: Where plugins of WooCommerce keep the VAT number: WooCommerce's own, WP Whale's, Aelia's, German Market's,
#: Germanized, YITH's; and what Danish shops call it.
VAT_NUMBER_FIELDS = (
    "_billing_vat_number",
    "billing_vat_number",
    "_vat_number",
    "vat_number",
    "_billing_eu_vat_number",
    "billing_eu_vat_number",
    "_billing_vat",
    "billing_vat",
    "_billing_vat_id",
    "yweu_billing_vat",
    "_billing_cvr",
    "billing_cvr",
)


class Source(StrEnum):
    """Who may say which zone it is."""

    #: `zone_fixed`.
    FIXED = "fixed"
    #: The customer's own zone in the books.
    CUSTOMER = "customer"
    #: `zone_map`.
    MAP = "map"
    #: `zone_by_band`.
    BANDS = "bands"
    #: The one in the settings of the books, which new customers get, too.
    DEFAULT = "default"


def _known_country(country: str) -> str:
    code = place_code(country)
    if code is None:
        raise ValueError(f"{country!r} is no country: write it with its two letters, like DK")
    return code


class ZoneSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    home_country: Annotated[
        str, AfterValidator(_known_country), Field(description="Where the shop sends from: what is domestic.")
    ] = "DK"
    zone_sources: Annotated[
        tuple[Source, ...],
        Field(
            min_length=1,
            description="Who says the VAT zone; the first that knows it: fixed (zone_fixed), customer (the customer's"
            " own in the books), map (zone_map), bands (zone_by_band), default (the books' vat_zone).",
        ),
    ] = (Source.DEFAULT,)
    zone_fixed: Annotated[Zone | None, Field(description="One VAT zone for all, for the source fixed.")] = None
    zone_map: Annotated[
        tuple[ZoneRow, ...],
        Field(
            description="For the source map: rows of where, buyer, vat_number, exempt -> zone; the first that fits"
            " counts."
        ),
    ] = ()
    zone_by_band: Annotated[
        dict[Band, Zone],
        Field(description="For the source bands: the VAT zones of domestic, eu and world, whoever buys."),
    ] = {}
    zone_address: Annotated[
        Literal["delivery", "billing"],
        Field(description="Which address counts, where it names a country; else the other one."),
    ] = "delivery"
    vat_number_fields: Annotated[
        tuple[str, ...],
        Field(description="Custom fields of an order that may hold the customer's VAT number; the first valid counts."),
    ] = VAT_NUMBER_FIELDS

    @model_validator(mode="after")
    def _zone_sources_have_what_they_need(self) -> ZoneSettings:
        given = {
            Source.FIXED: ("zone_fixed", self.zone_fixed is not None),
            Source.MAP: ("zone_map", bool(self.zone_map)),
            Source.BANDS: ("zone_by_band", bool(self.zone_by_band)),
        }
        for source, (field, is_given) in given.items():
            if source in self.zone_sources and not is_given:
                raise ValueError(f"zone_sources names {source}, which needs {field}")
            if is_given and source not in self.zone_sources:
                raise ValueError(f"{field} is never asked: add {source} to zone_sources, or leave it out")
        return self

    @model_validator(mode="after")
    def _zone_sources_are_reached(self) -> ZoneSettings:
        for at, source in enumerate(self.zone_sources):
            if source in self.zone_sources[:at]:
                raise ValueError(f"zone_sources names {source} twice")
            if at and self._always_knows(before := self.zone_sources[at - 1]):
                raise ValueError(f"zone_sources never comes to {source}: {before} always knows a zone, so it goes last")
        return self

    def _always_knows(self, source: Source) -> bool:
        if source is Source.BANDS:
            return set(self.zone_by_band) == set(Band)
        return source in (Source.FIXED, Source.DEFAULT)

    @model_validator(mode="after")
    def _zone_rows_are_reached(self) -> ZoneSettings:
        complaint = next(never_reached(self.zone_map, self.home_country), None)
        if complaint is not None:
            raise ValueError(complaint)
        return self
