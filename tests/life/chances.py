"""What may befall an order, for a state machine to draw from."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from connectors.economic.sandbox import Rounding, Ties
from tests.life.rig import GROUPS, SWITCHES
from tests.life.twists import CLOSINGS, Changed, Chosen, Hidden, Rounded
from tests.support.baskets import BASKETS
from workers.hand import LEASE, Point
from workers.make_once import REST

BOOKED = {"document": "invoice", "book": True}
CLIMBS: tuple[dict[str, Any], ...] = (
    {"by_state": {"processing": {"document": "order"}, "completed": BOOKED}},
    {"by_state": {"processing": {"document": "invoice"}, "completed": BOOKED}},
    {"by_state": {"pending": {"document": "order"}, "processing": {"document": "invoice"}, "completed": BOOKED}},
)
CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {"book": True},
    {"document": "order"},
    {"allowed_states": ["completed"], "book": True},
    {"trigger": "paid"},
    {"trigger": "paid", "book": True},
    {"book": True, "closed_period_days": 40},
    {"by_state": {"processing": {"document": "order"}, "completed": {"document": "invoice"}}},
    {"by_state": {"processing": BOOKED}},
)
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop"},
    {"kind": "drop_after_commit"},
    {"kind": "late_commit"},
    {"kind": "late_commit"},
    {"kind": "answer", "status": 400, "body": '{"errorCode": "E04300"}'},
    {"kind": "answer", "status": 429},
    {"kind": "answer", "status": 500},
)
CALLS = (
    ("POST", "/orders/drafts"),
    ("POST", "/invoices/drafts"),
    ("POST", "/invoices/booked"),
    ("PUT", "*drafts/*"),
    ("DELETE", "*drafts/*"),
)

orders = st.sampled_from([1, 1, 1, 2, 1, 3])
some = st.integers(0, 2)
points = st.sampled_from(list(Point))
states = st.sampled_from(["processing", "completed", "processing", "completed", "pending", "cancelled", "refunded"])
baskets = st.one_of(st.sampled_from(["100.00", "120.00"]), st.sampled_from(sorted(BASKETS)))
news = st.one_of(states, states, st.none())
times = st.sampled_from([REST + 1, 0, LEASE + 1])
acts = st.sampled_from(["change", "close", "book", "delete", "send", "open", "change", "archive"])
#: For a draft that is still to be booked.
early_states = st.sampled_from(["processing", "processing", "pending"])
changes = st.sampled_from(["change", "change", "close", "book", "delete"])
choices = st.one_of(st.sampled_from(CLIMBS), st.sampled_from(CHOICES))
switches = st.sampled_from(SWITCHES)
roundings = st.builds(Rounded, st.sampled_from(Rounding), st.sampled_from(Ties))
twists = st.one_of(
    roundings,
    roundings,
    st.builds(Changed, st.sampled_from(sorted(GROUPS)), st.sampled_from(["moved", "barred", "deleted", "mended"])),
    st.builds(Chosen, st.sampled_from(CLOSINGS)),
    st.builds(Hidden, st.booleans()),
)
