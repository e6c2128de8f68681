"""e-conomic that costs next to nothing: fixed answers, as long as real ones, over lines that are kept open.

`python -m bench.books SECONDS PORT...` answers each call after so many seconds; the others do not wait meanwhile. Every
customer exists once, every product exists, every draft comes to the order of `bench.load`. Each port is an origin.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote

#: Gross, and the VAT in it, of `bench.load.order_body`.
GROSS, VAT = 348.0, 69.6
ORIGIN = "https://restapi.e-conomic.com"

_numbers = itertools.count(1)


def collection(path: str, entries: Sequence[Mapping[str, Any]]) -> bytes:
    pagination = {"skipPages": 0, "pageSize": 1000, "results": len(entries), "resultsWithoutFilter": len(entries)}
    links = {"pagination": {**pagination, "firstPage": f"{ORIGIN}/{path}", "lastPage": f"{ORIGIN}/{path}"}}
    return json.dumps({"collection": entries, **links, "self": f"{ORIGIN}/{path}"}).encode()


def customers(target: str) -> bytes:
    email = unquote(re.search("eq%3A([^&]*)", target)[1])  # type: ignore[index]
    links = {
        name: {part: f"{ORIGIN}/customers/7/{name}/{part}" for part in ("drafts", "booked", "sent", "archived")}
        for name in ("contacts", "templates", "totals", "deliveryLocations", "invoices", "orders")
    }
    entry = {
        "customerNumber": 7, "currency": "DKK", "name": "Maren Holm", "email": email, "balance": 0.0, "dueAmount": 0.0,
        "address": "Strandvejen 12, 3. th", "zip": "2900", "city": "Hellerup", "country": "DK",
        "paymentTerms": {"paymentTermsNumber": 1, "self": f"{ORIGIN}/payment-terms/1"},
        "customerGroup": {"customerGroupNumber": 1, "self": f"{ORIGIN}/customer-groups/1"},
        "vatZone": {"vatZoneNumber": 1, "self": f"{ORIGIN}/vat-zones/1"},
        "lastUpdated": "2026-11-22T12:00:00Z", "links": links, "self": f"{ORIGIN}/customers/7",
    }  # fmt: skip
    return collection("customers", [entry])


def products(target: str) -> bytes:
    numbers = unquote(re.search("in%3A%5B(.*?)%5D", target)[1]).split(",")  # type: ignore[index]
    usual = {"barred": False, "productGroup": {"productGroupNumber": 1, "self": f"{ORIGIN}/product-groups/1"}}
    return collection("products", [{"productNumber": number, "name": number, **usual} for number in numbers])


def draft(reference: str, number: int) -> bytes:
    path = f"{ORIGIN}/invoices/drafts/{number}"
    line = {
        "lineNumber": 1, "sortKey": 1, "description": "Lampe", "quantity": 1.0, "unitNetPrice": 239.2,
        "discountPercentage": 0.0, "unitCostPrice": 0.0, "totalNetAmount": 239.2, "marginInBaseCurrency": 239.2,
        "marginPercentage": 100.0, "vatInfo": {"vatRate": 25.0},
        "product": {"productNumber": "LAMP", "self": f"{ORIGIN}/products/LAMP"},
    }  # fmt: skip
    return json.dumps(
        {
            "draftInvoiceNumber": number, "date": "2026-11-22", "dueDate": "2026-11-30", "currency": "DKK",
            "exchangeRate": 100.0, "netAmount": GROSS - VAT, "netAmountInBaseCurrency": GROSS - VAT,
            "grossAmount": GROSS, "grossAmountInBaseCurrency": GROSS, "vatAmount": VAT, "roundingAmount": 0.0,
            "marginInBaseCurrency": GROSS - VAT, "marginPercentage": 100.0, "costPriceInBaseCurrency": 0.0,
            "lines": [line, {**line, "lineNumber": 2, "sortKey": 2, "description": "GLS"}],
            "customer": {"customerNumber": 7, "self": f"{ORIGIN}/customers/7"},
            "recipient": {"name": "Maren Holm", "address": "Strandvejen 12, 3. th", "zip": "2900", "city": "Hellerup",
                          "country": "DK", "vatZone": {"vatZoneNumber": 1, "self": f"{ORIGIN}/vat-zones/1"}},
            "layout": {"layoutNumber": 19, "self": f"{ORIGIN}/layouts/19"}, "references": {"other": reference},
            "pdf": {"download": f"{path}/pdf"}, "lastUpdated": "2026-11-22T12:00:00Z", "self": path,
        }
    ).encode()  # fmt: skip


YEAR = {"fromDate": "2026-01-01", "toDate": "2026-12-31", "closed": False}
FIXED = {
    "/accounting-years": collection("accounting-years", [{"year": "2026", **YEAR}]),
    "/accounting-years/2026/periods": collection("accounting-years/2026/periods", [{"periodNumber": 1, **YEAR}]),
    "/layouts": collection("layouts", [{"layoutNumber": 19, "name": "Danish", "deleted": False}]),
    "/payment-terms": collection(
        "payment-terms", [{"paymentTermsNumber": 1, "name": "Net 8 days", "paymentTermsType": "net"}]
    ),
    "/product-groups/1/sales-accounts": collection(
        "product-groups/1/sales-accounts",
        [
            {
                "vatZone": {"vatZoneNumber": 1},
                "salesAccount": {
                    "accountNumber": 1010,
                    "accountType": "profitAndLoss",
                    "vatAccount": {"vatCode": "U25"},
                },
            }
        ],
    ),
    "/vat-accounts": collection("vat-accounts", [{"vatCode": "U25", "name": "Salgsmoms", "ratePercentage": 25}]),
    "/self": json.dumps({"settings": {"defaultPaymentTerm": "1"}}).encode(),
}


def answer(head: bytes, body: bytes) -> bytes:
    method, target, _ = head.partition(b"\r\n")[0].decode().split(" ")
    path = target.partition("?")[0]
    if method == "POST":
        told = draft(re.search(rb'"other":"([^"]*)"', body)[1].decode(), next(_numbers))  # type: ignore[index]
    else:
        told = FIXED.get(path) or {"/customers": customers, "/products": products}[path](target)
    return (
        b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nX-CallCost: 1\r\n"
        b"X-RateLimiting: token-limit-10000-per-60-seconds: 1/10000\r\nContent-Length: %d\r\n\r\n%s"
    ) % (b"201 Created" if method == "POST" else b"200 OK", len(told), told)


class Line(asyncio.Protocol):
    """One kept-open line, with one call at a time under way."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._write = transport.write

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, body = self._came.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\ncontent-length: *(\d+)", head)
        if not end or (length is not None and len(body) < int(length[1])):
            return
        self._came = b""
        told = answer(head, body)
        if self._seconds:
            asyncio.get_running_loop().call_later(self._seconds, self._write, told)
        else:
            self._write(told)


async def serve(seconds: float, ports: Sequence[int]) -> None:
    loop = asyncio.get_running_loop()
    for port in ports:
        await loop.create_server(partial(Line, seconds), "127.0.0.1", port)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
