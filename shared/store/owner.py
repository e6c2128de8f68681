"""What an owner may ask for about one order. Runs inside an account."""

from __future__ import annotations

from psycopg import Connection

from shared.store.sql import query


def send_again(connection: Connection, transfer: int) -> bool:
    """The owner's word that a document whose making was never answered is not in the books, or that something was
    mended: the transfer goes once more. An order that is in the books already stays the one it is.

    False if there is no such transfer, or a worker has it in hand just now.
    """
    return connection.execute(query("owner_sends_again"), {"transfer": transfer}).fetchone() is not None
