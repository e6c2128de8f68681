"""Makes a PostgreSQL cluster: all of it, or nothing that anybody could take for one."""

from __future__ import annotations

import functools
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tools.servers.process import PAUSE, Child, ServerError, tail
from tools.servers.unprivileged import FALLBACK_USER, Identity, identity, identity_options, prefix

SUPERUSER = "postgres"
#: The first version with a locale of its own, the same on every system.
BUILTIN_LOCALE_SINCE = 17


def make_cluster(cluster: Path, binaries: Path, *, password: Path, log: Path, fast: bool) -> None:
    """Under another name at first: PG_VERSION, by which a cluster is known, is among the first files of one.

    `fast`: nobody wants it back after the machine has crashed. Raises ServerError.
    """
    for left_over in cluster.parent.glob(f"{cluster.name}.new-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    own(cluster.parent)
    check_reach(binaries, cluster.parent)
    new = cluster.with_name(f"{cluster.name}.new-{secrets.token_hex(4)}")
    command = [str(binaries / "initdb"), "-E", "UTF8", "-U", SUPERUSER, "-D", str(new), "--auth=scram-sha-256"]
    command += [f"--pwfile={password}", *_locale(binaries), *(["--no-sync"] if fast else [])]
    child = Child([*prefix(), *command], log=log, identity=identity(), orphaned=signal.SIGKILL)
    while not child.has_ended():
        time.sleep(PAUSE)
    if child.end_group():
        shutil.rmtree(new, ignore_errors=True)
        raise ServerError(f"initdb failed; the end of {log}:\n{tail(log, 4)}")
    new.rename(cluster)


def own(folder: Path) -> None:
    """As root the files must belong to whom the server runs as, also when that was another the last time."""
    if os.geteuid() == 0:
        who = identity() or Identity(0, 0)
        for path in (folder, *folder.rglob("*")):
            if path.lstat().st_uid != who.uid:
                os.chown(path, who.uid, who.gid, follow_symlinks=False)


def check_reach(binaries: Path, folder: Path) -> None:
    """Root where user namespaces are refused becomes somebody who may not go everywhere. Raises ServerError."""
    if identity() is None:
        return
    for path, what in (
        (binaries / "initdb", "install it where everybody may read, or set SHOPLEDGER_POSTGRES_BIN"),
        (folder, "choose one that everybody may pass, below /var/lib for instance"),
    ):
        done = subprocess.run(["test", "-x", str(path)], cwd="/", **identity_options(identity()))
        if done.returncode:
            raise ServerError(
                f"PostgreSQL refuses to run as root, so it runs as {FALLBACK_USER}, who may not reach {path}: {what},"
                " or run this as another user"
            )


@functools.cache
def major_version(binaries: Path) -> int:
    """The major version of the binaries in this folder."""
    told = subprocess.run([str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"(\d+)", told)
    if match is None:
        raise ServerError(f"no version in the answer of {binaries}/postgres: {told}")
    return int(match[1])


def _locale(binaries: Path) -> list[str]:
    if major_version(binaries) < BUILTIN_LOCALE_SINCE:
        return ["--locale=C.UTF-8"]
    return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
