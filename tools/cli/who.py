"""Who types a command, for what the store keeps of it."""

from __future__ import annotations

import os
import pwd


def by_user(act: str) -> str:
    """As "apply by kim"."""
    return f"{act} by {user()}"


def user() -> str:
    """The operating system's, without the domain or host that some systems name with him."""
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # in a container that runs as a number
        name = ""
    return name.rpartition("\\")[2].partition("@")[0] or f"user {uid}"
