"""A private RabbitMQ node beside the machine's own: loopback only, all files in one folder, no orphan."""

import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import pika

from tools.servers.process import Child, Server, ServerError, free_port, listening, tail, wait_until

#: Debian's server itself; the wrapper of this name in /usr/sbin changes the user and goes to the machine's own node.
DEBIAN_BINARY = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
POLICY = Path("/usr/sbin/policy-rc.d")
USER = "shopledger"
MANAGEMENT = ("rabbitmq_management", "rabbitmq_prometheus")
START_TIMEOUT = 90.0
STOP_TIMEOUT = 30.0
EPMD_TIMEOUT = 10.0
MISSING = (
    "RabbitMQ is not installed. On Debian or Ubuntu, as root: apt-get install --no-install-recommends rabbitmq-server. "
    "Elsewhere install RabbitMQ 3.10 or later so that `rabbitmq-server` and `epmd` are on the PATH, and run this again."
)


class RabbitServer(Server):
    """One node in one folder; an object keeps its ports and its password across restarts."""

    def __init__(self, folder: Path, *, plugins: Sequence[str] = MANAGEMENT, throw_away: Path | None = None) -> None:
        """Without `plugins` it stops in one second instead of six, but has no management page."""
        self.folder = folder.resolve()
        self.password = secrets.token_urlsafe(24)
        self.port, self.epmd_port, self._dist_port = free_port(), free_port(), free_port()
        self._management_port, self._prometheus_port = free_port(), free_port()
        self._plugins = tuple(plugins)
        self._throw_away = throw_away
        self._log = self.folder / "rabbitmq.log"
        self._epmd: Child | None = None
        self._node: Child | None = None

    @property
    def pid(self) -> int:
        return self._alive().pid

    @property
    def management_url(self) -> str | None:
        """The HTTP API, credentials included; None without the plugin."""
        if "rabbitmq_management" not in self._plugins:
            return None
        return f"http://{USER}:{self.password}@127.0.0.1:{self._management_port}"

    def amqp_url(self, vhost: str = "/") -> str:
        return f"amqp://{USER}:{self.password}@127.0.0.1:{self.port}/{quote(vhost, safe='')}"

    def start(self) -> None:
        """Start the node on what its folder holds; return when it lets us in."""
        if self._epmd is not None:
            raise ServerError(f"RabbitMQ in {self.folder} is already started")
        binary = find_rabbitmq()
        self._write_configuration()
        self._start_epmd()
        self._node = self._child([str(binary)], signal.SIGTERM)
        if not wait_until(self._answers, self._node, START_TIMEOUT):
            self.kill()
            raise ServerError(f"RabbitMQ did not start; the end of {self._log}:\n{tail(self._log)}")

    def stop(self) -> None:
        """Orderly: the node closes its connections and flushes its queues."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """What a crash does; durable queues and confirmed persistent messages are there after the next start."""
        self._end(signal.SIGKILL)

    def suspend(self) -> None:
        """Make the broker hang: connections stay open and nothing answers."""
        self._alive().send(signal.SIGSTOP)

    def resume(self) -> None:
        self._alive().send(signal.SIGCONT)

    def _alive(self) -> Child:
        if self._node is None:
            raise ServerError(f"RabbitMQ in {self.folder} is not started")
        return self._node

    def _end(self, number: signal.Signals) -> None:
        for child in (self._node, self._epmd):
            if child is not None:
                child.send(signal.SIGCONT)
                child.end(number, STOP_TIMEOUT)
        self._node = self._epmd = None

    def _start_epmd(self) -> None:
        """Our own port mapper: the one that Erlang starts by itself would stay behind."""
        command = [_tool("epmd"), "-address", "127.0.0.1", "-port", str(self.epmd_port)]
        self._epmd = self._child(command, signal.SIGKILL)
        if not wait_until(lambda: listening(self.epmd_port), self._epmd, EPMD_TIMEOUT):
            self.kill()
            raise ServerError(f"epmd did not start; the end of {self._log}:\n{tail(self._log)}")

    def _child(self, command: list[str], orphaned: signal.Signals) -> Child:
        return Child(
            command,
            log=self._log,
            env=self._environment(),
            orphaned=signal.SIGKILL if self._throw_away else orphaned,
            throw_away=self._throw_away,
        )

    def _write_configuration(self) -> None:
        for name in ("home", "config", "log", "mnesia"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "enabled_plugins").write_text(f"[{','.join(self._plugins)}].\n")
        permissions = {"user": USER, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
        user = {"name": USER, "password": self.password, "tags": ["administrator"]}
        definitions = self.folder / "definitions.json"
        definitions.touch(mode=0o600)
        definitions.write_text(json.dumps({"users": [user], "vhosts": [{"name": "/"}], "permissions": [permissions]}))
        settings: dict[str, object] = {
            "load_definitions": definitions,
            "vm_memory_high_watermark.absolute": "1GB",
            "disk_free_limit.absolute": "50MB",
            "log.console": "false",
        }
        if "rabbitmq_management" in self._plugins:
            settings |= {"management.tcp.ip": "127.0.0.1", "management.tcp.port": self._management_port}
        if "rabbitmq_prometheus" in self._plugins:
            settings |= {"prometheus.tcp.ip": "127.0.0.1", "prometheus.tcp.port": self._prometheus_port}
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        (self.folder / "rabbitmq.conf").write_text("".join(lines))

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(folder / "home"),
            # No Erlang started here may start a port mapper: it would be a daemon that outlives us.
            "ERL_AFLAGS": "-start_epmd false",
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"shopledger{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_PID_FILE": str(folder / "node.pid"),
            "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "feature_flags"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "config"),
            # Makes the script exec Erlang, so that the pid we know is the node's.
            "RUNNING_UNDER_SYSTEMD": "true",
            # Without it the port for other nodes and tools listens on every address.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _answers(self) -> bool:
        if not listening(self.port):
            return False
        try:
            pika.BlockingConnection(pika.URLParameters(self.amqp_url())).close()
        except pika.exceptions.AMQPError:
            return False
        return True


def find_rabbitmq() -> Path:
    """The server's start script, or an error that says how to get it."""
    if DEBIAN_BINARY.exists():
        return DEBIAN_BINARY
    found = shutil.which("rabbitmq-server")
    if found is None:
        raise ServerError(MISSING)
    return Path(found)


def install_rabbitmq() -> Path:
    """Find the server; as root on Debian install it if need be, without starting the packaged service."""
    try:
        return find_rabbitmq()
    except ServerError:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    ours = not POLICY.exists()
    try:
        if ours:
            POLICY.write_text("#!/bin/sh\nexit 101\n")
            POLICY.chmod(0o755)
        for command in (["update"], ["install", "-y", "--no-install-recommends", "rabbitmq-server"]):
            done = subprocess.run(["apt-get", "-q", *command], env=environment, capture_output=True, text=True)
            if done.returncode:
                raise ServerError(f"apt-get {command[0]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}\n{MISSING}")
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)
    return find_rabbitmq()


def _tool(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin:/bin")
    if found is None:
        raise ServerError(MISSING)
    return found
