"""What a file of masked events keeps of a body, by the kind of system: amounts, products, states, dates, countries.

What is not here is masked: names, addresses, e-mails, phones, notes, titles that a customer's choice may be in (a
parcel shop, the last digits of a card), keys and links to an order, and every field of a plugin that nobody listed.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.masking import NOTHING, Form, Kept

_ID = {"id": Form.NUMBER}
_ADDRESS = Kept({"country": Form.COUNTRY})
_SUMS = dict.fromkeys(("total", "total_tax", "subtotal", "subtotal_tax", "amount", "price", "quantity"), Form.NUMBER)
_TAXES = Kept({**_ID, **_SUMS})


def _fields(**values: Form) -> Kept:
    """Custom fields, and which of their values say nothing about a person."""
    return Kept(_ID, pairs=values)


_LINE: Mapping[str, Form | Kept] = {
    **_ID,
    **_SUMS,
    "tax_class": Form.WORD,
    "tax_status": Form.WORD,
    "taxes": _TAXES,
    "meta_data": _fields(),
}
_ORDER = Kept(
    {
        **_ID,
        "number": Form.TEXT,
        "parent_id": Form.NUMBER,
        "status": Form.WORD,
        "currency": Form.WORD,
        "currency_symbol": Form.TEXT,
        "version": Form.TEXT,
        "created_via": Form.WORD,
        "prices_include_tax": Form.WORD,
        "payment_method": Form.WORD,
        **{
            f"date_{what}{zone}": Form.MOMENT
            for what in ("created", "modified", "paid", "completed")
            for zone in ("", "_gmt")
        },
        **dict.fromkeys(
            (
                "total",
                "total_tax",
                "cart_tax",
                "discount_total",
                "discount_tax",
                "shipping_total",
                "shipping_tax",
            ),
            Form.NUMBER,
        ),
        "billing": _ADDRESS,
        "shipping": _ADDRESS,
        "line_items": Kept(
            {
                **_LINE,
                "name": Form.TEXT,
                "parent_name": Form.TEXT,
                "sku": Form.TEXT,
                "global_unique_id": Form.TEXT,
                "product_id": Form.NUMBER,
                "variation_id": Form.NUMBER,
                "bundled_by": Form.NUMBER,
                "bundled_items": Form.NUMBER,
                "composite_parent": Form.NUMBER,
                "composite_children": Form.NUMBER,
                "meta_data": _fields(
                    _reduced_stock=Form.NUMBER, wc_gc_giftcard_amount=Form.NUMBER, pw_gift_card_amount=Form.NUMBER
                ),
            }
        ),
        "shipping_lines": Kept({**_LINE, "method_id": Form.WORD, "instance_id": Form.NUMBER}),
        "fee_lines": Kept(_LINE),
        "tax_lines": Kept(
            {
                **_ID,
                "rate_code": Form.TEXT,
                "rate_id": Form.NUMBER,
                "label": Form.TEXT,
                "compound": Form.WORD,
                "tax_total": Form.NUMBER,
                "shipping_tax_total": Form.NUMBER,
                "rate_percent": Form.NUMBER,
                "meta_data": _fields(),
            }
        ),
        "coupon_lines": Kept(
            {
                **_ID,
                "discount": Form.NUMBER,
                "discount_tax": Form.NUMBER,
                "discount_type": Form.WORD,
                "nominal_amount": Form.NUMBER,
                "meta_data": _fields(),
            }
        ),
        "gift_cards": Kept({**_ID, "amount": Form.NUMBER}),
        "refunds": Kept({**_ID, "total": Form.NUMBER}),
        "meta_data": _fields(is_vat_exempt=Form.WORD),
    }
)
_PRODUCT = Kept(
    {
        **_ID,
        **_SUMS,
        **dict.fromkeys(("name", "slug", "sku", "global_unique_id"), Form.TEXT),
        **dict.fromkeys(("parent_id", "stock_quantity", "regular_price", "sale_price", "weight"), Form.NUMBER),
        **dict.fromkeys(("type", "status", "tax_class", "tax_status", "catalog_visibility"), Form.WORD),
        **{f"date_{what}{zone}": Form.MOMENT for what in ("created", "modified") for zone in ("", "_gmt")},
        "variations": Form.NUMBER,
    }
)
#: Of what nobody listed.
_NAMELESS = Kept(_ID)
#: What a shop says when something happens to an order whose body it does not send.
_FACT = Kept({**_ID, "action": Form.WORD, "arg": Form.NUMBER, "code": Form.WORD})

_OF: Mapping[str, Mapping[str, Kept]] = {"woocommerce": {"order": _ORDER, "product": _PRODUCT}}


def kept_of(system_kind: str, source_type: str | None, event_kind: str) -> Kept:
    """By the system's kind, and by what the event is about; nothing for what is not known."""
    of = _OF.get(system_kind)
    if of is None:
        return NOTHING
    return of.get(source_type or "", _NAMELESS) if event_kind == "state" else _FACT
