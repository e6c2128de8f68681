"""How a mistake of ours is told without a word of a customer."""

from __future__ import annotations

import traceback

#: Our packages: wherever they are installed, these are the last folders of a file's path.
OURS = {"workers", "shared", "connectors", "tests"}


def told_safely(error: Exception) -> str:
    """The kind of a mistake and its innermost place in our code; its text may hold a customer's data.

    "KeyError at workers/order_steps.py:70"
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if OURS & set(frame.filename.split("/")[-4:-1])] or frames
    place = "/".join(ours[-1].filename.split("/")[-2:])
    return f"{type(error).__name__} at {place}:{ours[-1].lineno}"
