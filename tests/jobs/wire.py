"""A line to a server that can go dead: nothing comes through any more, and neither end is told."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import urllib.parse

LOOK_EVERY = 0.1
CHUNK = 65536


class Wire:
    """Listens on a port of its own and passes everything on to that of `url`, until it is cut."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._to = (parts.hostname, parts.port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._door]
        self._is_cut = threading.Event()
        self._ended = threading.Event()
        access = parts.netloc.rpartition("@")[0]
        self.url = parts._replace(netloc=f"{access}@127.0.0.1:{self._door.getsockname()[1]}").geturl()
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for one in self._sockets:
            one.close()
        for thread in self._threads:
            thread.join(timeout=2)

    def cut(self) -> None:
        self._is_cut.set()

    def mend(self) -> None:
        """What was under way comes through after all."""
        self._is_cut.clear()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while not self._ended.is_set():
                near, _ = self._door.accept()
                try:
                    far = socket.create_connection(self._to)
                except ConnectionRefusedError:
                    near.close()
                    continue
                self._sockets += [near, far]
                thread = threading.Thread(target=self._pass_on, args=(near, far), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with contextlib.suppress(OSError, ValueError):
            while not self._ended.is_set():
                ready, _, _ = select.select([near, far], [], [], LOOK_EVERY)
                if self._is_cut.is_set():
                    self._ended.wait(LOOK_EVERY)
                    continue
                for one in ready:
                    told = one.recv(CHUNK)
                    if not told:
                        near.close()
                        far.close()
                        return
                    other[one].sendall(told)
