"""Watches a shop's webhooks: what is gone, switched off, wrong, doubled or failing there is deleted and made anew.

A webhook that is only switched on again keeps its count of failures, and is switched off with the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from psycopg import Connection

from connectors.base import WebhookSubscription, Webshop, WebshopClient
from connectors.registry import webshop
from shared.errors import ConnectionBroken, Fate, NeedsUser
from shared.sealing import Keyring
from shared.store import inventory, setup, watched
from shared.store.inventory import StoredSubscription, newest_secret
from shared.store.schedules import Counts
from workers import webhooks
from workers.answering import ask_whether_it_answers
from workers.job_hand import JobHand
from workers.tools import Tools, installed
from workers.webhooks import TopicState, address, made, new_secret, public_id_of

#: Looks and repairs of one run: the second one clears up what two made at once.
MOST_ROUNDS = 2
#: So long a webhook that fails although it looks right is left alone after it was made anew, and a key that was refused
#: is not tried again.
PATIENCE = timedelta(days=1)

log = structlog.get_logger()


def watch(tools: Tools, hand: JobHand) -> bool:
    """There is never more to do. Raises fates, LeaseLost and DatabaseDown."""
    run, way = hand.run, tools.way_in
    shop = installed(webshop, run.source.kind)
    public_url = way.public_url if way is not None else None
    why = webhooks.no_way_in(public_url, tools.clients.origin(shop, run.source))
    if why or way is None or public_url is None:
        with tools.database.account(run.account) as inside:
            watched.note_work(inside, run.source.id, work=False)
        hand.report = {"not_watched": f"{why}."}
        return False
    with tools.clients.shop(shop, run.source, hand) as client:
        _Watch(tools, hand, way.keyring, public_url, shop, client).run()
    return False


class _Watch:
    def __init__(
        self, tools: Tools, hand: JobHand, keyring: Keyring, public_url: str, shop: Webshop, client: WebshopClient
    ) -> None:
        self._database = tools.database
        self._hand = hand
        self._account, self._system = hand.run.account, hand.run.source.id
        self._keyring = keyring
        self._public_url = public_url
        self._shop = shop
        self._client = client
        self._failing: Mapping[int, str] = {}
        self._mended: dict[str, str] = {}

    def run(self) -> None:
        try:
            found = self._look()
            for _ in range(MOST_ROUNDS):
                if not self._wrong(found):
                    break
                self._begin_mending()
                for one in self._wrong(found):
                    self._mend(one)
                found = self._look()
        except NeedsUser as refused:
            self._stay_wrong(refused.message)
        except Fate:
            with self._database.account(self._account) as inside:
                self._tell_mended(inside)
            raise
        else:
            if left := self._wrong(found):
                told = _told({one.topic: one.why for one in left})
                self._stay_wrong(f"The shop does not keep them as they are made: {told}.")
            else:
                self._settle(found)

    def _look(self) -> list[TopicState]:
        """Raises fates."""
        with self._rights():
            at_shop = self._client.list_webhooks()
        with self._database.account(self._account) as inside:
            rows = [row for row in inventory.inventory(inside).subscriptions if row.system == self._system]
            self._failing = watched.troubled(inside, self._system)
        for stray in self._strays(rows, at_shop):
            log.warning("stray_webhook_deleted", topic=stray.topic, webhook=stray.id)
            with self._rights():
                self._client.delete_webhook(stray.id)
        return webhooks.compared(self._shop.order_topics, self._public_url, rows, at_shop, self._keyring)

    def _strays(
        self, rows: Sequence[StoredSubscription], at_shop: Sequence[WebhookSubscription]
    ) -> Iterator[WebhookSubscription]:
        """At our address, and of no row of anybody: another account may have the same shop."""
        mine = {row.public_id for row in rows}
        if self._is_refused():
            return
        for webhook in at_shop:
            public_id = public_id_of(self._public_url, webhook.delivery_url)
            if public_id is not None and public_id not in mine and not watched.is_anybodys(self._database, public_id):
                yield webhook

    def _wrong(self, found: Sequence[TopicState]) -> list[TopicState]:
        """What is to be put right now."""
        if self._is_refused():
            return []
        return [one for one in found if not one.is_paused and (not one.is_right or self._fails(one))]

    def _fails(self, one: TopicState) -> bool:
        """It looks right, and an alarm about it is open that was not answered by making it anew lately."""
        if one.row is None or one.row.id not in self._failing:
            return False
        last = self._cursor.get("made_anew", {}).get(str(one.row.id))
        return last is None or _moment(last) < _now() - PATIENCE

    def _begin_mending(self) -> None:
        """Until a look finds all in order, nobody relies on them."""
        with self._database.account(self._account) as inside:
            watched.note_work(inside, self._system, work=False)

    def _mend(self, one: TopicState) -> None:
        """The new one before the old ones go: in between an order would be told to nobody. Raises fates."""
        fails = self._fails(one)
        why = f"an alarm about it is open ({self._failing[one.row.id]})" if fails and one.row else one.why
        old = [*one.stale, *([one.good] if fails and one.good is not None else [])]
        if fails or one.good is None:
            self._make(one, {webhook.id for webhook in old})
        elif one.row is not None and one.row.external_id != one.good.id:
            self._note(one.row, one.good)
        with self._rights():
            for webhook in old:
                self._client.delete_webhook(webhook.id)
        log.warning("webhook_mended", topic=one.topic, because=why)
        self._mended[one.topic] = why

    def _make(self, one: TopicState, old: set[str]) -> None:
        row, secret = self._with_new_secret(one)
        url = address(self._public_url, row.public_id)
        with self._rights():
            webhook = made(self._client, one.topic, url, secret, besides=old)
        self._note(row, webhook)
        made_anew = {**self._cursor.get("made_anew", {}), str(row.id): _now().isoformat()}
        unused = [of for of in self._cursor.get("unused", []) if of != row.id]
        self._hand.keep({**self._cursor, "made_anew": made_anew, "unused": unused})

    def _with_new_secret(self, one: TopicState) -> tuple[StoredSubscription, str]:
        """Stored before the shop has it. One that no webhook came to sign with is taken again: the row keeps the former
        one only, which webhooks that are on their way may still prove.
        """
        unused = self._cursor.get("unused", [])
        if one.row is not None and one.row.id in unused:
            return one.row, newest_secret(self._keyring, one.row)
        secret = new_secret()
        if one.row is not None:
            self._hand.keep({**self._cursor, "unused": [*unused, one.row.id]})
        with self._database.account(self._account) as inside:
            if one.row is None:
                row = setup.add_subscription(inside, self._keyring, system=self._system, topic=one.topic, secret=secret)
                return row, secret
            setup.change_secret(inside, self._keyring, public_id=one.row.public_id, secret=secret)
        return one.row, secret

    def _note(self, row: StoredSubscription, webhook: WebhookSubscription) -> None:
        with self._database.account(self._account) as inside:
            setup.note_webhook(inside, row.id, webhook.id)

    def _settle(self, found: Sequence[TopicState]) -> None:
        wrong = [one for one in found if not one.is_right]
        paused = [one.topic for one in found if one.is_paused]
        failing = [one for one in found if one.row is not None and one.row.id in self._failing]
        with self._database.account(self._account) as inside:
            watched.note_work(inside, self._system, work=not (wrong or failing or self._mended))
            if not wrong:
                watched.resolve_alarms(inside, self._system, [watched.STAY_WRONG])
            elif paused and not self._is_refused():
                watched.raise_alarm(inside, self._system, watched.STAY_WRONG, _paused(paused))
            self._tell_mended(inside)
            if not self._mended and len(wrong) == len(paused):
                watched.resolve_alarms(inside, self._system, [watched.MENDED])
        if not wrong:
            self._hand.keep({name: kept for name, kept in self._cursor.items() if name != "refused"})
        self._report(found)

    def _tell_mended(self, inside: Connection) -> None:
        if self._mended:
            watched.raise_alarm(inside, self._system, watched.MENDED, _told(self._mended))
            watched.poll_at_once(inside, self._system)

    def _report(self, found: Sequence[TopicState]) -> None:
        wrong = {one.topic: one.why for one in found if not one.is_right}
        self._hand.report = {"topics": [one.topic for one in found], "mended": self._mended, "wrong": wrong}
        right = sum(one.is_right and one.topic not in self._mended for one in found)
        counts = Counts(found=len(found), sent=len(self._mended), skipped=right, failed=len(wrong))
        self._hand.keep(more=counts)

    def _stay_wrong(self, problem: str) -> None:
        """Not tried again before the key is another one, or for a day: each try would change a secret."""
        self._hand.keep({**self._cursor, "refused": {"by": self._key(), "at": _now().isoformat()}})
        log.warning("webhooks_stay_wrong", problem=problem)
        with self._database.account(self._account) as inside:
            watched.note_work(inside, self._system, work=False)
            watched.raise_alarm(inside, self._system, watched.STAY_WRONG, problem)
            self._tell_mended(inside)
        self._hand.report = {
            "topics": list(self._shop.order_topics),
            "mended": self._mended,
            "refused": problem,
        }
        self._hand.keep(more=Counts(failed=1))

    def _is_refused(self) -> bool:
        refused = self._cursor.get("refused")
        return bool(refused and refused["by"] == self._key() and _moment(refused["at"]) > _now() - PATIENCE)

    def _key(self) -> str:
        return hashlib.sha256(self._hand.run.source.credentials or b"").hexdigest()

    @property
    def _cursor(self) -> Mapping[str, Any]:
        return self._hand.cursor

    @contextlib.contextmanager
    def _rights(self) -> Iterator[None]:
        """A key that may read orders and not see webhooks stops nothing. Raises NeedsUser then."""
        try:
            yield
        except ConnectionBroken as broken:
            # The shop refuses a revoked key in the same words: then orders are refused, too.
            ask_whether_it_answers(self._client)
            raise NeedsUser(
                broken.code,
                "The shop does not let the API key see its webhooks: the key's user must be an administrator or shop"
                " manager.",
            ) from None


def _told(mended: Mapping[str, str]) -> str:
    """As "order.updated (the shop has it as disabled)"."""
    return ", ".join(f"{topic} ({why})" for topic, why in mended.items())


def _paused(topics: Sequence[str]) -> str:
    are = "is" if len(topics) == 1 else "are"
    return (
        f"{', '.join(topics)} {are} paused there, as only a person does. Set to active what is to be told, or delete"
        " it, and it is made anew."
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
