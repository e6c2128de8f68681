"""The data folder: one shop's PostgreSQL, the keys that seal its credentials, and who works there just now."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from shared.sealing import Keyring, SealError
from tools.cli.problems import Exit, Problem

#: Whoever has the folder holds this file.
LOCK = "lock"
#: What opens the credentials.
KEYS = "secret-keys"
#: Bytes that a new folder needs (PostgreSQL's own, and some room for orders), and without which none can be started.
ROOM = 200 * 1024 * 1024
LEAST = 20 * 1024 * 1024
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
        """As SHOPLEDGER_SECRET_KEYS has them; without them nobody can read the credentials any more. Raises Problem."""
        path = self.path / KEYS
        if self.is_made and not path.exists():
            raise Problem(f"{path} is missing: {self._back_from_backup}", Exit.WRONG_CONFIGURATION)
        return self._secret(KEYS, lambda: f"own:{base64.b64encode(secrets.token_bytes(32)).decode()}")

    @property
    def keyring(self) -> Keyring:
        """Raises Problem."""
        try:
            return Keyring.parse(self.secret_keys.strip())
        except SealError:
            says = f"{self.path / KEYS} holds no keys: {self._back_from_backup}"
            raise Problem(says, Exit.WRONG_CONFIGURATION) from None

    @property
    def app_password(self) -> str:
        return self._secret("app-password", lambda: secrets.token_urlsafe(24))

    def prepare(self) -> None:
        """Makes it. Raises Problem where that cannot be done, or it is somebody else's."""
        try:
            if not self.path.exists():
                self.path.mkdir(parents=True)
                # Whom PostgreSQL runs as in root's place has to pass.
                self.path.chmod(0o711)
            probe = self.path / f".may-write-{os.getpid()}"
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
        self._refuse_root_in_a_users_folder()
        self._look_at_the_disk()

    @contextlib.contextmanager
    def held(self, *, patience: float = 0.0, unless: Callable[[], bool] = lambda: False) -> Iterator[bool]:
        """Whether this process has the folder for itself now.

        False when another one keeps it for so long, or as soon as `unless` holds.
        """
        lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield _locked(lock, fcntl.LOCK_EX, time.monotonic() + patience, unless)
        finally:
            os.close(lock)

    def is_held(self) -> bool:
        """Whether some process has the folder now. Looking does not disturb who else looks."""
        try:
            lock = os.open(self.path / LOCK, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not _locked(lock, fcntl.LOCK_SH, 0.0, lambda: True)
        finally:
            os.close(lock)

    def running(self) -> Holder | None:
        """The `up` that has the folder now, once it can be reached."""
        holder = self.holder()
        return holder if holder is not None and holder.use == "up" and self.is_held() else None

    def tell(self, holder: Holder) -> None:
        """Who holds the folder says how it is reached."""
        _write(self._holder_file, json.dumps(asdict(holder)))

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

    @property
    def _back_from_backup(self) -> str:
        return (
            "put it back from your backup, for it opens all credentials. If there is none, make a new one"
            f' (echo "new:$(openssl rand -base64 32)" > {self.path / KEYS}) and apply your file again'
        )

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        path = self.path / name
        if not path.exists():
            _write(path, make())
        return path.read_text()

    def _refuse_root_in_a_users_folder(self) -> None:
        owner = self.path.stat().st_uid
        if os.geteuid() == 0 and owner != 0:
            try:
                name = pwd.getpwuid(owner).pw_name
            except KeyError:
                name = str(owner)
            raise Problem(
                f"the data folder {self.path} belongs to {name}, who could not use it any more if root did: run this as"
                f" {name}, or choose another folder with --data",
                Exit.NO_PERMISSION,
            )

    def _look_at_the_disk(self) -> None:
        free, needed = shutil.disk_usage(self.path).free, LEAST if self.is_made else ROOM
        if free < needed:
            raise Problem(
                f"the disk of the data folder {self.path} has {free // 2**20} MB left, and at least {needed // 2**20}"
                " are needed: free some, or choose another folder with --data",
                Exit.CANNOT_CREATE,
            )


def _write(path: Path, text: str) -> None:
    """All of it or nothing, and for nobody else."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _locked(descriptor: int, how: int, give_up: float, unless: Callable[[], bool]) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= give_up or unless():
                return False
            time.sleep(LOOK_EVERY)
