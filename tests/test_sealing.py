"""Secrets in the database: sealed, bound to their row, with keys that can be changed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing import Keyring, SealError

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@given(st.text(), st.text())
def test_what_was_sealed_opens_at_its_place(secret: str, place: str) -> None:
    ring = Keyring.parse(NEW)
    sealed = ring.seal(secret, bound_to=place)
    assert ring.open(sealed, bound_to=place) == secret
    assert len(secret) < 4 or secret.encode() not in sealed


def test_a_text_copied_into_another_row_does_not_open() -> None:
    # Given a secret of one row, when it is read at another, then it stays closed
    sealed = Keyring.parse(NEW).seal("cs_secret", bound_to="systems:1")
    with pytest.raises(SealError, match="systems:2"):
        Keyring.parse(NEW).open(sealed, bound_to="systems:2")


def test_every_changed_byte_is_noticed() -> None:
    # Given a sealed secret, when any single byte is changed, then it stays closed
    ring = Keyring.parse(NEW)
    sealed = ring.seal("cs_secret", bound_to="systems:1")
    for position in range(len(sealed)):
        changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        with pytest.raises(SealError):
            ring.open(changed, bound_to="systems:1")


def test_keys_are_rotated_by_putting_the_new_one_first() -> None:
    # Given a secret under the old key, when a new key comes first
    sealed = Keyring.parse(OLD).seal("cs_secret", bound_to="systems:1")
    ring = Keyring.parse(f"{NEW},{OLD}")

    # Then it still opens, is known to be old, and is sealed anew with the new one
    assert ring.open(sealed, bound_to="systems:1") == "cs_secret"
    assert not ring.is_current(sealed)
    resealed = ring.seal("cs_secret", bound_to="systems:1")
    assert ring.is_current(resealed)

    # And when the old key is gone, what is still under it says which key it needs
    with pytest.raises(SealError, match="'old'"):
        Keyring.parse(NEW).open(sealed, bound_to="systems:1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no key"),
        ("just-a-word", "has no name"),
        ("k:not base64!", "not base64"),
        ("k:c2hvcnQ=", "has 5 bytes, not 32"),
        (f"{OLD},{OLD}", "two keys"),
    ],
)
def test_a_wrong_key_ring_says_what_is_wrong_and_shows_no_key(text: str, says: str) -> None:
    with pytest.raises(SealError, match=says) as caught:
        Keyring.parse(text)
    assert "c2hvcnQ" not in str(caught.value)
