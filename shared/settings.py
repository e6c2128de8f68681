"""Every setting, read from the environment (`SHOPLEDGER_...`) or from files of the same names in a secrets folder."""

from __future__ import annotations

import difflib
import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SHOPLEDGER_"
#: Where Docker and Kubernetes put what nobody else may read.
SECRETS = "/run/secrets"
#: An address with http or https, and a path where it has one.
PUBLIC_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


class UnknownSetting(ValueError):
    """A name in the environment that means nothing: most likely one that was typed wrong. The message names it."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    database_url: Annotated[
        SecretStr | None,
        Field(
            description="PostgreSQL, logged in as shopledger_app: postgresql://shopledger_app:...@host/db. Services"
            " must have it; `shopledger` without it works in the data folder."
        ),
    ] = None
    admin_database_url: Annotated[
        SecretStr | None, Field(description="The same database as an administrator; only `migrate` uses it.")
    ] = None
    broker_url: Annotated[SecretStr, Field(description="RabbitMQ: amqp://user:password@host:5672/vhost")] = SecretStr(
        "amqp://guest:guest@127.0.0.1:5672/%2F"
    )
    management_url: Annotated[
        SecretStr | None,
        Field(description="RabbitMQ's management page with its login; only `definitions` and `doctor` use it."),
    ] = None
    secret_keys: Annotated[
        SecretStr | None,
        Field(
            description="Keys that seal credentials, newest first: name:base64 of 32 bytes, comma between."
            " Drop an old key only after everything was sealed anew. Services must have it; a data folder has its own."
        ),
    ] = None
    secrets_folder: Annotated[
        Path,
        Field(
            description="Settings may also be files here, each named like its setting. Only the environment names it."
        ),
    ] = Path(SECRETS)
    data_folder: Annotated[
        Path | None,
        Field(
            description="Where `shopledger up` without a database keeps its own. Left out: the user's folder for data."
        ),
    ] = None
    public_url: Annotated[
        str | None,
        Field(
            description="Under which address shops reach ingest, https://... ; `apply` makes webhooks that go there.",
        ),
    ] = None
    log_format: Annotated[
        Literal["console", "json"], Field(description="How log lines look. `up` on a terminal: console.")
    ] = "json"
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
        int,
        Field(
            ge=0,
            le=65534,
            description="Where a worker serves its metrics, and that of jobs one port above; 0: nowhere.",
        ),
    ] = 0
    scheduler_tick_seconds: Annotated[
        float, Field(gt=0, le=60, description="How often the scheduler looks at its clock.")
    ] = 1.0
    postgres_bin: Annotated[
        Path | None,
        Field(
            description="The folder with PostgreSQL's initdb and postgres for the data folder, if not the one found."
        ),
    ] = None

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        if url is not None and not PUBLIC_URL.fullmatch(url):
            raise ValueError("write the whole address, like https://books.example, without a login, '?' and '#'")
        return url and url.rstrip("/")

    @property
    def data(self) -> Path:
        return self.data_folder or user_data_path("shopledger", appauthor=False)


class ServiceSettings(Settings):
    """What no service can do without."""

    database_url: SecretStr
    secret_keys: SecretStr


S = TypeVar("S", bound=Settings)


def load(model: type[S]) -> S:
    """The settings of this process. Raises pydantic's ValidationError, and UnknownSetting."""
    folder = Path(os.environ.get(f"{PREFIX}SECRETS_FOLDER") or SECRETS)
    files = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    known = {PREFIX + name.upper() for name in model.model_fields}
    for name in sorted({*os.environ, *files}):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            raise UnknownSetting(f"{name}: there is no such setting" + (f"; did you mean {near[0]}?" if near else ""))
    return model(_secrets_dir=folder) if folder.is_dir() else model()


@cache
def settings() -> ServiceSettings:
    """Those of a service."""
    return load(ServiceSettings)
