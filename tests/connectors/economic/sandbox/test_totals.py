"""What a document comes to, worked out by hand for each level on which VAT may be rounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox, Rounding, Ties
from tests.connectors.economic.sandbox.samples import created, draft, line

#: Lines of (product, quantity, price, discount); net; VAT per line, per rate, per document.
CASES = [
    # 9.02 with 25 % in it is 7.22 without: 7.22 * 0.25 = 1.805 -> 1.81, so 9.03.
    pytest.param([("KRUS", 1, "7.22", 0)], "7.22", ("1.81", "1.81", "1.81"), id="9.02 comes to 9.03"),
    # 1.99 is 1.59 without: 7 * 1.59 = 11.13, VAT 2.7825 -> 2.78, so 13.91 and not 13.93.
    pytest.param([("KRUS", 7, "1.59", 0)], "11.13", ("2.78", "2.78", "2.78"), id="7 x 1.99 comes to 13.91"),
    # 0.01 is 0.01 without: 100 * 0.01 = 1.00, VAT 0.25, so 1.25 and not 1.00.
    pytest.param([("KRUS", 100, "0.01", 0)], "1.00", ("0.25", "0.25", "0.25"), id="100 x 0.01 comes to 1.25"),
    # Each line 7.22: per line 3 * 1.81, together 21.66 * 0.25 = 5.415 -> 5.42.
    pytest.param([("KRUS", 1, "7.22", 0)] * 3, "21.66", ("5.43", "5.42", "5.42"), id="three halves of a cent"),
    # 25 % of 0.01 is 0.0025, of 0.02 is 0.005 -> 0.01.
    pytest.param([("KRUS", 1, "0.01", 0)] * 2, "0.02", ("0.00", "0.01", "0.01"), id="two lines too small for VAT"),
    # 25 % of 0.01 = 0.0025 and 12 % of 0.03 = 0.0036: nothing each, 0.0061 -> 0.01 together.
    pytest.param(
        [("KRUS", 1, "0.01", 0), ("BOG", 1, "0.03", 0)], "0.04", ("0.00", "0.00", "0.01"), id="two rates together"
    ),
    # -7.22 * 0.25 = -1.805 -> -1.81, away from zero.
    pytest.param([("KRUS", -1, "7.22", 0)], "-7.22", ("-1.81", "-1.81", "-1.81"), id="a credit rounds alike"),
    # 1.5 * 0.33 = 0.495 -> 0.50 before VAT: 0.125 -> 0.13.
    pytest.param([("KRUS", "1.5", "0.33", 0)], "0.50", ("0.13", "0.13", "0.13"), id="net per line first"),
    # 3 * 33.33 = 99.99, 12.5 % off 87.49125 -> 87.49, VAT 21.8725 -> 21.87.
    pytest.param([("KRUS", 3, "33.33", "12.5")], "87.49", ("21.87", "21.87", "21.87"), id="a discount in percent"),
    # 25 % of 80, 12 % of 50, none of 39.
    pytest.param(
        [("KRUS", 1, "80", 0), ("BOG", 1, "50", 0), ("BREV", 1, "39", 0)],
        "169.00",
        ("26.00", "26.00", "26.00"),
        id="three rates that come out even",
    ),
]


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize(("lines", "net", "vat"), CASES)
def test_totals_to_the_cent(
    books: EconomicSandbox,
    api: httpx.Client,
    customer: int,
    rounding: Rounding,
    lines: list[tuple[str, Any, str, Any]],
    net: str,
    vat: tuple[str, str, str],
) -> None:
    # Given books that round so
    books.settings.rounding = rounding
    books.put_product("BOG", "Kogebog", group=3)
    # When the document is made
    rows = [
        line(product, float(quantity), float(price), discountPercentage=float(discount))
        for product, quantity, price, discount in lines
    ]
    entity = created(api.post("/invoices/drafts", json=draft(*rows)))
    # Then it comes to what was worked out by hand, in the answer and in the books
    expected = (Decimal(net), Decimal(vat[list(Rounding).index(rounding)]))
    [document] = books.documents()
    assert (document.net, document.vat) == expected
    assert document.gross == sum(expected)
    shown = [Decimal(str(entity[name])) for name in ("netAmount", "vatAmount", "grossAmount", "roundingAmount")]
    assert shown == [*expected, sum(expected), 0]


@pytest.mark.parametrize(("ties", "net", "vat"), [(Ties.AWAY, "7.35", "1.81"), (Ties.EVEN, "7.34", "1.80")])
@pytest.mark.parametrize("level", Rounding)
def test_half_a_cent_goes_where_the_knob_says_in_drafts_invoices_and_credit_notes(
    books: EconomicSandbox, api: httpx.Client, customer: int, level: Rounding, ties: Ties, net: str, vat: str
) -> None:
    # Given 7.22 at 25 %, whose VAT is 1.805, and half of 0.25 without VAT, which is 0.125
    books.settings.rounding, books.settings.ties = level, ties
    rows = line(price=7.22), line("BREV", 0.5, 0.25)
    created(api.post("/invoices/drafts", json=draft(*rows)))
    # When it is booked and taken back
    invoice = books.book_draft(1)
    books.credit_invoice(invoice)
    # Then both halves went the same way, on the document and on its lines
    first, second = books.documents()
    assert (first.net, first.vat) == (-second.net, -second.vat) == (Decimal(net), Decimal(vat))
    lines = api.get(f"/invoices/booked/{invoice}").json()["lines"]
    assert [Decimal(str(one["vatAmount"])) for one in lines] == [Decimal(vat), 0]
    assert sum(Decimal(str(one["totalNetAmount"])) for one in lines) == Decimal(net)


@pytest.mark.parametrize(("zone", "vat"), [(1, 25.0), (2, 0.0), (3, 0.0), (4, 0.0)])
def test_the_recipients_zone_decides_on_vat(api: httpx.Client, customer: int, zone: int, vat: float) -> None:
    recipient = {"name": "Lampeland Handel", "vatZone": {"vatZoneNumber": zone}}
    assert created(api.post("/orders/drafts", json=draft(recipient=recipient)))["vatAmount"] == vat


def test_amounts_in_another_currency_and_in_the_base_currency(api: httpx.Client, customer: int) -> None:
    # Given a rate of exchange, When a document in euro is made, Then both amounts are stated
    entity = created(api.post("/orders/drafts", json=draft(currency="EUR", exchangeRate=750.5)))
    assert (entity["netAmount"], entity["netAmountInBaseCurrency"]) == (100.0, 750.5)
    # And for the base currency the rate is always 100
    assert created(api.post("/orders/drafts", json=draft(exchangeRate=10.25)))["exchangeRate"] == 100.0


def test_amounts_are_numbers_with_a_fraction(api: httpx.Client, customer: int) -> None:
    text = api.post("/orders/drafts", json=draft(line(quantity=3, price=1000000.5))).text
    assert '"quantity":3.0,"unitNetPrice":1000000.5,"discountPercentage":0.0' in text
