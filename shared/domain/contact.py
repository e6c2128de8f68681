"""Who bought, as the books may hold it."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Empty where nothing is known, which never empties anything in the books.

    Texts are as the shop decoded them: a connector cuts them to the system's limits, but never an address or a number
    by which somebody is found or reached.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    mobile_phone: str = ""
    #: May have several lines.
    address: str = ""
    postcode: str = ""
    city: str = ""
    #: As it is to be read in the books: a name or a code.
    country: str = ""
    #: As its country gives it (CVR, organisasjonsnummer).
    company_number: str = ""
    vat_number: str = ""
    #: Of a public body that gets electronic invoices (GLN).
    ean: str = ""
    #: Of one place of a Danish company.
    p_number: str = ""
    #: The account of a public body to which an electronic invoice goes.
    public_entry_number: str = ""
    website: str = ""


#: The names by which an owner says what may be updated.
FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Contact))
