"""How root runs what refuses to run as root, without adding a user to the system."""

import functools
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from typing import TypedDict

#: Inside, the process is user 1000; outside, its files stay root's, so no folder's rights need to change.
USER_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
#: Where user namespaces are refused: who the process becomes instead.
FALLBACK_USER = "nobody"


@dataclass(frozen=True)
class Identity:
    """A user and group to run as."""

    uid: int
    gid: int


class IdentityOptions(TypedDict, total=False):
    """What `subprocess` needs to change the identity."""

    user: int
    group: int
    extra_groups: list[int]


@functools.cache
def user_namespaces_work() -> bool:
    """Containers and hardened kernels often refuse them; only trying tells."""
    if shutil.which(USER_NAMESPACE[0]) is None:
        return False
    return subprocess.run([*USER_NAMESPACE, "true"], capture_output=True).returncode == 0


def prefix() -> tuple[str, ...]:
    """What to put before a command that refuses root."""
    return USER_NAMESPACE if os.geteuid() == 0 and user_namespaces_work() else ()


def identity() -> Identity | None:
    """Who a command that refuses root has to become; None when it may stay who we are."""
    if os.geteuid() != 0 or user_namespaces_work():
        return None
    user = pwd.getpwnam(FALLBACK_USER)
    return Identity(user.pw_uid, user.pw_gid)


def identity_options(who: Identity | None) -> IdentityOptions:
    """The same for `subprocess.run` and `Popen`."""
    return {} if who is None else {"user": who.uid, "group": who.gid, "extra_groups": []}
