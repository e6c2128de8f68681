"""The way from the shop to whoever its webhooks are for: it may lose them, bring them twice, and in any order."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.woocommerce.sandbox.state import Settings, Webhook

#: Letters that are under way together where they are shuffled.
BAG = 20


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery as it left the shop; what comes late is what the shop said then."""

    webhook: Webhook
    argument: int
    headers: Mapping[str, str]
    body: bytes


class Post:
    """Whether a letter is lost or doubled goes by the seed, its webhook, what it is about, and which of these it is.

    So it is the same in every run, whatever the threads do. Only what is under way together can be shuffled: hold
    deliveries back and `drain` them, or let the shop be busy.
    """

    def __init__(self, settings: Settings, bring: Callable[[Letter], None], lose: Callable[[Letter], None]) -> None:
        self._settings = settings
        self._bring = bring
        self._lose = lose
        self._sent: Counter[tuple[int, int]] = Counter()
        self._bag: list[Letter] = []

    def take(self, letter: Letter) -> None:
        copies = self._copies(letter)
        if not copies:
            self._lose(letter)
        self._bag += [letter] * copies
        while len(self._bag) > (BAG if self._settings.shuffled else 0):
            self._bring_one()

    def empty(self) -> None:
        """Brings all that is under way."""
        while self._bag:
            self._bring_one()

    def _copies(self, letter: Letter) -> int:
        settings, about = self._settings, (letter.webhook.id, letter.argument)
        self._sent[about] += 1
        dice = random.Random(f"{settings.seed} {about} {self._sent[about]}").random()  # noqa: S311 - repeatable
        return 0 if dice < settings.lost else 2 if dice < settings.lost + settings.doubled else 1

    def _bring_one(self) -> None:
        letters, seed = len(self._bag), f"{self._settings.seed} {self._sent.total()}"
        place = random.Random(seed).randrange(letters) if self._settings.shuffled else 0  # noqa: S311 - repeatable
        self._bring(self._bag.pop(place))
