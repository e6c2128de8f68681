"""What stops an order before its document is made: the rules, its money, its customer and its products."""

from __future__ import annotations

from shared.domain.reason import Reason

RULES = (
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
        "condition_not_met",
        "The settings take only some orders, and not this one: {question}.",
        "Nothing to do if that is right: it goes when that changes.",
        resolves_itself=True,
    ),
    Reason("routed_elsewhere", "It goes by the connection {name}.", "", resolves_itself=True),
    Reason(
        "before_start_date",
        "The order is of {created}, and the connection was switched on on {since}.",
        "Enter it by hand if it is to be in the books; it can be imported later.",
    ),
    Reason(
        "run_cancelled",
        "The import that was to bring it was cancelled.",
        "Import it again if it is to be in the books.",
    ),
    Reason("number_not_found", "The shop has no order of that number.", "Import it by its days: `--from`, `--to`."),
    Reason("held", "It is held: something on its way was switched off.", "`shopledger release` lets it go."),
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
    Reason("ignored", "The owner wants it left alone: {why}", "Have it sent again if that has changed."),
    Reason("unreadable_order", "The shop's order cannot be read at {path}: {problem}.", "Please tell support."),
)

MONEY = (
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

PARTIES = (
    Reason(
        "unknown_product",
        "The books have no product {numbers}.",
        "Make it there, or let the settings make products that are missing.",
    ),
    Reason("product_barred", "The product {numbers} is barred in the books.", "Open it there, or choose another."),
    Reason(
        "product_replaced", "{fallback} stands for what the books do not have, or have barred: {numbers}.", "", True
    ),
    Reason(
        "no_email",
        "The order has no e-mail address, and the settings name no default customer.",
        "Choose a default customer in the connection's settings.",
    ),
    Reason(
        "no_customer_key",
        "The order has no {key} by which its customer could be found, and the settings name no default customer.",
        "Choose a default customer in the connection's settings, or another way of finding customers.",
    ),
    Reason(
        "unknown_customer",
        "The books have no customer with the order's {key}.",
        "Make the customer there, or let the settings make customers that are missing.",
    ),
    Reason(
        "several_customers",
        "The books have {count} customers who could be meant: {numbers}.",
        "Leave what they share to one of them, or say in the settings which one is taken (several_customers).",
    ),
    Reason(
        "customer_missing",
        "The books have no customer {number}.",
        "Make the customer there, or name another one in the settings (default_customer, linked_customers).",
    ),
    Reason("customer_barred", "Customer {number} is barred in the books.", "Open the customer there."),
    Reason(
        "customer_number_taken",
        "The customer would get the number {number}, which another customer of the books has.",
        "Give one of them another number, or change where the number comes from (customer_number).",
    ),
    Reason(
        "customer_numbers_used_up",
        "The books have a customer {last}, the last number that new customers may get from {first} on.",
        "Choose a longer range, or another one (new_customer_numbers).",
    ),
    Reason("customer_updated", "Customer {number} was brought up to date: {fields}.", "", True),
    Reason("customer_maybe_updated", "Customer {number} may have been brought up to date: {fields}.", "", True),
    Reason(
        "customers_own_unusable",
        "The books take no document with customer {number}'s own {names}: that of the settings stands in it.",
        "",
        True,
    ),
    Reason("texts_cut", "Too long for the books, and cut there: {what} {names}.", "", True),
    Reason(
        "condition_unanswered",
        "A condition in the settings cannot be answered for this order, at {about}: {why}.",
        "Change the condition, or what stands there in the shop, and have the order sent again.",
    ),
    Reason(
        "field_unmapped",
        "The field {field} cannot be filled: {why}.",
        "Change its rows in the settings, or what stands there in the shop, and have the order sent again.",
    ),
)
