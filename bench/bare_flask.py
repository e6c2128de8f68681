"""What cannot be avoided: Flask, the signature, one insert, one commit. The yardstick for ingest."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from base64 import b64encode

import psycopg
from flask import Flask, Response, request

_local = threading.local()


def make() -> Flask:
    app = Flask("bare")
    url, secret = os.environ["BARE_DATABASE_URL"], os.environ["BARE_SECRET"].encode()

    @app.post("/bare")
    def take() -> Response:
        body = request.get_data(cache=False)
        signed = b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()
        if not hmac.compare_digest(signed, request.headers["X-WC-Webhook-Signature"]):
            return Response(status=401)
        if not hasattr(_local, "connection"):
            _local.connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        key = hashlib.sha256(body).digest()
        _local.connection.execute("insert into inbox (key, body) values (%b, %b)", [key, body])
        return Response("taken\n", mimetype="text/plain")

    return app
