"""What a process of the line is told by the harness that runs it, and how it notices that the harness is gone."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

#: The variable in which it stands.
VARIABLE = "CHAOS_PART"
#: Seconds between two looks at who our parent is.
LOOK_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """One process under its supervisor."""

    #: "worker 1"
    name: str
    #: Where sentences lie, and the kill log.
    folder: Path
    lease: float
    #: The name of a break, or nothing.
    broken: str = ""

    @classmethod
    def here(cls) -> Part:
        said = json.loads(os.environ[VARIABLE])
        return cls(said["name"], Path(said["folder"]), said["lease"], said["broken"])

    def as_environment(self) -> dict[str, str]:
        said = {"name": self.name, "folder": str(self.folder), "lease": self.lease, "broken": self.broken}
        return {VARIABLE: json.dumps(said)}


def die_with_parent() -> None:
    """Dramatiq's worker would outlive its master when that is killed alone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="parent", daemon=True).start()
