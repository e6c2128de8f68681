"""The demo's folder, emptied of what the last demo left behind, and of nothing else."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from tools.cli.place import Chosen, demo_folder
from tools.cli.problems import Exit, Problem
from tools.demo.mark import MARK, SAYS, is_marked
from tools.embedded.folder import LOCK, DataFolder

#: Everything that a demo makes beside its mark and the lock.
MADE = ("postgres", "rabbitmq", "secrets", "shop.yaml", "shopledger.log", "secret-keys", "app-password", "running.json")
#: A run that was killed leaves a file under its first name, or the trial whether it may write.
HALF_MADE = {f"{name}.new" for name in MADE}
TRIAL = ".may-write-"
#: Seconds that another command may look whether the folder is free.
GLANCE = 1.0
#: Seconds in which the servers of a killed demo have ended, which write where is deleted.
ORPHANS_END_WITHIN = 20.0
LOOK_EVERY = 0.05


def fresh_folder(chosen: Chosen) -> DataFolder:
    """What the last demo left behind is gone; where there is anything else, nothing is. Raises Problem."""
    folder = demo_folder(chosen.settings) if chosen.data is None else DataFolder(chosen.data)
    if folder.path.exists():
        left_behind(folder.path)
    folder.prepare()
    with folder.held(patience=GLANCE) as is_ours:
        if not is_ours:
            raise runs_already(folder)
        old = left_behind(folder.path)
        (folder.path / MARK).write_text(SAYS)
        for path in old:
            remove(path)
    return folder


def left_behind(folder: Path) -> list[Path]:
    """What a demo made in there. Raises Problem where the folder or anything in it is not a demo's."""
    found = [path for path in folder.iterdir() if path.name not in (MARK, LOCK)]
    has_mark = (folder / MARK).is_symlink() or (folder / MARK).exists()
    if (found or has_mark) and not is_marked(folder):
        raise Problem(
            f"{folder} holds something that is no demo's: name an empty or a new folder with --data",
            Exit.CANNOT_CREATE,
        )
    for path in found:
        if path.is_symlink() or not _is_made_by_a_demo(path.name):
            raise Problem(
                f"a demo was in {folder}, but {path.name!r} is not from it: move that away, or name another folder with"
                " --data; nothing was deleted",
                Exit.CANNOT_CREATE,
            )
    return found


def runs_already(folder: DataFolder) -> Problem:
    return Problem(f"a demo runs in {folder.path} already: end that one first", Exit.UNAVAILABLE)


def remove(path: Path) -> None:
    """Links in it are removed and not followed; a server that is just ending may still write there. Raises OSError."""
    give_up = time.monotonic() + ORPHANS_END_WITHIN
    while path.exists():
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except PermissionError:
            raise
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(LOOK_EVERY)


def _is_made_by_a_demo(name: str) -> bool:
    return name in MADE or name in HALF_MADE or name.startswith(TRIAL)
