"""How a shop is reached: its address and an API key of WooCommerce > Settings > Advanced > REST API."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr, field_validator


class Credentials(BaseModel):
    """`url` is the shop's home ("https://shop.example/butik"), kept without a trailing slash.

    https is proven by Basic, http by OAuth 1.0a. Both parts of the key are secret, so that printing shows neither; a
    refusal does not repeat what was typed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    url: str
    consumer_key: SecretStr
    consumer_secret: SecretStr

    @field_validator("url")
    @classmethod
    def _normalise(cls, url: str) -> str:
        if any(character.isspace() or not character.isprintable() for character in url):
            raise ValueError("must hold no spaces")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must begin with https:// (or http://) and the shop's name")
        if "@" in parts.netloc:
            raise ValueError("must hold no user name or password")
        if "?" in url or "#" in url:
            raise ValueError("must end with the path of the shop")
        try:
            _ = httpx.URL(url).host
        except (httpx.InvalidURL, UnicodeError):
            raise ValueError("holds a name that is no address") from None
        port = "" if parts.port is None else f":{parts.port}"
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"

    @field_validator("consumer_key", "consumer_secret")
    @classmethod
    def _present(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value().strip()
        if not text or not text.isascii() or not text.isprintable() or ":" in text:
            raise ValueError("is not a key of WooCommerce")
        return SecretStr(text)
