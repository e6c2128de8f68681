"""The data folder: one shop's PostgreSQL, the keys that seal its credentials, and who works there just now."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from tools.cli.problems import Exit, Problem

#: Whoever has the folder holds this file.
LOCK = "lock"
#: Bytes that a new folder needs: PostgreSQL's own, and some room for orders.
ROOM = 200 * 1024 * 1024
#: Seconds that a command waits for another one to be done with the folder.
PATIENCE = 30.0
LOOK_EVERY = 0.05


#: What runs PostgreSQL there: `up` for long, any other command for as long as it lasts.
Use = Literal["up", "command"]


@dataclass(frozen=True, slots=True)
class Holder:
    use: Use
    pid: int
    postgres_port: int
    #: Where ingest listens: "http://127.0.0.1:8080"; empty for a command.
    address: str = ""


class DataFolder:
    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def log(self) -> Path:
        return self.path / "shopledger.log"

    @property
    def is_made(self) -> bool:
        return (self.postgres / "cluster" / "PG_VERSION").exists()

    @property
    def secret_keys(self) -> str:
        """As SHOPLEDGER_SECRET_KEYS has them. Without this file nobody can read the credentials any more."""
        return self._secret("secret-keys", lambda: f"own:{base64.b64encode(secrets.token_bytes(32)).decode()}")

    @property
    def app_password(self) -> str:
        return self._secret("app-password", lambda: secrets.token_urlsafe(24))

    def prepare(self) -> None:
        """Makes it. Raises Problem where that cannot be done."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o711)
            probe = self.path / ".may-write"
            probe.write_bytes(b"")
            probe.unlink()
        except PermissionError:
            raise Problem(
                f"no right to write in the data folder {self.path}: choose another with --data, or give it to"
                f" user {os.geteuid()}",
                Exit.NO_PERMISSION,
            ) from None
        except OSError as error:
            raise Problem(f"the data folder {self.path} cannot be used: {error.strerror}", Exit.CANNOT_CREATE) from None
        free = shutil.disk_usage(self.path).free
        if not self.is_made and free < ROOM:
            raise Problem(
                f"the disk of the data folder {self.path} has {free // 2**20} MB left, and at least {ROOM // 2**20} are"
                " needed: free some, or choose another folder with --data",
                Exit.CANNOT_CREATE,
            )

    @contextlib.contextmanager
    def held(self, *, patience: float = 0.0) -> Iterator[bool]:
        """Whether this process has the folder for itself now; False when another one keeps it."""
        with (self.path / LOCK).open("a") as lock:
            yield _locked(lock.fileno(), time.monotonic() + patience)

    def is_held(self) -> bool:
        """Whether some process has the folder now."""
        with self.held() as mine:
            return not mine

    def tell(self, holder: Holder) -> None:
        """Who holds the folder says how it is reached."""
        new = self._holder_file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(holder)))
        new.replace(self._holder_file)

    def forget(self) -> None:
        self._holder_file.unlink(missing_ok=True)

    def holder(self) -> Holder | None:
        """Who said so last; to be believed only while somebody has the folder."""
        try:
            return Holder(**json.loads(self._holder_file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    @property
    def _holder_file(self) -> Path:
        return self.path / "running.json"

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        path = self.path / name
        if not path.exists():
            new = path.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_text(make())
            new.replace(path)
        return path.read_text()


def _locked(descriptor: int, give_up: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= give_up:
                return False
            time.sleep(LOOK_EVERY)
