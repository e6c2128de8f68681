"""Why an order is not in the books yet: a code, a sentence for the shop's owner, and what he can do.

A connector's own refusals bring their code and sentence with them (its `errors.py`); these are the ones we give.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import NeedsUser


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    #: May hold {fields} that whoever gives the reason fills in; never a customer's data.
    sentence: str
    next_step: str
    #: Nothing has to be done: it is tried again, or the order will change.
    resolves_itself: bool = False

    def says(self, **fields: object) -> str:
        return f"{self.sentence.format(**fields)} {self.next_step.format(**fields)}".strip()


_ALL = (
    Reason(
        "state_not_allowed",
        "The order is in state {state!r}, and only these go into the books: {allowed}.",
        "Nothing to do if that is right: it goes when its state changes.",
        resolves_itself=True,
    ),
    Reason(
        "trigger_not_matched",
        "Orders go into the books when they are {trigger}, and {is_now}.",
        "Nothing to do if that is right: it goes when that changes.",
        resolves_itself=True,
    ),
    Reason(
        "status_filters_not_matched",
        "The {group} status is {value}, and only {wanted} goes into the books.",
        "Nothing to do if that is right: it goes when that changes.",
        resolves_itself=True,
    ),
    Reason(
        "before_start_date",
        "The order is of {created}, and the connection was switched on on {since}.",
        "Enter it by hand if it is to be in the books; it can be imported later.",
    ),
    Reason("test_order", "The shop calls this a test.", "Let the settings take test orders if it is to go."),
    Reason("zero_total", "The order comes to nothing.", "Let the settings take orders of zero if it is to go."),
    Reason(
        "order_cancelled",
        "The order was cancelled in the shop.",
        "Let the settings take cancelled orders if it is to go.",
    ),
    Reason("already_synced", "The order is in the books already: {kind} {number}.{since}", "", resolves_itself=True),
    Reason("order_trashed", "The order is in the shop's bin.", "Restore it in the shop if it is to go.", True),
    Reason("order_moves", "The order changes in the shop while it is read.", "It is read again.", True),
    Reason("unreadable_order", "The shop's order cannot be read at {path}: {problem}.", "Please tell support."),
    Reason(
        "missing_product_number",
        "Line {line} ({text}) has no product number in the shop.",
        "Give the product a number (SKU) in the shop, save it, and have the order sent again; or choose a product for"
        " all that have none in the connection's settings (unnumbered_product).",
    ),
    Reason(
        "missing_shipping_product",
        "The order has shipping with {percent} % VAT, and the settings name no product for it.",
        "Choose a product for shipping in the connection's settings (shipping_product).",
    ),
    Reason(
        "missing_fee_product",
        "The order has a fee with {percent} % VAT, and the settings name no product for it.",
        "Choose a product for fees in the connection's settings (fee_product).",
    ),
    Reason(
        "missing_discount_product",
        "The order has a discount with {percent} % VAT, and the settings name no product for it.",
        "Choose a product for discounts in the connection's settings (discount_product), or discounts: in_price.",
    ),
    Reason(
        "missing_gift_card_product",
        "The order has a gift card, and the settings name no product for it.",
        "Choose a product without VAT for gift cards in the connection's settings (gift_card_product).",
    ),
    Reason(
        "missing_closing_product",
        "Prices of two decimals do not come to the order's total, and the settings name no product for what closes it.",
        "Choose a product without VAT for it in the connection's settings (closing_product).",
    ),
    Reason(
        "vat_rate_unknown",
        "Line {line} ({text}) has VAT, and neither the shop says by which rate nor do the amounts.",
        "Look at the line's tax in the shop, mend it, and save the order.",
    ),
    Reason(
        "total_not_in_cents",
        "The order's total of {total} {currency}, or the VAT in it, is not in whole cents, which is all that the books"
        " can hold.",
        "Let the shop round its prices to two decimals, and save the order.",
    ),
    Reason(
        "totals_not_closed",
        "The lines come to {books} in the books and to {order} in the shop; {needed} {currency} would close that, and"
        " {limit} is allowed. Nothing was sent.",
        "Look for what differs in the shop (an amount that was changed by hand, a tax that is missing), or allow more"
        " (closing_limit).",
    ),
    Reason(
        "closed",
        "Prices of two decimals do not come to the order's total: {lines} closes that.",
        "",
        resolves_itself=True,
    ),
    Reason(
        "gross_only",
        "It comes to {books} in the books and to {order} in the shop: prices of two decimals come no nearer.",
        "",
        resolves_itself=True,
    ),
    Reason("shipping_left_out", "Shipping of {amount} is left out, as the settings say.", "", resolves_itself=True),
    Reason(
        "vat_not_met",
        "Gross can be met, and VAT would be {needed} {currency} off: {books} in the books and {order} in the shop; the"
        " settings ask for all of it (closing: exact). Nothing was sent.",
        "Name a closing product with that VAT (products_by_rate), allow more (closing_limit), or choose closing:"
        " smallest.",
    ),
    Reason(
        "vat_rate_differs",
        "The books would take another VAT rate than the shop: {lines}. {zone} Nothing was sent.",
        "Correct the product's group or its accounts in the books, the VAT zone (of the customer there, or in the"
        " settings), or the tax in the shop.",
    ),
    Reason(
        "vat_differs",
        "The {kind} {number} has {books} {currency} VAT in the books, where {order} was to be.",
        "Correct it there, or delete it and have the order sent again.",
    ),
    Reason(
        "booked_vat_differs",
        "The booked {kind} {number} has {books} {currency} VAT, where {order} was to be.",
        "Credit it in the books, and have the order sent again (send-again).",
    ),
    Reason(
        "unknown_product",
        "The books have no product {numbers}.",
        "Make it there, or let the settings make products that are missing.",
    ),
    Reason("product_barred", "The product {numbers} is barred in the books.", "Open it there, or choose another."),
    Reason(
        "no_email",
        "The order has no e-mail address, and the settings name no default customer.",
        "Choose a default customer in the connection's settings.",
    ),
    Reason(
        "unknown_customer",
        "The books have no customer with the order's e-mail address.",
        "Make the customer there, or let the settings make customers that are missing.",
    ),
    Reason(
        "several_customers",
        "The books have {count} customers with the order's e-mail address: {numbers}.",
        "Leave the address to one of them.",
    ),
    Reason(
        "customer_missing",
        "The books have no customer {number}.",
        "Make the customer there, or name another default_customer in the connection's settings.",
    ),
    Reason("customer_barred", "Customer {number} is barred in the books.", "Open the customer there."),
    Reason(
        "totals_differ",
        "The books come to {books} {currency}, the order to {order} {currency}; the draft {number} was left as it is.",
        "Put right what differs, in the shop or in the books, and have the order sent again: the same draft is used.",
    ),
    Reason(
        "outcome_unproven",
        "The books never answered whether they made the document, and it is too late to ask again safely.",
        "Look whether {reference} is in the books. If not, have the order sent again.",
    ),
    Reason(
        "customer_unproven",
        "The books never answered whether they made the customer, and it is too late to ask again safely.",
        "Look whether they have one with the order's e-mail address; make it if not, or have the order sent again.",
    ),
    Reason(
        "changed_since",
        "The order is in the books as {kind} {number} with {books} {currency}; it has changed, to {order}.{since}",
        "Change the document in the books by hand if that matters.",
    ),
    Reason(
        "booked_total_differs",
        "The {kind} {number} is {place} in the books with {books} {currency}, the order comes to {order} {currency}.",
        "Somebody changed it there: put it right there, or credit it and use `shopledger send-again`.",
    ),
    Reason(
        "document_deleted",
        "The {kind} {number} is not in the books any more.",
        "Have the order sent again if there is to be a new one, or ignore it.",
    ),
    Reason(
        "reference_lost",
        "The draft {number} stands in the books without our reference {reference}; it may be the order's.",
        "Write the reference back there if it is the order's, else use `shopledger send-again`.",
    ),
    Reason(
        "link_lost",
        "The {kind} {number} that the order was linked to is not found in the books any more.",
        "Look for it there; `shopledger send-again` makes a new one if it is gone.",
    ),
    Reason(
        "draft_left",
        "The draft {number} was made and is not booked: {why}",
        "Delete the draft in the books, or book it there.",
    ),
    Reason(
        "order_kept",
        "It is in the books as invoice {number}; the books keep their order {order}, too, which is no draft any more.",
        "Close the order there.",
        resolves_itself=True,
    ),
    Reason(
        "booked_number_not_usable",
        "The order's number {number} cannot be the number of an invoice: the books take whole numbers only.",
        "Let the settings take the books' next number.",
    ),
    Reason(
        "no_open_day",
        "The document would be of {day}, which lies in a closed period or year of the books{within}.",
        "Open the period there, or let the settings date such documents later.",
    ),
    Reason("ignored", "The owner wants it left alone: {why}", "Have it sent again if that has changed."),
    Reason("linked", "The owner says that it is in the books as {kind} {number}.", "", resolves_itself=True),
    Reason("begun_anew", "It is in no place of the books: a new one goes.", "", True),
    Reason("wrong_setup", "shopledger is not set up for {what}.", "It is tried again by itself.", True),
    Reason("connection_off", "Something on its way was switched off meanwhile.", "", True),
    Reason(
        "order_sync_off",
        "The connection {name} is switched off.",
        "Switch it on again; what waited is then listed, and goes when you release it.",
    ),
    Reason(
        "system_off",
        "The system {name} is switched off.",
        "Switch it on again; what waited is then listed, and goes when you release it.",
    ),
    Reason(
        "account_off",
        "The account {name} is switched off.",
        "Switch it on again; what waited is then listed, and goes when you release it.",
    ),
    Reason(
        "awaits_release",
        "It came or waited while something was switched off.",
        "Release what the connection holds, or have this order alone sent again.",
    ),
    Reason("books_changed", "What was known of the books is out of date.", "", True),
    Reason(
        "document_doubled",
        "The books have {count} documents with the reference {reference}.",
        "Delete all but one of them there.",
    ),
    Reason("wrong_settings", "The connection's settings are not complete: {problem}.", "Save the settings again."),
    Reason("no_credentials", "There are no credentials for {system}.", "Enter them on its page."),
    Reason("internal_error", "Something went wrong on our side ({error}).", "It is tried again by itself.", True),
    Reason("dead_letter", "Something went wrong on our side.", "Please tell support."),
    Reason("gave_up", "It was tried for days; the last time: {last}", "Have the order sent again when that is mended."),
    Reason("being_made", "The same {what} is being made for another order.", "", True),
    Reason("just_sent", "The books have not answered yet whether they made it.", "It is looked up in a moment.", True),
    Reason("order_changed", "The order changed while it was being sent.", "", True),
    Reason("stopping", "The service was restarted meanwhile.", "", True),
    Reason("too_slow", "The systems were so slow that there was no time left for the next step.", "", True),
    Reason("no_budget", "The system allows no more requests for a moment.", "", True),
    Reason("others_first", "A system is slow; others go first.", "", True),
    Reason("worker_lost", "The worker that had it in hand is gone.", "It is tried again by itself.", True),
    Reason(
        "country_missing",
        "The order has no country, and the settings choose the VAT zone by it.",
        "Enter the country in the shop, save the order, and have it sent again.",
    ),
    Reason(
        "country_unknown",
        "What stands as country in the order's {which} address is no country's code (DK, DE).",
        "Choose the country in the shop, save the order, and have it sent again.",
    ),
    Reason(
        "no_vat_zone",
        "None of the sources in the settings ({sources}) has a VAT zone for {sale}.",
        "Add it to zone_map or zone_by_band, or let zone_sources end with default.",
    ),
)

#: By code.
REASONS = {reason.code: reason for reason in _ALL}


@dataclass(frozen=True, slots=True)
class Skipped:
    """It does not go, by the owner's own choice; `reason` is a code of the table."""

    reason: str
    sentence: str


def skipped(code: str, **fields: object) -> Skipped:
    return Skipped(code, REASONS[code].says(**fields))


def needs_user(code: str, **fields: object) -> NeedsUser:
    """The fate with that reason's sentence, to be raised."""
    return NeedsUser(code, REASONS[code].says(**fields))
