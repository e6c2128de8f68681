"""Orders through the core: decided, priced, closed and built into documents; beside multiplying and rounding alone."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from bench import load
from connectors.registry import webshop
from shared.domain.addresses import Wording
from shared.domain.build import build_document, document_date, price_lines, product_numbers
from shared.domain.decide import decide
from shared.domain.document import DocumentKind
from shared.domain.money import Rounding
from shared.domain.order import Order
from shared.domain.settings import Handling, OrderSettings

CENT = Decimal("0.01")
NOW = datetime(2026, 11, 23, tzinfo=UTC)
#: What the issue of money asks for: documents a second and core, of five lines.
TARGET, LINES = 2_000, 5
SETTINGS = OrderSettings.model_validate(
    {"shipping_product": "FREIGHT", "closing_product": "CENTS", "products_by_rate": {"closing": {"25": "CENTS25"}}}
)


def report(count: int, rounds: int) -> None:
    print(f"{count} orders of {LINES} lines, medians of {rounds} runs, one core")
    orders = some_orders(count)
    bare = per_second(lambda: sums_only(orders), count, rounds)
    whole = per_second(lambda: through(orders), count, rounds)
    print(f"  sums alone    {bare:9,.0f} documents/s")
    print(f"  the core      {whole:9,.0f} documents/s, {whole / bare:.3f} of that; target {TARGET:,}")


def some_orders(count: int) -> Sequence[Order]:
    """As a shop computes them whose prices include VAT: half of the prices come to no net price of two decimals."""
    shop, chance = webshop("woocommerce"), random.Random(6)
    return [shop.read_order(shop.decode_order(body(number, chance))) for number in range(1, count + 1)]


def body(number: int, chance: random.Random) -> bytes:
    order = json.loads(load.order_body(number))
    (sold,) = order["line_items"]
    lines, total, total_tax = [], Decimal(0), Decimal(0)
    for at in range(LINES):
        quantity = chance.randrange(1, 8)
        gross = Decimal(chance.randrange(100, 50_000)).scaleb(-2) * quantity
        net = (gross / Decimal("1.25")).quantize(CENT, ROUND_HALF_UP)
        tax = gross - net
        total, total_tax = total + gross, total_tax + tax
        amounts = {"subtotal": str(net), "subtotal_tax": str(tax), "total": str(net), "total_tax": str(tax)}
        taxes = [{"id": 1, "total": str(tax), "subtotal": str(tax)}]
        lines.append({**sold, "id": at, "quantity": quantity, **amounts, "taxes": taxes})
    order |= {"line_items": lines, "shipping_lines": [], "total": str(total), "total_tax": str(total_tax)}
    order |= {"shipping_total": "0.00", "shipping_tax": "0.00"}
    return json.dumps(order).encode()


def through(orders: Sequence[Order]) -> None:
    for order in orders:
        handling = decide(order, SETTINGS, since=None, earlier=tuple)
        assert isinstance(handling, Handling)
        kind = DocumentKind(handling.document)
        closed = price_lines(order, SETTINGS, kind, Rounding())
        build_document(
            order,
            closed.lines,
            kind=kind,
            day=document_date(order, SETTINGS, NOW),
            customer="1",
            reference=f"SL1-{order.id}",
            total=closed.sums.gross,
            products=product_numbers(closed.lines),
            fields={"heading": f"Order {order.number}"},
            wording=Wording(),
        )


def sums_only(orders: Sequence[Order]) -> None:
    """Net price, line and VAT of each line, rounded, and their sum: what it takes at the least."""
    for order in orders:
        net = Decimal(0)
        for line in order.lines:
            price = (line.total / line.quantity).quantize(CENT, ROUND_HALF_UP)
            net += (price * line.quantity).quantize(CENT, ROUND_HALF_UP)
        assert net + (net * 25 / 100).quantize(CENT, ROUND_HALF_UP)


def per_second(work: Callable[[], None], count: int, rounds: int) -> float:
    """By CPU time, so that others on the machine do not count."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return count / statistics.median(times)
