"""Several workers at once make one customer, one product: who may, and what is repeated after an unknown outcome."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any, Literal

from shared.domain.reasons import needs_user
from shared.errors import Fate, NeedsUser, OutcomeUnknown
from shared.store.database import Database
from workers.hand import LEASE, PutBack

#: Seconds, from when it became clear that a request has no answer, in which it may still be carried out.
REST = 15.0
#: Seconds after which a system no longer knows the idempotency key: from then on only the owner can tell.
RESEND_WITHIN = 55 * 60.0
#: Seconds until the next look when another worker makes the same.
LOOK_AGAIN = 0.7


class NothingMade(PutBack):
    """Of `create`: no request that was ever sent made anything, nor will it. So the next try begins afresh."""


class _Forgotten(Exception):
    """It may have been made, and the system no longer knows the key that it was sent with."""


class MakeOnce:
    def __init__(self, database: Database, account: int, system: int, *, owner_asked: bool) -> None:
        """`owner_asked`: a customer that may have been made long ago may be made anew."""
        self._database = database
        self._owner_asked = owner_asked
        self._where: dict[str, Any] = {"account": account, "system": system}

    def __call__(
        self,
        what: Literal["customer", "product"],
        key: str,
        request: bytes,
        *,
        still_there: Callable[[str], bool],
        create: Callable[[bytes, str], str],
    ) -> str:
        """The number of what `create(request, idempotency key)` made, now or earlier; call it after a look-up in vain.

        `still_there(number)` is asked about what was made earlier. A product's number is its key: making it twice makes
        one. Raises PutBack while another worker makes it, and what `create` raises.
        """
        holder = uuid.uuid4()
        which = self._where | {"kind": what, "key": digest(key)}
        verdict, made, frozen, idempotency_key, first_sent, last_sent = self._database.one(
            "guard", which | {"holder": holder, "hold": LEASE, "request": request, "idempotency_key": str(holder)}
        )
        if verdict == "busy":
            raise PutBack("being_made", wait=LOOK_AGAIN, what=what)
        if verdict == "made":
            if still_there(made):
                return str(made)
            self._database.one("forget_guard", which | {"external_id": made})
            raise PutBack("being_made", what=what)
        settled: dict[str, Any] = which | {"holder": holder, "external_id": None, "unsent": False, "open": False}
        try:
            if what == "customer":
                wait_for_late_ones(last_sent)
                if first_sent is not None and first_sent > RESEND_WITHIN:
                    raise _Forgotten
            number = create(frozen, idempotency_key)
        except _Forgotten:
            self._database.one("settle_guard", settled | {"unsent": self._owner_asked})
            raise self._unproven() from None
        except OutcomeUnknown:
            self._database.one("settle_guard", settled | {"open": True})
            raise
        except Fate as fate:
            self._database.one(
                "settle_guard", settled | {"unsent": first_sent is None or isinstance(fate, NeedsUser | NothingMade)}
            )
            raise
        self._database.one("settle_guard", settled | {"external_id": number})
        return number

    def _unproven(self) -> Fate:
        """The books have forgotten the key: only the owner can say that there is none; then it begins anew."""
        return PutBack("being_made", what="customer") if self._owner_asked else needs_user("customer_unproven")


def wait_for_late_ones(last_sent: float | None) -> None:
    """Raises PutBack while a request without an answer may still be carried out. Seconds since that became clear."""
    if last_sent is not None and last_sent < REST:
        raise PutBack("just_sent", wait=REST - last_sent)


def digest(key: str) -> str:
    """A key may be somebody's e-mail address: it is not kept in the clear."""
    return hashlib.sha256(key.strip().lower().encode()).hexdigest()
