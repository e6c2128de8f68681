"""Several workers at once make one customer, one product: who may, and what is repeated after an unknown outcome."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any, Literal

from shared.domain.reasons import REASONS
from shared.errors import Fate, NeedsUser, OutcomeUnknown
from shared.store.database import Database
from shared.store.sql import query
from workers.hand import LEASE, PutBack

#: Seconds, from when it became clear that a request has no answer, in which it may still be carried out.
REST = 15.0
#: Seconds after which a system no longer knows the idempotency key: from then on only the owner can tell.
RESEND_WITHIN = 55 * 60.0
#: Seconds until the next look when another worker makes the same.
LOOK_AGAIN = 0.7


class _Forgotten(Exception):
    """It may have been made, and the system no longer knows the key that it was sent with."""


class MakeOnce:
    def __init__(self, database: Database, account: int, system: int) -> None:
        self._database = database
        self._where: dict[str, Any] = {"account": account, "system": system}

    def __call__(
        self,
        what: Literal["customer", "product"],
        key: str,
        request: bytes,
        *,
        still_there: Callable[[str], bool],
        create: Callable[[bytes, str], str],
        owner_asked: bool,
    ) -> str:
        """The number of what `create(request, idempotency key)` made, now or earlier; call it after a look-up in vain.

        `still_there(number)` is asked about what was made earlier. A product's number is its key: making it twice makes
        one. A customer that may have been made long ago is made anew only when `owner_asked`. Raises PutBack while
        another worker makes it, and what `create` raises.
        """
        holder = uuid.uuid4()
        which = self._where | {"kind": what, "key": digest(key)}
        verdict, made, frozen, idempotency_key, first_sent, last_sent = self._ask(
            "guard", which | {"holder": holder, "hold": LEASE, "request": request, "idempotency_key": str(holder)}
        )
        if verdict == "busy":
            raise PutBack("being_made", wait=LOOK_AGAIN, what=what)
        if verdict == "made":
            if still_there(made):
                return str(made)
            self._ask("forget_guard", which | {"external_id": made})
            raise PutBack("being_made", what=what)
        settled: dict[str, Any] = which | {"holder": holder, "external_id": None, "unsent": False, "open": False}
        try:
            if what == "customer":
                wait_for_late_ones(last_sent)
                if first_sent is not None and first_sent > RESEND_WITHIN:
                    raise _Forgotten
            number = create(frozen, idempotency_key)
        except _Forgotten:
            self._ask("settle_guard", settled | {"unsent": owner_asked})
            raise _unproven(owner_asked) from None
        except OutcomeUnknown:
            self._ask("settle_guard", settled | {"open": True})
            raise
        except Fate as fate:
            self._ask("settle_guard", settled | {"unsent": first_sent is None or isinstance(fate, NeedsUser)})
            raise
        self._ask("settle_guard", settled | {"external_id": number})
        return number

    def _ask(self, name: str, values: dict[str, Any]) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._database.run(lambda c: c.execute(query(name), values).fetchone())
        assert row is not None
        return row


def wait_for_late_ones(last_sent: float | None) -> None:
    """Raises PutBack while a request without an answer may still be carried out. Seconds since that became clear."""
    if last_sent is not None and last_sent < REST:
        raise PutBack("just_sent", wait=REST - last_sent)


def _unproven(owner_asked: bool) -> Fate:
    """The books have forgotten the key: only the owner can say that there is no such customer; then it begins anew."""
    if owner_asked:
        return PutBack("being_made", what="customer")
    return NeedsUser("customer_unproven", REASONS["customer_unproven"].says())


def digest(key: str) -> str:
    """A key may be somebody's e-mail address: it is not kept in the clear."""
    return hashlib.sha256(key.strip().casefold().encode()).hexdigest()
