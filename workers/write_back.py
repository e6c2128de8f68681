"""The shop is told which document its order has: a note beside the order, or a custom field of ours.

What is told follows from the document alone, and is told only where it is another than what was told last: so the
webhook that our own field causes finds nothing to tell, and there is no loop.
"""

from __future__ import annotations

from connectors.base import WebshopClient
from connectors.registry import accounting, webshop
from shared.domain.settings import OrderSettings
from shared.errors import Fate, Retry, Skip
from shared.store import told
from shared.store.claims import Outcome
from workers import sentences
from workers.hand import LEASE, Hand, now
from workers.tools import Tools, checked, installed


def tell_shop(tools: Tools, hand: Hand, ended: Outcome) -> Outcome:
    """Of a try that is over for the books. A shop that cannot be told is no reason to try again: that is only said.

    Raises LeaseLost and DatabaseDown.
    """
    claim = hand.claim
    document = ended.document or (claim.document.id if claim.document else None)
    if ended.state != "done" or document is None or claim.settings.get("write_back", "none") == "none":
        return ended
    if ended.document is not None:
        # Before the shop is asked anything: whoever comes after a crash knows what is in the books.
        since = now()
        hand.may_go_on(told.note_end(tools.database, claim, ended, lease=LEASE), since)
    try:
        _tell(tools, hand, document)
    except Skip:
        return ended
    except Fate as fate:
        return sentences.shop_not_told(ended, fate.message)
    return ended


def _tell(tools: Tools, hand: Hand, document: int) -> None:
    """Raises fates."""
    claim = hand.claim
    way = checked(OrderSettings, claim.settings).write_back
    standing = told.standing(tools.database, claim, document)
    if standing.number is None or standing.place is None:
        return
    says = sentences.for_the_shop(standing, installed(accounting, claim.target.kind).title)
    if standing.told == f"{way}: {says}":
        return
    quiet = tools.quiet_shops.why(claim.source.id)
    if quiet is not None and not claim.owner_asked:
        raise Retry("shop_not_told", quiet)
    try:
        with tools.clients.shop(installed(webshop, claim.source.kind), claim.source, hand) as client:
            _write(client, way, claim.source_id, says)
    except Fate as fate:
        tools.quiet_shops.note(claim.source.id, fate)
        raise
    told.remember(tools.database, claim, document, f"{way}: {says}")


def _write(client: WebshopClient, way: str, order: str, says: str) -> None:
    if way == "note":
        client.write_note(order, says)
    else:
        client.write_field(order, says)
