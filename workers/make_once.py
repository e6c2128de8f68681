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
from workers.hand import LEASE, LeaseLost, PutBack

#: Seconds after a request without an answer in which it may still be carried out: nothing is sent again before.
REST = 15.0
#: Seconds after which a system no longer knows the idempotency key: from then on only the owner can tell.
RESEND_WITHIN = 55 * 60.0
#: Seconds until the next look when another worker makes the same.
LOOK_AGAIN = 0.7


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
    ) -> str:
        """The number of what `create(request, idempotency key)` made, now or earlier; call it after a look-up in vain.

        `still_there(number)` is asked about what was made earlier. Raises PutBack while another worker makes it, and
        what `create` raises.
        """
        holder = uuid.uuid4()
        which = self._where | {"kind": what, "key": digest(key)}
        verdict, made, frozen, idempotency_key, first_sent = self._ask(
            "guard", which | {"holder": holder, "hold": LEASE, "request": request, "idempotency_key": str(holder)}
        )
        if verdict == "busy":
            raise PutBack("being_made", wait=LOOK_AGAIN, what=what)
        if verdict == "made":
            if still_there(made):
                return str(made)
            self._ask("forget_guard", which | {"external_id": made})
            raise PutBack("being_made", what=what)
        settled: dict[str, Any] = which | {"holder": holder, "external_id": None, "unsent": False}
        try:
            refuse_unsafe_repeat(first_sent, first_sent, reference=f"the {what}")
            number = create(frozen, idempotency_key)
        except (OutcomeUnknown, LeaseLost):
            self._ask("settle_guard", settled)
            raise
        except Fate:
            self._ask("settle_guard", settled | {"unsent": first_sent is None})
            raise
        self._ask("settle_guard", settled | {"external_id": number})
        return number

    def _ask(self, name: str, values: dict[str, Any]) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._database.run(lambda c: c.execute(query(name), values).fetchone())
        assert row is not None
        return row


def refuse_unsafe_repeat(first_sent: float | None, last_sent: float | None, *, reference: str) -> None:
    """Before the same bytes go out again, after a look-up in vain: seconds since they went out first and last.

    Raises PutBack while the first may still be carried out, NeedsUser when the system has forgotten its key.
    """
    if last_sent is not None and last_sent < REST:
        raise PutBack("just_sent", wait=REST - last_sent)
    if first_sent is not None and first_sent > RESEND_WITHIN:
        raise NeedsUser("outcome_unproven", REASONS["outcome_unproven"].says(reference=reference))


def digest(key: str) -> str:
    """A key may be somebody's e-mail address: it is not kept in the clear."""
    return hashlib.sha256(key.strip().casefold().encode()).hexdigest()
