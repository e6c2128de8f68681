"""No log line, exception, repr or notice tells a secret."""

from __future__ import annotations

import base64
import contextlib
import io
import logging
from collections.abc import Iterator
from urllib.parse import quote

import structlog

from tests.connectors.conformance.inbox import SECRET, delivered
from tests.connectors.conformance.judge import CALLS, WEBHOOK_SECRET, told_by
from tests.connectors.conformance.refusals import TROUBLES
from tests.connectors.conformance.rig import CUSTOMER, Cases, ShopRig, SystemCases


class Everything:
    """All that was logged or printed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.screen = io.StringIO()

    def text(self) -> str:
        return "\n".join([*self.lines, self.screen.getvalue()])


class _Keeper(logging.Handler):
    def __init__(self, told: Everything) -> None:
        super().__init__(logging.NOTSET)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told.lines.append(f"{record.name} {self.format(record)} {record.args!r} {vars(record)!r}")


@contextlib.contextmanager
def listening() -> Iterator[Everything]:
    """Hears the standard library's logs at DEBUG, the HTTP library's with them, structlog's and what is printed."""
    told, root = Everything(), logging.getLogger()
    keeper, level = _Keeper(told), root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    try:
        with (
            structlog.testing.capture_logs() as events,
            contextlib.redirect_stdout(told.screen),
            contextlib.redirect_stderr(told.screen),
        ):
            yield told
            told.lines += map(repr, events)
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)


def spellings(secret: str) -> set[str]:
    """The ways in which a secret travels."""
    return {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()}


def assert_tells_nothing(text: str, *secrets: str) -> None:
    told = sorted({secret[:4] + "..." for secret in secrets for spelling in spellings(secret) if spelling in text})
    assert not told, f"told a secret that begins with {told}"


class CredentialSecrecy(SystemCases):
    def test_credentials_that_are_refused_are_not_repeated(self) -> None:
        # Given what somebody typed into the wrong field
        values = dict.fromkeys(self.rig.connector.Credentials.model_fields, "planted \0 secret")
        # When it is refused
        try:
            self.rig.connector.Credentials.model_validate(values)
        except ValueError as error:
            told = told_by(error)
        else:
            raise AssertionError("nonsense is taken for credentials")
        # Then
        assert "planted" not in told


class Secrecy(CredentialSecrecy, Cases):
    def test_no_log_and_no_exception_tells_a_secret(self, shop: ShopRig) -> None:
        # Given every call of the client, in good days and in bad ones
        told_by_errors = []
        with listening() as told, shop.impatient(), shop.client() as client:
            for trouble in (None, *TROUBLES.values(), *(error.fault for error in self.rig.vendor_errors), {}):
                if trouble == {}:
                    shop.refuse_credentials()
                elif trouble:
                    shop.sandbox.add_fault(**trouble)
                for call in CALLS.values():
                    try:
                        call(shop, client)
                    except Exception as error:
                        told_by_errors.append(told_by(error))
                        logging.getLogger("a worker").exception("it failed")
                shop.sandbox.faults.clear()
        # Then nothing that was logged or raised tells what only we and the shop may know, nor who bought
        secrets = (*shop.secrets, WEBHOOK_SECRET, CUSTOMER)
        assert_tells_nothing(told.text(), *secrets)
        assert_tells_nothing("\n".join(told_by_errors), *secrets)
        # And there was something to be told
        assert len(told_by_errors) > len(TROUBLES)
        assert "httpx" in told.text() or "httpcore" in told.text()

    def test_nothing_that_is_printed_shows_a_secret(self, shop: ShopRig) -> None:
        credentials = shop.credentials
        with shop.client() as client:
            printed = [f"{client!r} {client} {vars(client)!r}", f"{credentials!r} {credentials}"]
        printed += [credentials.model_dump_json(), repr(credentials.model_dump()), repr(shop.connector)]
        assert_tells_nothing("\n".join(printed), *shop.secrets)

    def test_no_notice_tells_a_secret(self, shop: ShopRig) -> None:
        ping, delivery, _ = delivered(shop)
        with listening() as told:
            notices = [shop.connector.read_notice(request) for request in (ping, delivery)]
            shop.connector.verify(delivery, [SECRET, "another secret"])
        proof = delivery.headers[shop.proof_header]
        assert_tells_nothing(repr(notices) + told.text(), SECRET, "another secret", proof, *shop.secrets)
