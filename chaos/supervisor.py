"""One process of the line under the harness: kept running, and struck."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from chaos.part import Part
from tests.support.processes import ROOT
from tools.services import supervisor

#: It starts again at once, as a container would, unless it ended at once (its database is away).
MANNERS = supervisor.Manners(look_every=0.02, breathe=0.2, longest=0.2, at_once=1.0)


class Supervised(supervisor.Supervised):
    def __init__(self, module: str, part: Part, environment: Mapping[str, str], log: Path) -> None:
        env = {**environment, **part.as_environment(), "PYTHONPATH": str(ROOT)}
        super().__init__(part.name, [sys.executable, "-m", module], env, log=log, manners=MANNERS)

    def kill(self) -> bool:
        """The whole group at once; False when nothing was running."""
        return self.send(signal.SIGKILL)

    def suspend(self) -> bool:
        return self.send(signal.SIGSTOP)

    def resume(self) -> bool:
        return self.send(signal.SIGCONT)

    def end(self) -> None:
        self.stop(patience=0.0)
