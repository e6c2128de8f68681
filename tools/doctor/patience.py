"""Asks several at a time, and waits for none of them longer than it is worth: who hangs is told of, and left behind."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from shared.domain.findings import Finding
from tools.doctor.report import failing

#: So many questions are under way at once.
AT_ONCE = 8
#: Seconds that the answer to one of them may take in all.
LONGEST = 30.0

Ask = Callable[[], Iterable[Finding]]


class Question:
    """Asked from now on, in a thread that nobody has to wait for."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._found: list[Finding] = []
        self._done = threading.Event()
        self._give_up = time.monotonic() + LONGEST
        threading.Thread(target=self._run, name="doctor", daemon=True).start()

    def answer(self) -> list[Finding]:
        """What was found; where that took too long, as much as was found by then."""
        is_done = self._done.wait(max(0.0, self._give_up - time.monotonic()))
        found = list(self._found)
        if not is_done:
            says = f"It did not answer all questions within {LONGEST:.0f} s."
            remedy = (
                "Look whether it is up, overloaded, or behind a firewall that drops; then `shopledger doctor` again."
            )
            found.append(failing("answer", says, remedy))
        return found

    def _run(self) -> None:
        try:
            for finding in self._ask():
                self._found.append(finding)
        except Exception as error:
            says = f"It could not be looked at: a mistake of ours ({type(error).__name__})."
            self._found.append(failing("shopledger", says, "Please tell support. All else was looked at."))
        finally:
            self._done.set()


def answers(asks: Iterable[Ask]) -> Iterator[list[Finding]]:
    """In the order of the questions."""
    waiting = iter(asks)
    under_way = deque(Question(ask) for ask in islice(waiting, AT_ONCE))
    while under_way:
        yield under_way.popleft().answer()
        under_way.extend(Question(ask) for ask in islice(waiting, 1))
