"""The front door as a WSGI application: webhooks, health, metrics."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import psycopg
import structlog
from flask import Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST

from connectors.base import WebhookRequest
from connectors.registry import UnknownConnector, webhook_sender
from ingest.body import BodyCutShort, BodyTooLarge, read_body
from ingest.metrics import Metrics
from ingest.outage import Outage
from ingest.subscriptions import Subscriptions
from ingest.webhook import DATABASE_DOWN, NOT_STORED, PING, UNKNOWN_ADDRESS, WRONG_SETUP, End, Receiver
from shared.logs import configure_logs
from shared.sealing import Keyring, SealError
from shared.settings import settings
from shared.startup import open_database
from shared.store.database import ANSWER_WITHIN, Database, DatabaseDown

TOO_LARGE = End(413, "too_large", "the body is larger than SHOPLEDGER_MAX_BODY_BYTES")

log = structlog.get_logger()


def create_app(database: Database, receiver: Receiver, *, max_body_bytes: int) -> Flask:
    app = Flask("shopledger ingest", static_folder=None)
    metrics = Metrics()
    outage = Outage()

    @app.post("/webhooks/<public_id>")
    def webhook(public_id: str) -> Response:
        began = time.perf_counter()
        end = take(receiver, outage, public_id, max_body_bytes)
        metrics.count(end.name, time.perf_counter() - began)
        return Response(end.says + "\n", end.status, mimetype="text/plain")

    @app.get("/health/live")
    def live() -> Response:
        return Response("alive\n", mimetype="text/plain")

    @app.get("/health/ready")
    def ready() -> Response:
        try:
            is_ready, says = database.can_write(), "PostgreSQL only reads"
        except DatabaseDown as error:
            is_ready, says = False, str(error)
        return Response("ready\n" if is_ready else f"{says}\n", 200 if is_ready else 503, mimetype="text/plain")

    @app.get("/metrics")
    def numbers() -> Response:
        return Response(metrics.render(), content_type=CONTENT_TYPE_LATEST)

    return app


def take(receiver: Receiver, outage: Outage, public_id: str, max_body_bytes: int) -> End:
    """Reads the request's raw bytes and hands them on; every trouble has its end. Nothing is read of a stranger."""
    try:
        subscription = receiver.find(public_id)
        if subscription is None:
            return UNKNOWN_ADDRESS
        try:
            body = read_body(request.environ, max_body_bytes)
        except BodyTooLarge:
            return TOO_LARGE
        except BodyCutShort:
            return receiver.refuse(subscription)
        end = receiver.receive(public_id, subscription, WebhookRequest(headers(request.environ), body))
        if end is not PING:  # which never asks the database
            outage.ended()
        return end
    except DatabaseDown as error:
        outage.began(str(error))
        return DATABASE_DOWN
    except (SealError, UnknownConnector) as error:
        log.error("wrong_setup", problem=str(error))
        return WRONG_SETUP
    except psycopg.Error as error:
        log.error("not_stored", sqlstate=error.sqlstate, problem=type(error).__name__)
        return NOT_STORED


def headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers as connectors want them, straight from the WSGI variables; Werkzeug's are three times slower."""
    return {header: value for name, value in environ.items() if (header := header_name(name))}


@lru_cache(maxsize=1024)
def header_name(variable: str) -> str:
    """`HTTP_X_WC_TOPIC` is `x-wc-topic`; what is no header is empty."""
    if not variable.startswith("HTTP_") and variable != "CONTENT_TYPE":
        return ""
    return variable.removeprefix("HTTP_").replace("_", "-").lower()


def from_settings() -> Flask:
    """The application of one ingest process, put together from the environment."""
    chosen = settings()
    configure_logs(format=chosen.log_format, level=chosen.log_level)
    database = open_database("ingest", chosen.database_url, connections=chosen.ingest_connections, within=ANSWER_WITHIN)
    subscriptions = Subscriptions(database, Keyring.parse(chosen.secret_keys.get_secret_value()))
    return create_app(database, Receiver(database, subscriptions, webhook_sender), max_body_bytes=chosen.max_body_bytes)
