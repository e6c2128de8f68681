"""Every recorded order through the owner's usual conditions and mappings."""

from __future__ import annotations

from shared.domain.condition import holds, why_not
from shared.domain.mapping import check, mapped
from shared.domain.view import FACTS, View
from shared.domain.zone_settings import ZoneSettings
from tests.connectors.woocommerce.recordings import needs_recordings
from tests.domain.lines.recorded import recorded
from tests.domain.mapping.orders import COPENHAGEN, TARGETS, condition, fields, meta

USUAL = fields(
    heading={"fact": "number", "then": [{"prefix": "Ordre "}]},
    text=[{"fact": "customer_note"}, {"path": meta("gift_message")}],
    ean=[{"path": meta("_billing_ean"), "then": ["digits"]}, {"path": meta("ean"), "then": ["digits"]}],
    delivery_date={"path": "not_null(date_created, date_created_gmt)", "then": [{"date": "day"}]},
    weight={"path": "sum(line_items[].quantity)"},
)
ONLY = condition(
    {
        "all": [
            {"not": {"path": meta("tags"), "contains": "test"}},
            {"any": [{"fact": "country", "exists": True}, {"fact": "total", "at_least": 0}]},
        ]
    }
)


@needs_recordings
def test_every_recorded_order_is_mapped_without_a_problem() -> None:
    # Given the orders of real shops, when usual mappings and conditions are asked of them
    assert check(USUAL, TARGETS) == []
    views = [View(one.order, ZoneSettings()) for one in recorded() if one.order is not None]
    results = [mapped(USUAL, view, TARGETS, time_zone=COPENHAGEN) for view in views]
    # Then each is answered: a heading, a day and a weight for all of them, and no problem
    assert views
    assert [result.problems for result in results if result.problems] == []
    assert all({"heading", "delivery_date", "weight"} <= result.values.keys() for result in results)
    # And facts and conditions are, too
    assert all(view.fact(name) is None or name for view in views for name in FACTS)
    assert all(holds(ONLY, view) is (why_not(ONLY, view) == "") for view in views)
