"""What stops a document, or is told of it, and what holds up the line."""

from __future__ import annotations

from shared.domain.reason import Reason

DOCUMENTS = (
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
        "Look whether they have that customer; make it if not, or have the order sent again.",
    ),
    Reason(
        "changed_since",
        "The order is in the books as {kind} {number} with {books} {currency}; it has changed, to {order}.{since}",
        "Change the document in the books by hand if that matters.",
    ),
    Reason(
        "left_shop",
        "The order is in the books as {kind} {number}, and {where}.",
        "Credit or delete the document in the books by hand if that is right; restore the order in the shop if not.",
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
        "shop_not_told",
        "The shop was not told which document it is: {why}",
        "It is told with the order's next news, or by `shopledger retry`.",
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
)
