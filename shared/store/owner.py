"""What an owner may ask for about one order. Runs inside an account."""

from __future__ import annotations

from psycopg import Connection

from shared.store.sql import query


def ask_again(connection: Connection, transfer: int) -> bool:
    """The owner's word: look at the order once more, something was mended, or it is not in the books.

    A document that is in the books is found and looked at again, also one that he changed there. Only where it is in no
    place of them, and could not be repeated safely, a new one goes, under a new reference. False if there is no such
    transfer.
    """
    return connection.execute(query("owner_asks"), {"transfer": transfer}).fetchone() is not None
