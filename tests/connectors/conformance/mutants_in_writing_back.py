"""Webshop connectors with one mistake each in what they write beside an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.woocommerce import WooCommerce
from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.fields import Fields
from connectors.woocommerce.read import OWN_FIELD, _meta
from connectors.woocommerce.write_back import MARK
from shared.domain.order import Order
from shared.errors import ConnectionBroken, NeedsUser, OutcomeUnknown, Retry
from tests.connectors.conformance.mutants import of, talking
from tests.connectors.conformance.rig import ShopRig


class NotesWithoutLooking(WooCommerceClient):
    def write_note(self, order_id: str, text: str) -> None:
        self._rest.post(f"orders/{order_id}/notes", {"note": MARK + text, "customer_note": False})


class TakesTheFirstForTheNewest(WooCommerceClient):
    """The list is not in order within a second."""

    def write_note(self, order_id: str, text: str) -> None:
        rows = self._rest.get(f"orders/{order_id}/notes", {"type": "internal"}).rows()
        ours = [row for row in rows if row["note"].startswith(MARK)]
        if not ours or ours[0]["note"] != MARK + text:
            self._rest.post(f"orders/{order_id}/notes", {"note": MARK + text})


class TakesTheirNoteForOurs(WooCommerceClient):
    def write_note(self, order_id: str, text: str) -> None:
        rows = self._rest.get(f"orders/{order_id}/notes", {"type": "internal"}).rows()
        if not rows or max(rows, key=lambda row: int(row["id"]))["note"] != MARK + text:
            self._rest.post(f"orders/{order_id}/notes", {"note": MARK + text})


class MailsItsNotes(WooCommerceClient):
    def write_note(self, order_id: str, text: str) -> None:
        self._rest.post(f"orders/{order_id}/notes", {"note": MARK + text, "customer_note": True})


class NotesInTheOrderItself(WooCommerceClient):
    """As the customer's own note, which is part of the order."""

    def write_note(self, order_id: str, text: str) -> None:
        self._rest.put(f"orders/{order_id}", {"customer_note": text})


class WritesAFieldForEachText(WooCommerceClient):
    def write_field(self, order_id: str, text: str) -> None:
        super().write_field(order_id, text)
        self._rest.put(f"orders/{order_id}", {"meta_data": [{"key": f"{OWN_FIELD}_{len(text)}", "value": text}]})


class WritesOverTheFirstField(WooCommerceClient):
    def write_field(self, order_id: str, text: str) -> None:
        there = [{"id": row["id"]} for row in self.get_order(order_id)["meta_data"]]
        row = {"key": OWN_FIELD, "value": text} | (there[0] if there else {})
        self._rest.put(f"orders/{order_id}", {"meta_data": [row]})


class WritesTheFieldWithoutLooking(WooCommerceClient):
    def write_field(self, order_id: str, text: str) -> None:
        self._rest.put(f"orders/{order_id}", {"meta_data": [{"key": OWN_FIELD, "value": text}]})


class InsistsOnWriting(WooCommerceClient):
    def write_note(self, order_id: str, text: str) -> None:
        try:
            super().write_note(order_id, text)
        except OutcomeUnknown:
            self._rest.post(f"orders/{order_id}/notes", {"note": MARK + text})


class HopesItWasNotWritten(WooCommerceClient):
    def write_field(self, order_id: str, text: str) -> None:
        try:
            super().write_field(order_id, text)
        except OutcomeUnknown as unknown:
            raise Retry(unknown.code, unknown.message) from None


class TakesAReadingKeyForARevokedOne(WooCommerceClient):
    def write_note(self, order_id: str, text: str) -> None:
        try:
            super().write_note(order_id, text)
        except NeedsUser as refusal:
            raise ConnectionBroken("not_authorised", refusal.message) from None


class WritesToTheBin(WooCommerceClient):
    def write_field(self, order_id: str, text: str) -> None:
        self.get_order(order_id)
        self._rest.put(f"orders/{order_id}", {"meta_data": [{"key": OWN_FIELD, "value": text}]})


class ReadsItsOwnField(WooCommerce):
    def read_order(self, body: Mapping[str, Any]) -> Order:
        return replace(super().read_order(body), meta=_meta(Fields(body)))


#: Whose connector it is, the case that turns red, and what that is given.
MISTAKES: Sequence[tuple[type[ShopRig], str, tuple[object, ...]]] = [
    (talking(NotesWithoutLooking), "test_what_is_written_is_there_once_however_often_it_is_said", ("note",)),
    (talking(TakesTheFirstForTheNewest), "test_another_text_is_another_note_and_the_first_one_again_a_third", ()),
    (talking(TakesTheirNoteForOurs), "test_another_text_is_another_note_and_the_first_one_again_a_third", ()),
    (talking(MailsItsNotes), "test_a_customer_is_told_of_no_note", ()),
    (talking(NotesInTheOrderItself), "test_a_note_is_no_news_of_the_order", ()),
    (talking(WritesAFieldForEachText), "test_what_is_written_is_there_once_however_often_it_is_said", ("field",)),
    (talking(WritesOverTheFirstField), "test_another_text_takes_the_place_of_the_field_and_leaves_the_others", ()),
    (talking(WritesTheFieldWithoutLooking), "test_what_is_there_already_is_not_written_once_more", ("field",)),
    (talking(InsistsOnWriting), "test_what_may_have_been_written_is_unknown_and_said_again", ("note", "silence")),
    (talking(HopesItWasNotWritten), "test_what_may_have_been_written_is_unknown_and_said_again", ("field", "500")),
    (
        talking(TakesAReadingKeyForARevokedOne),
        "test_a_key_that_may_only_read_writes_nothing_and_stays_good_for_reading",
        ("note",),
    ),
    (talking(WritesToTheBin), "test_an_order_in_the_bin_is_left_there", ()),
    (of(ReadsItsOwnField()), "test_our_own_field_is_no_part_of_the_order", ()),
]
