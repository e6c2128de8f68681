"""What RabbitMQ takes: the relay's messages, ready made, with confirms that come as they come, and nothing else.

`python -m bench.bare_publisher COUNT` prints the seconds that it took, all of them under way at once: in batches of the
relay's size it is as fast or slower. Its broker is the services' (`SHOPLEDGER_BROKER_URL`).
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import pika

from shared.publisher import PERSISTENT
from shared.queue import Queue, message_for


class Publishing:
    def __init__(self, url: str, bodies: list[bytes]) -> None:
        self._bodies = bodies
        self._confirmed = 0
        self.seconds = 0.0
        self._connection = pika.SelectConnection(pika.URLParameters(url), on_open_callback=self._opened)
        self._connection.ioloop.start()

    def _opened(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._ready)

    def _ready(self, channel: Any) -> None:
        channel.confirm_delivery(self._answered, callback=lambda _: self._send(channel))

    def _send(self, channel: Any) -> None:
        self._began = time.perf_counter()
        for body in self._bodies:
            channel.basic_publish("", Queue.ORDERS, body, PERSISTENT, mandatory=True)

    def _answered(self, frame: Any) -> None:
        tag = frame.method.delivery_tag
        self._confirmed = max(self._confirmed, tag) if frame.method.multiple else self._confirmed + 1
        if self._confirmed == len(self._bodies):
            self.seconds = time.perf_counter() - self._began
            self._connection.ioloop.stop()


def main() -> None:
    count = int(sys.argv[1])
    bodies = [
        message_for(Queue.ORDERS, account=1, connection=1, transfer=at, order=str(at), reason="new").encode()
        for at in range(count)
    ]
    print(Publishing(os.environ["SHOPLEDGER_BROKER_URL"], bodies).seconds)


if __name__ == "__main__":
    main()
