"""A transfer's state, its reason and how its tries ended, in the words of whoever owns the shop."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from string import Formatter

from shared.domain.activity import Activity, activity
from shared.domain.reasons import REASONS
from shared.store.inventory import StoredAccount
from shared.store.look import Document, Order
from tools.cli.texts import moment
from tools.switch.words import Held, called
from tools.switch.words import held_by as held_by_switch

STATES = ("waiting", "working", "done", "skipped", "failed", "held")

_OUTCOMES = {
    "transferred": "transferred",
    "already_synced": "in the books already",
    "skipped": "left out",
    "failed": "failed",
    "retry": "to be tried again",
    "unknown": "no answer: it is looked up before anything is sent again",
    "put_back": "put back",
    "broken": "stopped: the system does not let us in",
    "internal_error": "a mistake of ours, to be tried again",
}
_TOLD = {
    "state": "the order as it was then",
    "fetch": "something happened to it",
    "deleted": "it was deleted",
    "gone": "it is gone",
    "alarm": "the shop may not tell us more",
    "unknown": "nothing we know",
    "refused": "unreadable",
}


_SAID = {
    "retry": "look at it once more",
    "run": "send it with many others",
    "transfer": "it goes, whatever the rules say",
    "ignore": "leave it alone",
    "link": "it is in the books already",
    "send_again": "a new document goes, the old one is no more",
    "adopt": "it is in the books already, made by somebody else",
}


def by_state(counts: Mapping[str, int]) -> str:
    """As "412 done, 3 failed, 2 waiting"."""
    order = ("done", "failed", "waiting", "working", "held", "skipped")
    return ", ".join(f"{counts[state]} {state}" for state in order if counts.get(state))


def outcome(name: str) -> str:
    return _OUTCOMES.get(name, name)


def told(kind: str) -> str:
    """What a shop said with an event of that kind."""
    return _TOLD.get(kind, kind)


def said(act: str) -> str:
    """What an owner said with that act."""
    return _SAID.get(act, act)


def by_owner(order: Order, documents: Sequence[Document]) -> tuple[str, str] | None:
    """(what is so, what to do) where the owner's word gave the order's reason, which no try tells."""
    reason = REASONS.get(order.reason)
    if order.reason == "ignored" and order.ignored_why is not None:
        assert reason is not None
        return reason.sentence.format(why=order.ignored_why), reason.next_step
    document = living(documents)
    if order.reason == "linked" and document is not None:
        assert reason is not None
        return reason.sentence.format(kind=document.kind, number=document.number), reason.next_step
    return None


def means(account: StoredAccount, order: Order) -> str:
    """What its state means, and what it waits for."""
    held, off, halted = held_by(account, order), switched_off(account, order), halts(order)
    if held is not None and off:
        return off[0]
    if held is not None:
        alone = shlex.join(["shopledger", "retry", name(order)])
        return f"it came or waited while something was switched off; `{held.command}` or `{alone}` lets it go"
    if order.state == "waiting" and halted:
        return halted[0]
    if order.state == "waiting" and is_never(order.next_attempt_at):
        return "it waits for a bulk run that is paused; `shopledger runs` tells which"
    if order.state == "waiting" and is_later(order.next_attempt_at):
        return "it is tried again by itself"
    if order.state == "skipped" and order.ignored_why is not None:
        return "it is left alone, as the owner wants it"
    if order.state == "skipped" and order.reason == "routed_elsewhere":
        return "another connection of its shop takes it"
    return {
        "waiting": "its turn comes by itself",
        "working": "a worker has it in hand right now",
        "done": "it is in the books",
        "skipped": "as it is now it does not go into the books",
        "failed": "it does not go before somebody has done something about it",
    }[order.state]


def switched_off(account: StoredAccount, order: Order) -> list[str]:
    """What an owner has to switch on before the order can go."""
    return [f"{called(one)} is switched off" for one in activity_of(account, order).off]


def activity_of(account: StoredAccount, order: Order) -> Activity:
    return activity(
        account=(account.name, account.active),
        source=(order.source, order.source_is_on),
        target=(order.target, order.target_is_on),
        connection=(order.connection, order.is_on),
    )


def held_by(account: StoredAccount, order: Order) -> Held | None:
    """Which switch keeps the order, or kept it and nobody released it since."""
    return held_by_switch(activity_of(account, order), order.state)


def halts(order: Order) -> list[str]:
    """What keeps all orders of its systems waiting."""
    found = []
    for system, broken, until in (
        (order.source, order.source_broken, order.source_rests_until),
        (order.target, order.target_broken, order.target_rests_until),
    ):
        if broken is not None:
            found.append(f"{system} does not let us in ({broken}); `shopledger accounts` says what to do")
        elif is_later(until):
            assert until is not None
            found.append(f"{system} had trouble and rests until {moment(until)}")
    return found


def is_never(when: datetime | None) -> bool:
    """The time that orders of a paused run wait for."""
    return when is not None and when.year == 9999


def is_later(when: datetime | None) -> bool:
    return when is not None and when > datetime.now(UTC)


def sentence_of(order: Order, last_reason: str | None, last_sentence: str) -> tuple[str, str]:
    """(what is so, what to do) for the order's reason: as it was told when its last try ended, if that gave the reason.

    A reason that no try gave (its worker was lost, say) is told in its general words.
    """
    if order.reason and order.reason == last_reason:
        return split(order.reason, last_sentence)
    known = REASONS.get(order.reason)
    return (known.sentence, known.next_step) if known is not None and "{" not in known.sentence else ("", "")


def split(code: str, sentence: str) -> tuple[str, str]:
    """What was told as one: (what is so, what to do). A connector's own reasons have both in one sentence."""
    reason = REASONS.get(code)
    if reason is None or not reason.next_step:
        return sentence, ""
    pattern = "".join(
        re.escape(text) + (".*" if field is not None else "") for text, field, *_ in Formatter().parse(reason.next_step)
    )
    found = re.fullmatch(f"(.*?) ?({pattern})", sentence, re.DOTALL)
    return (found[1], found[2]) if found else (sentence, "")


def document(kind: str, state: str, place: str | None, number: str | None, *, sent: bool) -> str:
    """As "draft invoice 12" or "invoice, not answered yet"; empty for one that was never sent."""
    called = kind.replace("_", " ")
    if state in ("gone", "superseded"):
        return f"{called} {number or ''}".strip() + f", {state}"
    if number is not None:
        return f"{place or state} {called} {number}"
    return f"{called}, not answered yet" if sent else ""


def more(document: Document, documents: Sequence[Document]) -> str:
    """What there is to say of it beside its name and its reference."""
    former = next((one for one in documents if one.id == document.supersedes), None)
    told = [
        f"{document.origin} by the owner" if document.origin != "sent" else "",
        "to be booked" if document.is_to_be_booked and document.state in ("planned", "draft") else "",
        f"in place of {former.kind} {former.number or former.reference}" if former is not None else "",
    ]
    return "".join(f", {one}" for one in told if one)


def living(documents: Sequence[Document]) -> Document | None:
    """The one that counts."""
    return next((d for d in reversed(documents) if d.state in ("planned", "draft", "booked")), None)


def name(order: Order) -> str:
    """What people call it."""
    return order.source_number or order.source_id
