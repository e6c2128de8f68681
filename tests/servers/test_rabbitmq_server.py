"""The private RabbitMQ: it keeps what it confirmed, listens on loopback only and leaves nothing behind."""

import contextlib
import subprocess
import sys
from pathlib import Path

import httpx
import pika
import pytest

from tests.servers.test_postgres_server import wait_for
from tests.support.servers import Rabbit
from tools.servers import guard
from tools.servers import rabbitmq as launcher
from tools.servers.process import ServerError, listening
from tools.servers.rabbitmq import RabbitServer, install_rabbitmq

REPOSITORY = Path(__file__).parents[2]
#: 127.0.0.1 as the kernel's tables have it.
LOOPBACK = "0100007F"
#: Starts a node, says its pids as soon as they exist, and stays.
PARENT = """
import pathlib, sys, threading, time
from tools.servers.process import ServerError
from tools.servers.rabbitmq import RabbitServer
folder = pathlib.Path(sys.argv[1])
server = RabbitServer(folder, throw_away=folder)
threading.Thread(target=server.start, daemon=True).start()
while True:
    try:
        print(server.pid, server.epmd_port, flush=True)
        break
    except ServerError:
        time.sleep(0.01)
sys.stdin.read()
"""


def test_a_worker_has_a_vhost_of_its_own(rabbitmq: Rabbit, worker: str) -> None:
    # Given the node of the run, When this worker declares a queue
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.amqp_url)) as connection:
        connection.channel().queue_declare("here")
    # Then the management page shows it in the worker's vhost
    answer = httpx.get(f"{rabbitmq.management_url}/api/queues/{worker}/here")
    assert (answer.status_code, answer.json()["vhost"]) == (200, worker)


def test_starts_again_on_what_a_kill_left_and_then_stops(own_rabbitmq: RabbitServer) -> None:
    # Given a node that is in use
    use(own_rabbitmq)
    pid = own_rabbitmq.pid
    # When it is killed and started again
    own_rabbitmq.kill()
    assert not guard.started(pid)
    own_rabbitmq.start()
    # Then it can be used as before. (That the queue itself is there is not promised: the node writes down new queues
    # some time after it has confirmed them.)
    use(own_rabbitmq)
    # And it listens on loopback only
    assert _listens_on(own_rabbitmq.pid) == {LOOPBACK}
    # And when it is stopped, nobody listens, and no port mapper of its own stays behind
    own_rabbitmq.stop()
    assert not listening(own_rabbitmq.port)
    assert not listening(own_rabbitmq.epmd_port)


def use(server: RabbitServer) -> None:
    """A confirmed message goes in and comes out."""
    with pika.BlockingConnection(pika.URLParameters(server.amqp_url())) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("used", durable=True)
        channel.queue_purge("used")
        channel.basic_publish("", "used", b"42", pika.BasicProperties(delivery_mode=2), mandatory=True)
        assert channel.basic_get("used", auto_ack=True)[2] == b"42"


def test_a_missing_server_is_explained(monkeypatch: pytest.MonkeyPatch, own_folder: Path) -> None:
    # Given a machine that is not Debian and has no RabbitMQ
    monkeypatch.setattr(launcher, "DEBIAN_BINARY", own_folder / "rabbitmq-server")
    monkeypatch.setenv("PATH", str(own_folder))
    # When it is to be installed, Then the error says how
    with pytest.raises(ServerError, match="apt-get install --no-install-recommends rabbitmq-server"):
        install_rabbitmq()


def test_dies_with_a_parent_that_is_killed(own_folder: Path) -> None:
    # Given a node, and its port mapper, that another process started
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(own_folder / "rabbitmq")],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid, epmd_port = map(int, parent.stdout.readline().split())
        assert guard.started(pid)
        assert listening(epmd_port)
        # When that process is killed
        parent.kill()
    # Then both are gone
    wait_for(lambda: not guard.started(pid) and not listening(epmd_port))


def _listens_on(pid: int) -> set[str]:
    """The addresses, as the kernel writes them, on which a process accepts connections."""
    sockets = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            sockets.add(link.readlink().name)
    tables = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    rows = [line.split() for line in tables.splitlines()]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}
