"""One try at one order: what the shop says of it, what the rules say of that, and then what is missing in the books."""

from __future__ import annotations

from dataclasses import replace

from connectors.registry import accounting
from shared.domain.decide import TRASH, decide
from shared.domain.reasons import Skipped
from shared.domain.settings import Handling, OrderSettings, rung
from shared.errors import Fate
from shared.store.claims import Outcome, PlannedDocument
from workers import sentences
from workers.document_life import DocumentLife, Goal
from workers.hand import Hand, Point
from workers.reading import OrderReader
from workers.routing import goes_elsewhere
from workers.tools import Tools, checked, installed
from workers.trace import Trace


class OrderTry:
    def __init__(self, tools: Tools, hand: Hand) -> None:
        self._tools = tools
        self._hand = hand
        self._claim = hand.claim
        self.trace = Trace(talks_to=hand.claim.target, document=hand.claim.document)
        self._reader = OrderReader(tools, hand, self.trace)

    def run(self) -> Outcome:
        """Raises a fate, or LeaseLost."""
        self._hand.passes(Point.CLAIMED)
        claim, document = self._claim, self._claim.document
        if claim.ignored_why is not None:
            return sentences.ignored(claim.ignored_why, document, claim.former)
        if document is None and claim.is_shared:
            ended = goes_elsewhere(self._tools.database, claim, self._reader)
            if ended is not None:
                return ended
        goal = self._goal(document)
        if document is None and isinstance(goal, Skipped):
            return sentences.skipped(goal)
        if document is not None and self._is_settled(document, goal):
            return self._told(document, sentences.already(document))
        connector = installed(accounting, claim.target.kind)
        with self._tools.clients.books(connector, claim.target, self._hand) as client:
            life = DocumentLife(self._tools, self._hand, self.trace, self._reader, connector, client)
            if document is None:
                assert isinstance(goal, Goal)
                return life.begin(goal)
            ended = life.carry_on(document, goal, judged=self._judged)
        return self._told(self.trace.document or document, ended)

    def _is_settled(self, document: PlannedDocument, goal: Goal | Skipped | None) -> bool:
        """Whether nothing has to be looked up: it is known what is in the books, nothing more is to become of it, and
        nobody asked to look again. A draft that was to be booked may have been, by hand.
        """
        is_unfinished = document.is_to_be_booked or document.answered_total != document.total
        is_left = isinstance(goal, Skipped) and is_unfinished
        is_known = not document.is_open and self._claim.former is None
        return is_known and not is_left and not isinstance(goal, Goal) and not self._claim.owner_asked

    def _goal(self, document: PlannedDocument | None) -> Goal | Skipped | None:
        """What is still to become of the order; None where nothing more is.

        Without handlings by state the first document is final; it is only booked, where it was made for that. One that
        somebody else made stays as it is.
        """
        if document is None:
            return self._judged()
        if document.origin != "sent":
            return None
        now = rung(document.kind, is_booked=document.state == "booked")
        is_to_be_booked = document.is_to_be_booked and document.state != "booked"
        if not is_to_be_booked and not (self._claim.settings.get("by_state") and now < 2):
            return None
        goal = self._judged()
        if isinstance(goal, Skipped):
            return goal
        if goal.settings.by_state is None:
            book = is_to_be_booked and goal.handling.book
            goal = replace(goal, handling=Handling.model_validate({"document": document.kind, "book": book}))
        return goal if goal.handling.rung > now else None

    def _judged(self) -> Goal | Skipped:
        claim = self._claim
        settings = checked(OrderSettings, claim.settings)
        if claim.is_shared and claim.document is not None:
            # Its document keeps it here: no other connection of the shop would take it.
            settings = settings.model_copy(update={"only": None})
        order = self._reader.asked()
        decided = decide(
            order, settings, since=claim.active_since, earlier=self._reader.earlier, is_waived=claim.is_waived
        )
        if isinstance(decided, Skipped):
            return decided
        self._hand.passes(Point.DECIDED)
        return Goal(order, settings, decided)

    def _told(self, document: PlannedDocument, ended: Outcome) -> Outcome:
        """With what the owner is to know of the order as it is now, if that can be read."""
        if ended.state != "done":
            return ended
        try:
            order, settings = self._reader.newest(), checked(OrderSettings, self._claim.settings)
            if order.status == TRASH:
                return sentences.left_shop(document, ended, "the shop has it in its bin now")
            if ended.reason != "already_synced" and sentences.comes_to(document, order, settings):
                return ended
            return sentences.changed_since(document, ended, order, settings, self._reader.changed())
        except Fate as fate:
            self.trace.talks_to = self._claim.target
            if fate.code == "order_gone":
                return sentences.left_shop(document, ended, "the shop has no such order any more")
            return ended
