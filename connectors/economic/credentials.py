"""How an agreement is reached: the app's secret token, and the token that the agreement granted it."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr, field_validator


class Credentials(BaseModel):
    """Both tokens go with every request, as headers. `url` is another address for tests only: http shows the tokens.

    A refusal does not repeat what was typed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    app_secret_token: SecretStr
    agreement_grant_token: SecretStr
    url: str = "https://restapi.e-conomic.com"

    @field_validator("app_secret_token", "agreement_grant_token")
    @classmethod
    def _present(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value().strip()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("is not a token of e-conomic")
        return SecretStr(text)

    @field_validator("url")
    @classmethod
    def _only_an_origin(cls, url: str) -> str:
        if any(character.isspace() or not character.isprintable() for character in url):
            raise ValueError("must hold no spaces")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must begin with https:// and the name of the server")
        if "@" in parts.netloc:
            raise ValueError("must hold no user name or password")
        if parts.path not in ("", "/") or "?" in url or "#" in url:
            raise ValueError("must end with the name of the server")
        try:
            _ = httpx.URL(url).host
        except (httpx.InvalidURL, UnicodeError):
            raise ValueError("holds a name that is no address") from None
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{parts.scheme}://{host}" + ("" if parts.port is None else f":{parts.port}")
