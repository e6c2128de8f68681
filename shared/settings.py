"""Every setting of the services, read from the environment (`SHOPLEDGER_...`) or from files in a secrets folder."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOPLEDGER_", env_ignore_empty=True)

    database_url: Annotated[
        SecretStr, Field(description="PostgreSQL, logged in as shopledger_app: postgresql://shopledger_app:...@host/db")
    ]
    admin_database_url: Annotated[
        SecretStr | None, Field(description="The same database as an administrator; only `migrate` uses it.")
    ] = None
    broker_url: Annotated[SecretStr, Field(description="RabbitMQ: amqp://user:password@host:5672/vhost")] = SecretStr(
        "amqp://guest:guest@127.0.0.1:5672/%2F"
    )
    management_url: Annotated[
        SecretStr | None, Field(description="RabbitMQ's management page with its login; only `definitions` uses it.")
    ] = None
    secret_keys: Annotated[
        SecretStr,
        Field(
            description="Keys that seal credentials, newest first: name:base64 of 32 bytes, comma between."
            " Drop an old key only after everything was sealed anew."
        ),
    ]
    log_format: Annotated[Literal["console", "json"], Field(description="How log lines look.")] = "json"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="Lines below this level are left out.")
    ] = "info"
    ingest_host: Annotated[str, Field(description="Where ingest listens.")] = "127.0.0.1"
    ingest_port: Annotated[int, Field(ge=0, le=65535, description="Where ingest listens.")] = 8080
    ingest_workers: Annotated[int, Field(ge=1, le=64, description="Processes that take webhooks.")] = 2
    ingest_threads: Annotated[
        int, Field(ge=1, le=512, description="Webhooks that each of them reads at once, slow lines included.")
    ] = 16
    ingest_connections: Annotated[
        int, Field(ge=1, le=64, description="Webhooks that each of them stores at once: its database connections.")
    ] = 4
    max_body_bytes: Annotated[int, Field(ge=1024, description="A webhook's body above this is refused with 413.")] = (
        5 * 1024 * 1024
    )
    worker_threads: Annotated[int, Field(ge=1, le=256, description="Messages that one worker handles at once.")] = 8
    worker_metrics_port: Annotated[
        int, Field(ge=0, le=65535, description="Where a worker serves its metrics; 0: nowhere.")
    ] = 0
    scheduler_tick_seconds: Annotated[
        float, Field(gt=0, le=60, description="How often the scheduler looks at its clock.")
    ] = 1.0


@cache
def settings() -> Settings:
    return Settings()
