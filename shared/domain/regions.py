"""Where an address is, for VAT on goods: a country, or a region that VAT treats apart from its country.

What is in the EU's VAT area stands in Directive 2006/112/EC. Article 5: the member states. Article 6, out of it: Mount
Athos, the Canary Islands, the French overseas departments, Åland, the Channel Islands, Campione d'Italia, Heligoland,
Büsingen, Ceuta, Melilla, Livigno. Article 7: Monaco is treated as France, the Isle of Man as the United Kingdom.
Greenland and the Faroe Islands are outside of the EU by its treaties (TFEU articles 204 and 355(5)(a)). Northern
Ireland is in it for goods, with the prefix XI (Withdrawal Agreement, Protocol on Ireland/Northern Ireland, article 8;
Directive (EU) 2020/1756).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from shared.domain.order import Address


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: ISO 3166-1 alpha-2, and XK, which shops use for Kosovo.
COUNTRIES = _codes(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA
    CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA
    GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
    KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS
    MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS
    RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW
    TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """
)
#: The member states since 1 February 2020, when the United Kingdom had left.
EU = _codes("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
#: Written by some for the code of ISO 3166-1.
_ALIASES = {"EL": "GR", "UK": "GB"}
#: One country for its own VAT, whatever the EU holds of Northern Ireland.
_UNITED_KINGDOM = frozenset({"GB", "IM", "XI"})


class Band(StrEnum):
    DOMESTIC = "domestic"
    #: The rest of the EU's VAT area.
    EU = "eu"
    WORLD = "world"


_BANDS = frozenset(Band)


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    #: In whose addresses it may hide, and whose numbers its businesses have; ISO 3166-1.
    country: str
    is_treated_as_country: bool = False


#: By ISO 3166's code (IC and EA: reserved in it), or by a word where there is none.
REGIONS: Mapping[str, Region] = {
    "AX": Region("Åland", "FI"),
    "BL": Region("Saint-Barthélemy", "FR"),
    "EA": Region("Ceuta and Melilla", "ES"),
    "FO": Region("Faroe Islands", "DK"),
    "GF": Region("French Guiana", "FR"),
    "GG": Region("Guernsey", "GB"),
    "GL": Region("Greenland", "DK"),
    "GP": Region("Guadeloupe", "FR"),
    "IC": Region("Canary Islands", "ES"),
    "IM": Region("Isle of Man", "GB", is_treated_as_country=True),
    "JE": Region("Jersey", "GB"),
    "MC": Region("Monaco", "FR", is_treated_as_country=True),
    "MF": Region("Saint-Martin", "FR"),
    "MQ": Region("Martinique", "FR"),
    "NC": Region("New Caledonia", "FR"),
    "PF": Region("French Polynesia", "FR"),
    "PM": Region("Saint-Pierre and Miquelon", "FR"),
    "RE": Region("Réunion", "FR"),
    "SM": Region("San Marino", "IT"),
    "VA": Region("Vatican City", "IT"),
    "WF": Region("Wallis and Futuna", "FR"),
    "XI": Region("Northern Ireland", "GB"),
    "YT": Region("Mayotte", "FR"),
    "athos": Region("Mount Athos", "GR"),
    "busingen": Region("Büsingen", "DE"),
    "campione": Region("Campione d'Italia", "IT"),
    "heligoland": Region("Heligoland", "DE"),
    "livigno": Region("Livigno", "IT"),
}
PLACES = COUNTRIES | REGIONS.keys()

#: Country -> postcodes, of digits and capitals alone, that are in a region of it; the first one that fits.
_BY_POSTCODE: Mapping[str, Sequence[tuple[str, str]]] = {
    "DE": [("27498", "heligoland"), ("78266", "busingen")],
    "DK": [(r"39\d\d", "GL"), (r"[1-9]\d\d", "FO")],
    "ES": [(r"3[58]\d{3}", "IC"), (r"5[12]\d{3}", "EA")],
    "FI": [(r"22\d{3}", "AX")],
    "FR": [
        ("97133", "BL"),
        ("97150", "MF"),
        *(
            (rf"{start}\d\d", code)
            for start, code in zip(range(971, 979), ("GP", "MQ", "GF", "RE", "PM", "YT", "BL", "MF"), strict=True)
        ),
        *((rf"{start}\d\d", code) for start, code in {"980": "MC", "986": "WF", "987": "PF", "988": "NC"}.items()),
    ],
    "GB": [(rf"{area}\d.*", code) for area, code in {"BT": "XI", "GY": "GG", "IM": "IM", "JE": "JE"}.items()],
    "GR": [("6308[67]", "athos")],
    "IT": [("00120", "VA"), ("22061", "campione"), ("23041", "livigno"), (r"4789\d", "SM")],
}
#: Country -> WooCommerce's code of a province.
_BY_STATE: Mapping[str, Mapping[str, str]] = {"ES": {"GC": "IC", "TF": "IC", "CE": "EA", "ML": "EA"}}
#: Where one postcode was shared with neighbours, and is still in use.
_BY_CITY: Mapping[str, Mapping[str, str]] = {"IT": {"LIVIGNO": "livigno", "CAMPIONEDITALIA": "campione"}}


@dataclass(frozen=True, slots=True)
class Place:
    """`code`: one of PLACES."""

    code: str

    @property
    def name(self) -> str:
        return REGIONS[self.code].name if self.code in REGIONS else self.code

    @property
    def numbers(self) -> str:
        """Whose VAT numbers its businesses have: an ISO 3166-1 code, or XI."""
        if self.code == "XI":
            return self.code
        return REGIONS[self.code].country if self.code in REGIONS else self.code

    def band(self, home: str) -> Band:
        """As seen from `home`, one of PLACES."""
        if is_one_country(self.code, home):
            return Band.DOMESTIC
        return Band.EU if is_in_eu(self.code) else Band.WORLD


def place_of(address: Address) -> Place | None:
    """None where its country is empty, or no code of a country or region."""
    country = place_code(address.country)
    if country is None or not country.isupper():
        return None
    state = address.state.strip().upper().removeprefix(f"{country}-")
    region = (
        _BY_STATE.get(country, {}).get(state)
        or _by_postcode(country, address.postcode)
        or _BY_CITY.get(country, {}).get(_plain(address.city))
    )
    return Place(region or country)


def place_code(text: str) -> str | None:
    """One of PLACES as people write it (dk, EL, Livigno) -> the code; None where it is none."""
    code = text.strip().upper()
    code = _ALIASES.get(code, code)
    return next((found for found in (code, code.lower()) if found in PLACES), None)


def is_in_eu(code: str) -> bool:
    """Whether goods that are sent there, one of PLACES, stay in the EU's VAT area."""
    return code == "XI" or _treated_as(code) in EU


def is_one_country(code: str, other: str) -> bool:
    """Whether a sale from one of these PLACES to the other is at home, for VAT."""
    return _treated_as(code) == _treated_as(other) or {code, other} <= _UNITED_KINGDOM


@lru_cache(maxsize=1024)
def places_named(name: str, home: str) -> frozenset[str]:
    """All of PLACES that a band, a country or a region stands for, seen from `home`.

    A country stands for itself and what is treated as part of it, never for the regions that VAT treats apart.
    """
    if name in _BANDS:
        return frozenset(code for code in PLACES if Place(code).band(home) == name)
    return frozenset(code for code in PLACES if name in (code, _treated_as(code)))


def _treated_as(code: str) -> str:
    region = REGIONS.get(code)
    return region.country if region is not None and region.is_treated_as_country else code


def _by_postcode(country: str, postcode: str) -> str | None:
    """People write the country before it (DK-3900, E-35001, FO-100); British ones begin with letters themselves."""
    plain = _plain(postcode)
    if country != "GB":
        plain = plain.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return next((region for form, region in _BY_POSTCODE.get(country, ()) if re.fullmatch(form, plain)), None)


def _plain(text: str) -> str:
    return re.sub("[^A-Z0-9]", "", unicodedata.normalize("NFKC", text).upper())
