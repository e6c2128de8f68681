"""Seals secrets for the database: AES-256-GCM, bound to the row they stand in, with keys that can be rotated.

A sealed text opens only with one of the ring's keys and only for the place it was sealed for, so a ciphertext copied
into another row is worth nothing.
"""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class SealError(Exception):
    """A key ring that cannot be read, or a text that does not open; the message never holds a secret."""


class Keyring:
    """Keys by name. The first one seals, all of them open."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise SealError("no key to seal secrets with; make one: shopledger_key=$(openssl rand -base64 32)")
        self._keys = {name.encode(): AESGCM(key) for name, key in keys.items()}
        self._current = next(iter(self._keys))

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """From "name:base64,name:base64", the newest first."""
        keys: dict[str, bytes] = {}
        for number, part in enumerate(filter(None, (p.strip() for p in text.split(","))), start=1):
            name, colon, encoded = part.partition(":")
            if not colon or not 1 <= len(name.encode()) <= 255:
                raise SealError(f"key {number} of SHOPLEDGER_SECRET_KEYS has no name: write name:base64")
            if name in keys:
                raise SealError(f"two keys of SHOPLEDGER_SECRET_KEYS are called {name!r}")
            try:
                keys[name] = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                raise SealError(f"key {name!r} of SHOPLEDGER_SECRET_KEYS is not base64") from None
            if len(keys[name]) != KEY_BYTES:
                raise SealError(f"key {name!r} of SHOPLEDGER_SECRET_KEYS has {len(keys[name])} bytes, not {KEY_BYTES}")
        return cls(keys)

    def seal(self, plain: str, *, bound_to: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        head = FORMAT + bytes([len(self._current)]) + self._current
        return head + nonce + self._keys[self._current].encrypt(nonce, plain.encode(), head + bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        head, name, rest = self._split(sealed)
        if name not in self._keys:
            raise SealError(
                f"SHOPLEDGER_SECRET_KEYS lacks {name.decode(errors='replace')!r}, the key this was sealed with"
            )
        try:
            plain = self._keys[name].decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + bound_to.encode())
        except InvalidTag:
            raise SealError(f"what is sealed at {bound_to} was changed or belongs elsewhere") from None
        return plain.decode()

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it; if not, open it and seal it again."""
        return self._split(sealed)[1] == self._current

    @staticmethod
    def _split(sealed: bytes) -> tuple[bytes, bytes, bytes]:
        if len(sealed) < 2 or sealed[:1] != FORMAT or len(sealed) < 2 + sealed[1] + NONCE_BYTES:
            raise SealError("not a sealed text of this version")
        end = 2 + sealed[1]
        return sealed[:end], sealed[2:end], sealed[end:]
