"""Whether the shop has the states of orders that the settings name: one that it does not have is never matched.

That fails, and is no warning: nothing else would tell that orders stay out because of a slip of the pen.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from connectors.base import OrderState, Webshop
from shared.domain.findings import Finding, Level
from shared.domain.settings import OrderSettings
from shared.errors import Fate, Retry
from tools.apply.plan import ConnectionStep, SystemStep
from tools.cli.words import did_you_mean


def check_states(connection: ConnectionStep, shop: SystemStep) -> list[Finding]:
    """What is wrong with them; asks the shop only where the settings name any. Raises nothing."""
    named = _named(OrderSettings.model_validate(connection.settings))
    if not named:
        return []
    connector = shop.wished.connector
    assert isinstance(connector, Webshop)
    with contextlib.closing(connector.connect(shop.wished.credentials)) as client:
        try:
            there = client.order_states()
        except Fate as fate:
            return [_untold(setting, fate) for setting in named]
    known = {state.name for state in there}
    return [
        _unknown(setting, state, there) for setting, states in named.items() for state in states if state not in known
    ]


def _named(settings: OrderSettings) -> Mapping[str, Sequence[str]]:
    """The settings that name states in the shop's own words; filters and triggers are in words of ours."""
    chosen = {"allowed_states": settings.allowed_states, "by_state": settings.by_state}
    return {setting: sorted(states) for setting, states in chosen.items() if states}


def _unknown(setting: str, state: str, there: Sequence[OrderState]) -> Finding:
    by_title = {one.title.casefold(): one.name for one in there}
    meant = did_you_mean(by_title.get(state.casefold(), state), [one.name for one in there])
    says = f"{setting}: the shop has no state '{state}'; there are: {', '.join(map(_shown, there))}{meant}."
    remedy = "Name it as the shop does, or leave it out. One of a plugin is there only while the plugin is active."
    return Finding(Level.FAILING, "settings", says, remedy)


def _shown(state: OrderState) -> str:
    """With its title, where that is more than the same word."""
    return state.name if state.title.casefold().replace(" ", "-") == state.name else f"{state.name} ({state.title})"


def _untold(setting: str, fate: Fate) -> Finding:
    """A shop that will answer later is asked again; one that refuses for good must not be in the way of all else."""
    says = f"{setting}: the shop did not tell which states its orders may have. {fate.message}"
    if isinstance(fate, Retry):
        return Finding(Level.FAILING, "settings", says, "Try again when it answers.")
    remedy = "Mend that, or look in the shop yourself: an order never goes by a state that is spelt otherwise there."
    return Finding(Level.WARNING, "settings", says, remedy)
