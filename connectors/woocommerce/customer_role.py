"""The role of a customer: WordPress' word for what somebody with an account may do, by which plugins make groups."""

from __future__ import annotations

from connectors.woocommerce.rest import Rest
from connectors.woocommerce.values import storable
from shared.errors import ConnectionBroken, NeedsUser, Retry, Skip


def read_role(rest: Rest, customer_id: str) -> str | None:
    """The first of the customer's roles ("customer", "wholesale_customer"); None where he has none, or is gone."""
    try:
        value = rest.get(f"customers/{customer_id}", {"_fields": "id,role"}).value
    except Skip:
        return None
    except ConnectionBroken:
        # The shop refuses a revoked key in the same words: then reading orders is refused, too.
        rest.get("orders", {"per_page": "1", "_fields": "id"})
        raise NeedsUser(
            "customers_hidden",
            "The settings ask for the customer's role, and the shop does not show the API key its customers: the key's"
            " user must be an administrator or shop manager, and no plugin may hide customers; or take customer_role"
            " out of the settings.",
        ) from None
    role = value.get("role") if isinstance(value, dict) and str(value.get("id")) == customer_id else None
    if not isinstance(role, str):
        raise Retry("unexpected_answer", "The shop answered with something other than the customer.")
    return storable(role.strip()) or None
