"""The states that a shop's orders may have, read from its totals of orders by state, which list each of them.

WordPress registers them as "wc-completed"; orders and totals name them without the prefix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.base import OrderState
from connectors.woocommerce.values import storable, without_entities
from shared.errors import Retry


def read_states(rows: Sequence[Mapping[str, Any]]) -> list[OrderState]:
    """Raises Retry for rows that are no states, and for none at all, which no shop has."""
    states = {state.name: state for state in map(_read_state, rows)}
    if not states:
        raise Retry("unexpected_answer", "The shop answered that its orders have no states.")
    return list(states.values())


def _read_state(row: Mapping[str, Any]) -> OrderState:
    name, title = row.get("slug"), row.get("name")
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise Retry("unexpected_answer", "The shop answered with a state of orders that has no name.")
    return OrderState(name, (_on_one_line(title) if isinstance(title, str) else "") or name)


def _on_one_line(title: str) -> str:
    printable = (letter if letter.isprintable() else " " for letter in without_entities(storable(title)))
    return " ".join("".join(printable).split())
