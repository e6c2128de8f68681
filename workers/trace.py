"""What a try has seen and done, readable whatever it ends with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.errors import ConnectionBroken, NeedsUser, Retry, Skip
from shared.store.claims import PlannedDocument, System


@dataclass(slots=True)
class Trace:
    #: The system that is being talked to.
    talks_to: System
    document: PlannedDocument | None
    #: For the log: original, normalised, sent, answered.
    stages: list[tuple[str, bytes | None]] = field(default_factory=list)
    #: What was frozen, or booked, was surely not carried out, neither now nor earlier.
    unsent: bool = False

    @contextlib.contextmanager
    def goes_out(self, *, is_first: bool) -> Iterator[None]:
        """Around a request that makes or books a document; `is_first`: none went out before that had no answer."""
        self.unsent = is_first
        try:
            yield
        except NeedsUser:
            # Had an earlier one been carried out, the same key would have brought its answer.
            self.unsent = True
            raise
        except (Retry, Skip, ConnectionBroken):
            raise
        except BaseException:  # no answer, or a mistake of ours while it was read: it may be there
            self.unsent = False
            raise
        self.unsent = False
