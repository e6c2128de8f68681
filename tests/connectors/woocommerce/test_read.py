"""WooCommerce's order -> the normalised order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import UnreadableOrder
from connectors.woocommerce.read import decode_order, read_order
from shared.domain.order import Address, Coupon, Line, LineKind, LineTax, Meta, RefundSummary, TaxRate
from tests.connectors.woocommerce.examples import example, raw


def test_a_plain_order() -> None:
    # When
    body = decode_order(raw("order_plain"))
    order = read_order(body)
    # Then
    assert (order.id, order.number, order.status, order.currency) == ("4101", "4101", "processing", "DKK")
    assert order.created_at == datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
    assert order.modified_at == order.paid_at == datetime(2026, 3, 2, 9, 15, 42, tzinfo=UTC)
    assert order.completed_at is None
    assert order.prices_include_tax
    assert (order.total, order.total_tax) == (Decimal("345.00"), Decimal("69.00"))
    assert (order.shipping_total, order.shipping_tax) == (Decimal("36.00"), Decimal("9.00"))
    assert (order.discount_total, order.discount_tax) == (Decimal("0.00"), Decimal("0.00"))
    assert order.lines_gross == order.total
    assert order.customer_id == "17"
    assert order.shipping == Address(
        first_name="Mette",
        last_name="Lindegaard",
        address_1="Havnegade 7, 3. th",
        city="Svendborg",
        postcode="5700",
        country="DK",
    )
    assert (order.billing.email, order.billing.phone) == ("mette@shop.example", "+45 00 00 00 01")
    assert order.source is body


def test_lines_are_net_with_their_tax_beside_them() -> None:
    product, shipping = read_order(example("order_plain")).lines
    assert product == Line(
        kind=LineKind.PRODUCT,
        id="1",
        name="Terrakotta krukke",
        quantity=Decimal(2),
        subtotal=Decimal("240.00"),
        subtotal_tax=Decimal("60.00"),
        total=Decimal("240.00"),
        total_tax=Decimal("60.00"),
        taxes=(LineTax(rate_id="1", amount=Decimal("60.00")),),
        sku="KRUKKE-2",
        product_id="31",
    )
    assert shipping == Line(
        kind=LineKind.SHIPPING,
        id="2",
        name="Pakkeboks",
        quantity=Decimal(1),
        subtotal=Decimal("36.00"),
        subtotal_tax=Decimal("9.00"),
        total=Decimal("36.00"),
        total_tax=Decimal("9.00"),
        taxes=(LineTax(rate_id="1", amount=Decimal("9.00")),),
        code="flat_rate",
    )


def test_everything_that_an_order_can_hold() -> None:
    order = read_order(decode_order(raw("order_rich")))
    assert (order.number, order.status) == ("WEB-4102/26", "awaiting-pickup")
    assert order.customer_id is None
    assert order.completed_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert order.lines_gross == order.total == Decimal("110.93")
    assert order.coupons == (Coupon(code="forår13", discount=Decimal("10.4"), discount_tax=Decimal("2.6")),)
    assert order.refunds == (
        RefundSummary(id="4180", reason='Knust "låg"', total=Decimal("-12.50")),
        RefundSummary(id="4181", reason="", total=Decimal("-1")),
    )
    assert order.taxes == (
        TaxRate(
            rate_id="1",
            code="DK-MOMS-1",
            label="Moms & afgift",
            percent=Decimal("25.5"),
            compound=False,
            amount=Decimal("18.83"),
            shipping_amount=Decimal("0.00"),
        ),
        TaxRate(
            rate_id="7",
            code="DK-GRON-2",
            label="Grøn",
            percent=None,
            compound=True,
            amount=Decimal(0),
            shipping_amount=Decimal(0),
        ),
    )
    assert order.meta == (
        Meta(key="is_vat_exempt", value="no"),
        Meta(key="_plugin_state", value={"a": [1, None, "&amp;"]}),
    )


def test_odd_lines_keep_their_facts() -> None:
    lines = read_order(decode_order(raw("order_rich"))).lines
    variation, deleted, metered, pickup, fee, bonus = lines
    assert (variation.sku, variation.product_id, variation.variation_id) == ("KURV-L", "40", "41")
    assert variation.subtotal - variation.total == Decimal("10.40")
    assert (deleted.sku, deleted.product_id, deleted.tax_class, deleted.taxes) == (None, None, "reduced-rate", ())
    assert (str(deleted.total), str(deleted.total_tax)) == ("12.5", "0")
    assert (metered.quantity, metered.sku, metered.total_tax) == (Decimal("2.5"), None, Decimal("2.5"))
    assert metered.taxes == (LineTax(rate_id="1", amount=Decimal("2.50")),)
    assert (pickup.code, pickup.taxable) == ("local_pickup", False)
    assert (fee.kind, fee.taxable, fee.total) == (LineKind.FEE, False, Decimal("4.00"))
    assert (bonus.taxable, bonus.gross) == (True, Decimal("-2.57"))


def test_entities_are_decoded_where_people_read_and_nowhere_else() -> None:
    order = read_order(decode_order(raw("order_rich")))
    assert order.lines[0].name == 'Tøjkurv "Stor" & låg'
    assert order.lines[3].name == "Afhentning \u2013 butik"
    assert order.payment_title == "Kort & mobil"
    assert order.billing.company == "Lindegaard & Søn"
    assert order.customer_note == 'Ring på døren <3 og sig "hej"'
    # Then what only looks like an entity stays
    assert order.billing.address_1 == "R&D Vej &copy 5"
    # And meta is the plugins' own
    assert order.lines[3].meta == (Meta(key="Items", value="Tøjkurv &times; 3"),)


def test_a_guest_may_leave_everything_empty() -> None:
    order = read_order(example("order_guest_empty"))
    assert (order.billing, order.shipping) == (Address(), Address())
    assert (order.lines, order.customer_id, order.status) == ((), None, "checkout-draft")


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"total": 345}, lambda order: order.total == 345),
        ({"total": Decimal("344.5")}, lambda order: order.total == Decimal("344.5")),
        ({"total": "1700.000000"}, lambda order: str(order.total) == "1700.000000"),
        ({"total": "-0.5"}, lambda order: order.total == Decimal("-0.5")),
        ({"number": 77}, lambda order: order.number == "77"),
        ({"number": ""}, lambda order: order.number == "4101"),
        ({"transaction_id": None}, lambda order: order.transaction_id == ""),
        ({"customer_note": "a\0b\ud800"}, lambda order: order.customer_note == "a\ufffdb?"),
        ({"customer_note": "&amp;amp;"}, lambda order: order.customer_note == "&amp;"),
        ({"date_paid_gmt": ""}, lambda order: order.paid_at is None),
        ({"status": "wc-odd"}, lambda order: order.status == "wc-odd"),
        ({"billing": []}, lambda order: order.billing == Address()),
        ({"billing": {"postcode": 5700}}, lambda order: order.billing.postcode == "5700"),
        ({"refunds": None}, lambda order: order.refunds == ()),
        ({"customer_id": "0"}, lambda order: order.customer_id is None),
        ({"date_created": "nonsense"}, lambda order: order.created_at.hour == 9),
    ],
)
def test_what_php_bends_is_accepted(change: dict[str, Any], check: Callable[[Any], bool]) -> None:
    assert check(read_order(example("order_plain") | change))


def without(path: str) -> tuple[dict[str, Any], str]:
    """The rich order without one field, and the path as an error names it."""
    body = example("order_rich")
    owner: Any = body
    *parents, last = path.split(".")
    for parent in parents:
        owner = owner[int(parent)] if parent.isdecimal() else owner[parent]
    del owner[last]
    named = ".".join(f"[{part}]" if part.isdecimal() else part for part in path.split(".")).replace(".[", "[")
    return body, named


@pytest.mark.parametrize(
    "path",
    [
        *("id", "status", "currency", "date_created_gmt", "date_modified_gmt", "total", "total_tax", "discount_total"),
        *("discount_tax", "shipping_total", "shipping_tax", "line_items", "tax_lines", "shipping_lines", "fee_lines"),
        *(f"line_items.0.{key}" for key in ("id", "quantity", "subtotal", "subtotal_tax", "total", "total_tax")),
        *("line_items.0.taxes.0.id", "shipping_lines.0.total", "fee_lines.1.total_tax", "coupon_lines.0.discount"),
        *("tax_lines.1.tax_total", "tax_lines.0.shipping_tax_total", "tax_lines.0.rate_id", "refunds.1.total"),
    ],
)
def test_a_missing_field_is_named_by_its_path(path: str) -> None:
    body, named = without(path)
    with pytest.raises(UnreadableOrder) as refusal:
        read_order(body)
    assert refusal.value.path == named


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": "4101"}, "id"),
        ({"id": 0}, "id"),
        ({"currency": "dkk"}, "currency"),
        ({"currency": "kr."}, "currency"),
        ({"status": ""}, "status"),
        ({"prices_include_tax": "yes"}, "prices_include_tax"),
        ({"date_modified_gmt": None}, "date_modified_gmt"),
        ({"date_paid_gmt": "2026-13-01T00:00:00"}, "date_paid_gmt"),
        ({"line_items": {}}, "line_items"),
        ({"line_items": ["a"]}, "line_items[0]"),
        ({"refunds": "none"}, "refunds"),
        ({"billing": "Mette"}, "billing"),
        ({"billing": {"city": ["a"]}}, "billing.city"),
        ({"customer_note": {}}, "customer_note"),
        ({"meta_data": [{"key": [], "value": 1}]}, "meta_data[0].key"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(UnreadableOrder) as refusal:
        read_order(example("order_plain") | change)
    assert refusal.value.path == path


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"\xff",
        b'{"total": NaN}',
        b'{"total": Infinity}',
        b"[" * 100_000,
        b'{"id": 1%s}' % (b"0" * 5000),
    ],
)
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableOrder) as refusal:
        decode_order(body)
    assert refusal.value.path == ""


def test_a_signed_error_is_no_order() -> None:
    body = decode_order(b'{"code":"woocommerce_rest_cannot_view","message":"Sorry.","data":{"status":401}}')
    with pytest.raises(UnreadableOrder):
        read_order(body)


def test_json_numbers_never_become_floats() -> None:
    body = decode_order(raw("order_rich"))
    assert isinstance(body["line_items"][0]["price"], Decimal)
    assert str(body["line_items"][0]["price"]) == "22.533333333333335"
