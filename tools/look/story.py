"""Everything about one order: where it is and why, what the shop told us, and each try with its stages."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.store import look
from shared.store.inventory import StoredAccount
from shared.store.look import Attempt, Document, Event, Order, Said, Stage
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look import words
from tools.look.bodies import as_text

#: Of words and tries that are not there, or hidden.
GONE = "no longer kept, or further back than the account looks (log_days)"


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt with its number, as people count."""

    number: int
    attempt: Attempt

    @property
    def end(self) -> Stage | None:
        """None while it runs, and for one whose worker was lost."""
        return next((stage for stage in self.attempt.stages if stage.stage == "ended"), None)

    @property
    def sentence(self) -> str:
        return as_text(self.end.body or b"") if self.end is not None else ""

    @property
    def stages(self) -> list[Stage]:
        return [stage for stage in self.attempt.stages if stage.stage != "ended"]


@dataclass(frozen=True, slots=True)
class Story:
    account: StoredAccount
    order: Order
    documents: Sequence[Document]
    tries: Sequence[Try]
    events: Sequence[Event]
    #: By the owner.
    said: Sequence[Said]

    @property
    def name(self) -> str:
        return words.name(self.order)

    @property
    def has_lost_tries(self) -> bool:
        """It was tried, and nothing of that is seen any more."""
        return not self.tries and self.order.handled_version > 0

    def why(self) -> tuple[str, str]:
        """(what is so, what to do), both empty where there is nothing to say."""
        by_owner = words.by_owner(self.order, self.documents)
        if by_owner is not None:
            return by_owner
        ended = [one for one in self.tries if one.end is not None]
        if not ended or ended[-1].end is None:
            return words.sentence_of(self.order, None, "")
        return words.sentence_of(self.order, ended[-1].end.reason, ended[-1].sentence)

    def event_of(self, stage: Stage) -> Event | None:
        """Which brought the original; None where the shop was asked, and where it is no longer kept."""
        if stage.stage != "original" or stage.size is not None:
            return None
        return next((event for event in self.events if event.id == stage.event_id), None)

    def body_of(self, stage: Stage) -> bytes | None:
        event = self.event_of(stage)
        return event.body if event is not None else stage.body


def find_orders(
    place: Place, accounts: Sequence[StoredAccount], number: str, connection: str | None
) -> list[tuple[StoredAccount, Order]]:
    """All orders of that number. Raises Problem where there is none, with those that are near."""
    found: list[tuple[StoredAccount, Order]] = []
    for account in accounts:
        with place.database.account(account.id) as c:
            found += [(account, order) for order in look.orders(c, number, through=connection)]
    by_number = [(account, order) for account, order in found if order.by_number]
    if not by_number:
        raise Problem(harmless(_nobody_has(number, [order for _, order in found])), Exit.FOUND_TROUBLE)
    return by_number


def tell_story(place: Place, account: StoredAccount, order: Order, *, bodies: bool) -> Story:
    with place.database.account(account.id) as c:
        tries = look.attempts(c, order.id, bodies=bodies)
        return Story(
            account,
            order,
            look.documents(c, order.id),
            [Try(number, attempt) for number, attempt in enumerate(tries, start=1)],
            look.events(c, order, bodies=bodies),
            look.said(c, order.id),
        )


def only_try(story: Story, number: int) -> Sequence[Try]:
    """Raises Problem."""
    chosen = [one for one in story.tries if one.number == number]
    if not chosen:
        none = f"what was tried is {GONE}" if story.has_lost_tries else "it was not tried yet"
        there_are = f"it has attempts 1 to {len(story.tries)}" if story.tries else none
        raise Problem(f"order {harmless(story.name)} has no attempt {number}: {there_are}", Exit.FOUND_TROUBLE)
    return chosen


def as_json(story: Story, tries: Sequence[Try]) -> dict[str, Any]:
    """Bodies are texts, exactly as they came and went."""
    account, order = story.account, story.order
    sentence, next_step = story.why()
    held = words.held_by(account, order)
    return {
        "order": story.name,
        "source_id": order.source_id,
        "account": account.name,
        "connection": order.connection,
        "goes_by": order.goes_by,
        "from": {"name": order.source, "kind": order.source_kind},
        "to": {"name": order.target, "kind": order.target_kind},
        "state": order.state,
        "means": words.means(account, order),
        "held_by": asdict(held) if held is not None else None,
        "reason": order.reason,
        "sentence": sentence,
        "next_step": next_step,
        "in_the_way": [*words.switched_off(account, order), *words.halts(order)],
        "next_attempt_at": order.next_attempt_at,
        "owner_asked": order.owner_asked,
        "is_waived": order.is_waived,
        "ignored_why": order.ignored_why,
        "failures_in_a_row": order.failures,
        "version": order.version,
        "handled_version": order.handled_version,
        "created_at": order.created_at,
        "changed_at": order.updated_at,
        "changed_in_shop_at": order.source_modified_at,
        "said": [_fields(said) for said in story.said],
        "documents": [_fields(document) for document in story.documents],
        "attempts": [_try_as_json(story, one) for one in tries],
        "events": [_fields(event) | {"body": _text(event.body)} for event in story.events],
    }


def _try_as_json(story: Story, one: Try) -> dict[str, Any]:
    end = one.end
    return {
        "number": one.number,
        "id": one.attempt.id,
        "started_at": one.attempt.started_at,
        "ended_at": end.at if end is not None else None,
        "version": one.attempt.version,
        "settings_version": one.attempt.settings_version,
        "outcome": end.outcome if end is not None else None,
        "reason": end.reason if end is not None else None,
        "sentence": one.sentence,
        "stages": [
            {
                "stage": stage.stage,
                "at": stage.at,
                "event_id": stage.event_id,
                "body": _text(story.body_of(stage)),
            }
            for stage in one.stages
        ],
    }


def _fields(row: Document | Event | Said) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _text(body: bytes | None) -> str | None:
    return as_text(body) if body is not None else None


def _nobody_has(number: str, near: Sequence[Order]) -> str:
    says = (
        f"there is no order {number}: no webhook or poll has brought it yet. `shopledger recheck CONNECTION` asks the"
        " shop at once, `shopledger import CONNECTION` brings orders from before you connected it, and `shopledger"
        " doctor` looks at the shop's webhooks"
    )
    others = sorted({order.source_number for order in near if order.source_number})
    if not others:
        return says
    meant = " or ".join(f"`{shlex.join(['shopledger', 'show', other])}`" for other in others)
    return f"{says}\nthe shop's own id {number} belongs to order {', '.join(others)}: {meant}"
